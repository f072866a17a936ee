# What the client's window says. The person may be frightened: short, plain, one thing at a time.

window-title = Remote help
window-title-of = Remote help – { $organisation }
bar-title = Remote help: bar

# Buttons
button-copy = Copy
button-copied = Copied
button-new-password = New password
button-allow = Allow
button-deny = Deny
button-continue = Continue
button-read-on = Read on
button-pause = Pause
button-resume = Go on
button-end = End
button-test = Test connection
button-testing = Testing …
button-test-again = Test again
button-copy-report = Copy the report
button-close = Close
button-save = Save
button-wait-again = Start again
button-show-window = Window
button-show-message = Message
button-show-files = See files

# Waiting
heading-waiting = Remote help
light-ready = Ready
light-trying = Connecting
light-bad = Not connected
status-ready = Ready
status-ready-more = Read these two numbers to your helper on the phone.
status-connecting = Connecting…
status-connecting-again = Connecting, attempt { $attempt }…
status-connecting-more = Your numbers appear here in a moment.
status-stopping = Connecting again…
status-stopping-more = The help service is being restarted. This takes a moment.
status-silent = The help service does not answer
status-silent-more = Perhaps this computer is not on the internet at the moment. Nobody can connect until it answers; you need not do anything.
status-trying = Not connected yet, attempt { $attempt }
status-lost = The connection was lost
status-bad = Can’t connect
verdict-good = The help service can be reached from here, but does not let this program in.
verdict-pin = What answers is not the help service.
verdict-proxy = The network wants a name and a password that it takes.
verdict-no-proxy = Your network’s proxy is not there.
verdict-no-name = The name of the help service is not found: there may be no internet.
verdict-blocked = Nothing gets from here to the help service.
verdict-next = The report says what was tried, and what to ask whoever looks after this network for. Nothing personal is in it.
report-no-proxy = none
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: leads to the help service, { $time } ms
report-reached-by = { $way }: leads to the help service, { $time } ms, certificate by { $issuer }
report-line = { $host }: there and back in { $time } ms, at least { $rate } Mbit/s
report-clock-ahead = this computer’s clock is { $seconds } s fast
report-clock-behind = this computer’s clock is { $seconds } s slow
report-ask = Ask whoever looks after this network to let out:
report-rule = TCP to { $host } ({ $addresses }), ports { $ports }
report-unknown = address not known here
trouble-unreachable = The help service does not answer. Check that this computer is on the internet. It is being tried again.
trouble-blocked = Something on the way closes the connection, perhaps a firewall, or the help service is not running. Tell your helper. It is being tried again.
trouble-portal = Your network wants you to log in on a web page first, as in a hotel. Open your browser, log in, and come back: it is being tried again.
trouble-proxy = Your network asks who you are before it lets this program out.
proxy-user = Your name in this network
proxy-password = Your password in this network
proxy-wrong = That was not taken. Please type both again.
proxy-spent = Your network did not take the name and the password. Ask whoever looks after this computer before you try again: networks lock accounts after a few mistakes.
proxy-who = It is what you type at work for the internet. Only { $proxy } is told; it is kept nowhere.
button-introduce = Connect
trouble-wrong-relay = What answers is not your helper’s service. Read nothing aloud, and tell your helper.
trouble-old-program = This program does not fit the help service any more. Download it again from your helper.
trouble-full = The help service is full at the moment. It is being tried again.
trouble-lost = It is being tried again. You need not do anything.
detail = For your helper: { $detail }
label-session-id = Session ID
label-password = Password
hint-consent = Nobody sees your screen until you allow it here.

# Notes
note-wrong-password = Somebody typed a wrong password. { $left ->
    [one] One more try is left for it.
   *[other] { $left } more tries are left for it.
 }
note-password-replaced = Three wrong passwords. Read the new one to your helper; if they can’t use it, start this program again.
note-number-replaced = Somebody typed too many wrong passwords. You get a new number in a moment.
note-not-let-in = Somebody tried to connect and did not get in.
note-came-and-went = Somebody connected and went away again. Nothing was seen.
note-ignored = A press was ignored: only your own mouse and keyboard count. Was it you? Move the mouse, then press again.
note-relay-stopping = The help service is being restarted.

