## One session: the strip above the picture

session-words-ask = Ask the customer on the phone for their two words. They should be:
session-words-match = They match
session-words-differ = They differ
session-words-differ-hint = Ends the session: somebody may be between you and the customer.
session-words-short = Words
session-words-compared = The two words match: { $words }
session-view = View
session-control = Control
session-grant-open = The customer has not answered yet
session-view-allowed = You see the customer's screen
session-view-refused = The customer does not show their screen
session-view-taken-back = The customer no longer shows their screen
session-control-allowed = You may use the customer's mouse and keyboard
session-control-unused = You may use the customer's mouse and keyboard, but now you only view
session-control-refused = The customer does not let you use their mouse and keyboard
session-control-taken-back = The customer has taken back mouse and keyboard
session-tool-keys = Keys
session-tool-type = Type text
session-tool-view-only = View only
session-tool-view-only-hint = Your mouse and keyboard do nothing at the customer's
session-tool-capture = Capture keys
session-tool-capture-hint = Every key goes to the customer, also those that your desktop keeps for itself
session-tool-monitors = Monitors
session-tool-size = Size
session-tool-full-screen = Full screen
session-tool-window = Leave full screen
session-tool-more = More
session-end = End
session-close = Close

## Its menus

session-keys-ctrl-alt-del = Ctrl + Alt + Del
session-keys-super = Super (Windows key)
session-keys-alt-tab = Alt + Tab
session-keys-print = Print Screen
session-keys-alt-f4 = Alt + F4
session-keys-ctrl-esc = Ctrl + Esc
session-chord-ask = Other keys, with + between them
session-chord-send = Send
session-chord-wrong = “{ $name }” is no key. Examples: ctrl+shift+t, alt+enter, f5
# Names that keys have beside their own, each with the key that it means. Small letters.
session-chord-names = esc=escape, del=delete, ins=insert, pgup=pageup, pgdn=pagedown, win=super, windows=super, control=ctrl, return=enter, spacebar=space, printscreen=print
session-type-ask = Arrives at the customer's exactly as it stands here
session-type-send = Type it there
session-type-unknown = This window can't show some of these characters and puts ? in their place. At the customer's they arrive right.
session-type-hint = or Ctrl + Enter
session-monitors-all = All side by side
session-monitor = { $number }: { $name }
session-size-whole = Fit the window
session-size-width = Fit the width
session-size-exact = 1:1, pixel by pixel
session-colours = Colours
session-colours-all = All
session-colours-few = Fewer, for a thin line
session-colours-grey = Grey, for a thin line

## The panel beside it

session-tool-side = Chat, files
session-tool-side-unread = New message
session-tool-side-hint = Write to the customer, send and fetch files
session-tool-clipboard = Share clipboard
session-tool-clipboard-hint = What you copy reaches the customer when you go on at theirs, and what they copy reaches you while you look
session-files-refused = The customer does not allow files now
session-drop = Drop the files to send them to the customer
side-messages = Messages
side-you = You
side-customer = Customer
side-ask = Write to the customer
side-say = Send
side-files = Files
side-put-files = Send files
side-put-folder = Send folders
side-later = Nothing travels now. What you choose goes as soon as the session goes on.
side-drop = Or drop them onto the picture. They arrive in the customer's downloads.
side-get = Fetch
side-get-ask = Path on the customer’s computer
side-stop = Stop
side-progress = { $done } of { $whole }, { $rate }/s
side-progress-first = { $done } of { $whole }
side-waiting = { $count ->
    [one] One more waits
   *[other] { $count } more wait
 }
side-arrived = { $name }: { $what }
side-arrived-several = { $count } files arrived, the last one as { $what }
side-failed = { $name } did not arrive: { $what }
side-clear = Clear
file-not-found = there is no such file or folder
file-denied = the system does not allow it
file-disk-full = the disk is full
file-read-only = the disk is read-only
file-not-a-file = it is neither a file nor a folder; links and devices don't travel
file-in-the-way = something else of that name is in the way
file-name = the system can't have a file of that name
file-changed = it keeps changing while it is read
file-damaged = it was damaged on the way
file-system = { $why }
file-stopped-here = you stopped it
file-stopped-there = the customer stopped it
file-paused = the customer has paused the session
file-busy = another transfer is running
file-line-lost = the line is lost
session-no-dialog = No window for choosing files opens on this computer. Drop them onto the picture.
session-too-many = Too many files wait already. Send these when some have arrived.
decimal-sign = .
size-bytes = { $size } bytes
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

## The picture

session-picture = The customer's screen
session-asking = Waiting for the customer's answer
session-asking-hint = They are asked whether they allow it.
session-asking-left = They are asked whether they allow it, for another { $seconds } s.
session-asking-notice = They may first have to read a notice and press Continue; the two words come after it.
session-hidden = The screen is not shown
session-hidden-hint = The customer has switched it off and can switch it on again.
session-arriving = Waiting for the picture
session-arriving-hint = The customer's screen is on its way.
session-paused = Paused by the customer
session-paused-hint = You see nothing new and can do nothing until they go on.
session-silent = The customer's desktop has not answered for { $seconds } s
session-silent-hint = What you see is old. Their computer is very busy, or its screen hangs. What was pressed before is done when it answers again; keys pressed now are not taken.
session-frozen = Frozen for { $seconds } s
session-frozen-hint = The line is lost. Reconnecting, try { $attempt }. It goes on by itself if the customer's program is still there; otherwise it is given up in { $left } s. What you typed before arrives then; keys pressed now are not taken.
session-ended = The session is over

## The line below it

session-held = The customer is using their own mouse and keyboard. Yours wait.
session-captured = Right Ctrl alone leads out. Every key goes to the customer.
session-capture-refused = Another program on your computer has the keyboard and does not give it away.
session-keys-there = Right Ctrl alone leads out. Keys go to the customer.
session-keys-here = Click into the picture to type there.
session-only-viewing = Only viewing: your mouse and keyboard do nothing at the customer's.
session-ending = Ending. The customer’s program hears of it as soon as the line is back; the tab can be closed meanwhile.
session-unread = The customer writes: { $text }
session-relay-stops = The relay is being restarted. The line will break for a moment and come back by itself.
session-undone-not-allowed = Not done: the customer does not allow control.
session-undone-paused = Not done: the customer has paused the session.
session-undone-stale = Not done: it came too late for what is on the screen now.
session-undone-overflow = Not done: too much waits while the customer uses their own mouse and keyboard.
session-undone-interrupted = Not done: keys held with it were released meanwhile. Press them again.
session-undone-own-window = Not done: that is the customer’s own Farhand window. Click into another window first.
session-undone-system = Not done: the customer's system would not ({ $why }).
session-undone-lost = Not done: the line is lost.
session-undone-congested = Not done: too much waits for the line.
session-undone-over = Not done: the session is over.
session-line = The line to the customer: { $numbers }
session-line-hint = The time to the customer and back, pictures, data received, what they have not confirmed yet, and how the picture compares with their screen
session-line-direct = The line to the customer, without the relay: { $numbers }
session-line-direct-hint = The session goes straight to the customer's computer, without the relay.
session-line-round-trip = { $time } ms
session-line-frames = { $count } frames/s
session-line-rate = { $rate } kbit/s
session-line-waiting = { $count } waiting
session-picture-partial = loading
session-picture-rough = getting sharp
session-picture-exact = exact
session-picture-few = { $state }, fewer colours
session-picture-grey = { $state }, grey