# Consent
consent-heading = Let { $operator } in?
consent-who = From { $organisation }, as its help service confirms.
consent-words-heading = Read these two words to your helper
consent-words-more = Your helper must see the same two. If theirs are different, press Deny.
consent-asks = What will you allow?
notice-heading = Before you begin
notice-from = { $organisation } says:
notice-then = { $operator } wants to connect. The next page asks what you allow.
consent-called = Did you call them?
consent-called-more = If somebody called you and asked for your numbers, press Deny.
consent-seconds = { $seconds ->
    [one] No answer within one second counts as Deny.
   *[other] No answer within { $seconds } seconds counts as Deny.
 }
consent-answered = One moment…
grant-view = See my screen
grant-view-more = Your helper sees everything on your screens. Close what is private first.
grant-control = Use my mouse and keyboard
grant-control-more = Your helper can click and type here. Your own mouse and keyboard always come first.
grant-clipboard = Share copied text
grant-clipboard-more = What you copy reaches your helper, and what they copy reaches you.
grant-files = Send and fetch files
grant-files-more = Your helper can put files on this computer and take copies. Each is shown here.

# In a session
session-heading = { $operator } is here
session-who = { $organisation }, since { $time }
session-sees-and-controls = Sees your screen and can use mouse and keyboard
session-sees = Sees your screen
session-controls = Can use mouse and keyboard, but does not see your screen
session-copies-and-files = Does not see your screen, but can send and fetch files and share copied text
session-copies = Does not see your screen, but can share copied text
session-files = Does not see your screen, but can send and fetch files
session-nothing = Sees nothing and can do nothing
session-paused = Paused: nothing is seen and nothing is done
session-lost = The line is lost: nothing is seen or done. Reconnecting, try { $attempt }.
session-may = What { $operator } may do
session-hot-key = To end it at any time: { $key }
light-here = Somebody is here
chat-heading = Messages
chat-ask = Write to your helper
chat-you = You
chat-none = Nothing was written yet.
chat-refused = Not sent: too much is waiting. Try again in a moment.
button-say = Send
button-stop-files = Stop
files-brings = Your helper sends { $what }
files-fetches = Your helper fetches { $what }
files-progress = { $done } of { $whole }
files-progress-rate = { $done } of { $whole }, { $rate }/s
files-brought = { $count ->
    [one] One file arrived here.
   *[other] { $count } files arrived here.
 }
files-fetched = { $count ->
    [one] Your helper fetched one file.
   *[other] Your helper fetched { $count } files.
 }
files-failed = { $failed ->
    [one] One file did not get through.
   *[other] { $failed } files did not get through.
 }
files-stopped = { $count ->
    [0] Stopped: no file arrived.
    [one] Stopped: one file arrived before.
   *[other] Stopped: { $count } files arrived before.
 }
files-fetch-stopped = { $count ->
    [0] Stopped. A part may have been fetched.
    [one] Stopped. One file was fetched, and a part may have been.
   *[other] Stopped. { $count } files were fetched, and a part may have been.
 }
light-paused = Paused

# The bar
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = sees your screen and can control it
bar-sees = sees your screen
bar-controls = can use mouse and keyboard
bar-copies-and-files = can fetch files and copied text
bar-copies = can share copied text
bar-files = can send and fetch files
bar-nothing = is connected and sees nothing
bar-brings = sends files
bar-fetches = fetches files
bar-brought = sent files
bar-fetched = fetched files
bar-paused = sees nothing: paused
bar-lost = the line is lost
bar-hot-key = End: { $key }
bar-ignored = Ignored. Yours? Move the mouse
bar-handle = Move the bar: drag it, or use the arrow keys
bar-view = Screen
bar-control = Control
bar-clipboard = Copied text
bar-files-switch = Files

# The receipt
over-heading = The session is over
over-heading-denied = You did not let them in
over-heading-words = The two words differed
receipt-title = Remote help: what happened
receipt-who = Who
receipt-organisation = Organisation
receipt-from = From
receipt-to = To
receipt-took = Duration
receipt-happened = What happened
receipt-asked = Asked for
receipt-given = Allowed
receipt-taken = No longer allowed
receipt-paused = Paused
receipt-resumed = Went on
receipt-lost = The connection was lost
receipt-found = The connection was back
receipt-ended = End
receipt-saw = Your screen was seen for { $time }.
receipt-saw-not = Your screen was not seen.
receipt-controlled = Mouse and keyboard could be used for { $time }.
receipt-controlled-not = Mouse and keyboard could not be used.
receipt-clipboard = Copied text could be shared for { $time }.
receipt-clipboard-not = Copied text was not shared.
receipt-files-could = Files could be sent and fetched for { $time }.
receipt-files = Files that arrived here: { $brought }. Files that your helper fetched: { $fetched }.
receipt-files-not = No files were sent or fetched.
receipt-brought = Arrived
receipt-fetched = Fetched by your helper
receipt-not-brought = Did not arrive
receipt-not-fetched = Could not be fetched
receipt-fetch-stopped = Fetched in part, then stopped
receipt-refused-files = Wanted to send files, which was not allowed
receipt-refused-fetch = Wanted to fetch, which was not allowed
receipt-more-files = { $count ->
    [one] One more file
   *[other] { $count } more files
 }
receipt-line = { $label }: { $value }
receipt-vouched = The names come from the help service’s own word.
grant-name-view = see the screen
grant-name-control = use mouse and keyboard
grant-name-clipboard = share copied text
grant-name-files = send and fetch files
grant-name-none = nothing
end-you = You ended it
end-operator = The helper ended it
end-words = Your two words were not the helper’s: somebody may have been in between. Call your helpdesk on a number that you know.
end-denied = You said no
end-no-answer = There was no answer in time, which counts as no
end-desktop = The desktop was gone
end-line = The connection was lost
end-relay = Your helper no longer has access
end-fault = The two programs did not understand each other
save-path = File name for the receipt
save-done = Saved.
save-exists = A file of this name is there already. Change the name.
save-failed = It could not be saved: { $why }
save-denied = this program may not write there
save-no-folder = there is no such folder
save-full = the disk is full
save-read-only = nothing can be written there
over-nothing-remains = Nothing of this program remains on this computer. You can delete its file now.
receipt-file = remote-help

# Nothing can be shown here
cannot-heading = Your screen can’t be shown
cannot-wayland = This desktop uses Wayland, which can’t be shown. Log out. On the login screen choose “Xorg” or “X11”, log in and start this program again.
cannot-desktop = This program can’t see your screen or use your mouse. Tell your helper what it says below.
cannot-gone = The desktop has ended. Log in and start this program again.
cannot-fault = The program can’t go on. Start it again; if that does not help, tell your helper what it says below.

# What happened, in a few words for whoever helps
fault-at = { $target }: { $what }
fault-name = this name is not found ({ $more })
fault-refused = the connection was refused
fault-timed-out = no answer in time, a firewall may be dropping it
fault-network = the network failed ({ $more })
fault-wrong-pin = what answers has another key
fault-proxy = the proxy does not let it through ({ $more })
fault-proxy-wants-password = the proxy { $more } wants a user and a password
fault-proxy-wrong-password = the proxy { $more } does not take the user and password
fault-closed = the connection was taken and closed at once
fault-portal = the network sends everybody to a web page first
fault-not-a-relay = what answers is not a help service ({ $more })
fault-own-key = this program’s own key failed ({ $more })
fault-refusal = the help service says no ({ $more })
fault-leg = the connection ended ({ $more })
fault-silent = the help service did not answer in time
fault-unexpected = the help service answered something else than was asked
fault-stopping = the help service is being stopped
desktop-unreachable = The desktop { $display } can’t be reached: { $reason }
desktop-refused = The desktop { $display } refused this program: { $reason }. Start it as the user who is logged in there.
desktop-extension = The desktop’s X server lacks the extension { $name }.
desktop-depth = The desktop shows { $depth }-bit colours. Choose 24-bit colours in the display settings.
desktop-not-here = Showing the screen does not work on this system yet; it works on Linux with X11.
desktop-gone = The desktop has ended.
desktop-large = The desktop is too large. Choose a lower resolution in the display settings.

# Keys to press together
keys-space = Ctrl+Alt+Space
keys-end = Ctrl+Alt+End
keys-pause = Ctrl+Alt+Pause

# The tray icon
tray-show = Show the window
tray-waiting = Remote help
tray-here = Remote help: { $operator } is connected

# Sizes
decimal-sign = .
size-bytes = { $size } bytes
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Times
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
