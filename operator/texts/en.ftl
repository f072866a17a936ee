# The console's window. Texts of the session's own view are in session.en.ftl.

window-title = Farhand console

tab-new = New session
tab-settings = Settings
tab-close = Close { $name }
tab-close-ended = Close ended ({ $count })
tab-name = Name of this session
tab-asking = the customer is being asked
tab-live = running
tab-paused = paused
tab-lost = line lost
tab-silent = the computer does not answer
tab-ended = ended
tab-unread = { $state }, new message

close-tab-title = End the session { $name }?
close-window-title = { $count ->
    [one] End the session and close?
   *[other] End { $count } sessions and close?
 }
close-lead = The customer would have to allow you in again.
close-stay = Stay
close-tab-yes = End session
close-window-yes = End and close

connect-title = Connect to a customer
connect-lead = Type or paste the two numbers of the customer.
connect-id = Session ID
connect-password = Password
connect-ask-control = See and control
connect-ask-view = Only see
connect-go = Connect
connect-cancel = Cancel
connect-trying-relay = Reaching the relay …
connect-trying-client = Reaching the customer …
connect-identity = You connect as { $operator } through { $relay }.

number-short = { $found } of { $expected } digits
number-long = { $found } digits are too many: it has { $expected }.
number-not-a-digit = “{ $character }” is not a digit. The number has digits only.
number-check = A digit is wrong, or two are swapped. Ask for it again.
number-missing-id = Type the session ID that the customer reads to you.
number-missing-password = Type the password that the customer reads to you.

recent-title = Recent sessions
recent-clear = Clear list
recent-line = { $when }, for { $lasted }
recent-how = { $organisation } · { $end }
recent-operator = You ended it.
recent-customer = The customer ended it.
recent-denied = The customer said no.
recent-no-answer = The customer did not answer.
recent-desktop-gone = The customer's desktop went away.
recent-line-lost = The line was lost.
recent-relay = The relay ended it.
recent-protocol = The two programs did not understand each other.
ago-now = Just now
ago-minutes = { $count ->
    [one] A minute ago
   *[other] { $count } minutes ago
 }
ago-hours = { $count ->
    [one] An hour ago
   *[other] { $count } hours ago
 }
ago-days = { $count ->
    [one] A day ago
   *[other] { $count } days ago
 }
lasted-seconds = { $count } s
lasted-minutes = { $count } min
lasted-hours = { $count } h

setup-title-first = Welcome
setup-lead-first = Your administrator has sent you a few lines. Copy them and paste them here: that fills in everything. You can also type it in.
setup-title-token = Your token, please
setup-lead-token = Your administrator gave you a token. Paste it here to go on.
setup-title = Settings
setup-lead = Ask your administrator before you change these. New lines from them can be pasted here.
setup-pasted = { $count ->
    [4] Everything was filled in.
   *[other] { $count } of 4 things were found and filled in.
 }
setup-relay = Relay
setup-relay-hint = relay.example.org:443
setup-relay-missing = Where is the relay? Your administrator knows.
setup-relay-wrong = A name, or a name, a colon and a number are needed, for example relay.example.org:443.
setup-pin = Pin of the relay
setup-pin-hint = sha256/…
setup-pin-missing = The pin proves that it is the right relay. Your administrator knows it.
setup-pin-wrong = A pin is sha256/ with 44 characters behind it. Copy it whole.
setup-operator = Your name at the relay
setup-operator-hint = As your administrator wrote it
setup-operator-missing = Which name did your administrator give you?
setup-operator-wrong = This can't be a name: too long, or a character that does not show.
setup-token = Your token
setup-token-hint = 43 letters and digits
setup-token-kept = Leave empty to keep the one you have
setup-token-missing = The token proves that it is you. Your administrator gave it to you.
setup-token-length = A token has { $expected } characters, this has { $found }. Copy it again, whole.
setup-token-wrong = A token has only letters, digits, - and _. Copy it again, whole.
token-asking = Asking the key store of this system …
token-will-be-kept = It will be kept in the key store of this system, not in a file.
token-kept = It is kept in the key store of this system.
token-no-store = This system has no key store that can be used. You will be asked for the token at each start.
token-in-memory = This system keeps no tokens. Yours is known until you close this window.
token-given = It was given with this start, and is known until you close this window.
setup-save = Save
setup-go-on = Save and go on
setup-cancel = Cancel
setup-test = Test connection
setup-testing = Testing …
setup-test-fine = It works: { $organisation } knows you.
setup-proxy = Proxy
setup-proxy-hint = Found by itself
setup-proxy-wrong = A proxy is HOST:PORT, http://, https:// or socks5:// with host and port, none, or pac+http:// with the address of a proxy script.
setup-proxy-secret = Without user and password here: if the proxy wants them, you are asked.
setup-report-copy = Copy the report
setup-report-save = Save the report
setup-report-hint = The report says what was tried and what came of it. Nothing personal is in it.
setup-report-saved = Saved as { $file }
setup-report-not-saved = Not saved: { $why }
verdict-good = { $ways ->
    [one] The relay can be reached in one way.
   *[other] The relay can be reached in { $ways } ways.
 }
verdict-opened = HTTPS is opened on the way by { $who }. The relay can be reached, and your sessions stay sealed.
verdict-pin = What answers is not your relay: somebody is in between, or it has a new key.
verdict-proxy = The proxy { $proxy } wants a user and a password that it takes.
verdict-no-proxy = The proxy { $proxy } can’t be reached: it is not there, or its name or port is wrong.
verdict-no-name = The relay’s name is not found: there is no network, or the name is wrong.
verdict-blocked = Nothing gets out to the relay, or it is not running. The report says what to ask your network administrator for.
verdict-portal = This network wants people to log in on a web page first. Open a browser, log in, and try again.
report-host = { $host }: { $what }
report-proxy = { $host }: proxy { $names }
report-no-proxy = { $host }: no proxy
report-reached = { $way }: leads to the relay, { $time } ms
report-reached-by = { $way }: leads to the relay, { $time } ms, certificate by { $issuer }
report-line = { $host }: there and back in { $time } ms, at least { $rate } Mbit/s
report-line-ahead = { $host }: there and back in { $time } ms, at least { $rate } Mbit/s; this computer’s clock is { $seconds } s fast
report-line-behind = { $host }: there and back in { $time } ms, at least { $rate } Mbit/s; this computer’s clock is { $seconds } s slow
report-ask = Ask your network administrator to let out:
report-rule = TCP to { $host } (address not known here), ports { $ports }
report-rule-addresses = TCP to { $host } ({ $addresses }), ports { $ports }
report-login = The login succeeds.
report-no-login = The login: { $why }
proxy-user = Your name at the proxy
proxy-password = Your password at the proxy
proxy-send = Sign in
proxy-wrong = That was not taken. Type both again.
proxy-spent = The proxy did not take name and password. Ask your network administrator before you try again: networks lock accounts after a few mistakes.
proxy-who = Only { $proxy } is told; it is kept until you close this window.
settings-proxy = It is auto, none, a proxy without user and password, or pac+ with the address of a proxy script.
setup-theme = Colours
setup-language = Language
setup-as-system = As the system
setup-light = Light
setup-dark = Dark
setup-file = These settings are kept in { $file }
setup-no-file = This system has no folder for settings: they hold until you close this window.
setup-file-trouble = The settings could not be read or written. Saving replaces the file.

trouble-nobody = Nobody is waiting under this number.
trouble-nobody-next = Ask the customer to read the session ID again. It may have expired, or a colleague may be connected. If the customer still sees what happened in the last session, they first press “Start again”.
trouble-here = Something failed on this computer.
trouble-here-next = Start the console again. If that does not help, show these words to your administrator.
trouble-relay-left = The relay broke off the connection.
trouble-again = Connect again.
trouble-relay-silent = The relay does not answer.
trouble-relay-odd = The relay answered something that this program does not understand.
trouble-newest = Use the newest version of all programs. Your administrator can help.
trouble-relay-stopping = The relay is being restarted.
trouble-minute = Try again in a minute.
trouble-pin = What answers there is not your relay.
trouble-pin-next = Don't go on before your administrator has said why: the relay may have a new key, or somebody may be in between.
trouble-unreachable = The relay can't be reached.
trouble-proxy-next = The proxy of this network wants to know who you are.
trouble-no-proxy-next = Check the proxy in the settings, or the one that this computer is set to.
trouble-unreachable-next = Check your own network first. If other pages open, your administrator has to look.
attempt-name = { $relay }: there is no computer of this name.
attempt-refused = { $relay }: the connection was refused.
attempt-timed-out = { $relay }: no answer. A firewall may be in the way.
attempt-network = { $relay }: the network does not lead there.
attempt-pin = { $relay }: another key than your relay's.
attempt-proxy = { $relay }: the proxy { $proxy } does not let it through.
attempt-proxy-missing = { $relay }: the proxy { $proxy } can’t be reached.
attempt-proxy-wants-password = { $relay }: the proxy { $proxy } wants a user and a password.
attempt-proxy-wrong-password = { $relay }: the proxy { $proxy } does not take the user and password.
attempt-closed = { $relay }: took the connection and closed it again.
attempt-portal = { $relay }: the network sends everybody to a web page first.
attempt-no-relay = { $relay }: what answers is not a relay.
attempt-here = { $relay }: this computer gave no key.
trouble-relay-version = This console and the relay are too different in age.
trouble-operator = The relay does not know you, or no longer.
trouble-operator-next = Check your name and token in the settings, or ask your administrator whether your access was removed.
trouble-ticket = The connection took too long.
trouble-alone = The customer's program did not come to the relay in time.
trouble-alone-next = Ask whether it is still open and shows a green light, then connect again.
trouble-busy = The relay takes no more just now.
trouble-busy-next = { $seconds ->
    [one] Try again in a second.
   *[other] Try again in { $seconds } seconds. Many wrong numbers lead to this too.
 }
trouble-password = The password is wrong.
trouble-password-next = Ask the customer to read it again.
trouble-password-replaced = That was the last try: the customer now sees a new password. Ask for it.
trouble-number-ended = Too many wrong passwords: this session ID is used up.
trouble-new-numbers = The customer now sees new numbers. Ask for both.
trouble-programs = This console and the customer's program are too different in age.
trouble-voucher = The customer's program did not believe the relay's word for you.
trouble-spent = This session ID was tried too often from here.
trouble-spent-next = Ask the customer to close the program and to start it again, then take the new numbers.
trouble-unproven = What answered does not know the password. It may not be the customer.
trouble-unproven-next = Ask the customer to start the program again, and take the new numbers.
trouble-client-silent = The customer's program did not answer.
trouble-client-silent-next = Ask whether it is still open, then connect again.
trouble-seal = No safe connection to the customer came about.
trouble-seal-next = Connect again. If it happens again, tell your administrator.

end-operator = You ended the session.
end-operator-next = Nothing stays open on the customer’s computer.
end-words = The two words differed, and the session is over.
end-words-next = Somebody may be between you and the customer. Tell your administrator, and call the customer on a number that you know.
end-customer = The customer ended the session.
end-customer-next = To go on, ask the customer to press "Start again" and to read you the new numbers.
end-denied = The customer said no.
end-denied-next = Explain on the phone what you want to do, then ask the customer to press "Start again" and to read you the new numbers.
end-no-answer = The customer did not answer in time.
end-no-answer-next = Tell them on the phone that a question will come onto their screen, then ask them to press "Start again" and to read you the new numbers.
end-desktop-gone = The customer's desktop went away.
end-desktop-gone-next = Ask the customer to log in and to start the program again.
end-protocol = The two programs did not understand each other.
end-line = The line was lost and did not come back.
end-line-next = The customer's network, yours or the relay went down. Ask the customer to press "Start again" and to read you the new numbers.

detail-code = Technical detail: { $code }
detail-there = The customer's program says: { $why }
detail-closed = The connection was closed.
detail-timed-out = Nothing came any more.
detail-network = The network does not lead there any more.
detail-invalid = Something invalid came.
detail-relay-versions = The relay speaks versions { $oldest } to { $newest }.
detail-relay-protocol = The relay did not understand this console.
detail-no-common-version = The two programs have no version in common.
detail-client-protocol = The customer's program did not understand this console.
detail-client-versions = The customer's program speaks versions { $oldest } to { $newest }.
detail-no-seal = What answered does not know Farhand's encryption.
detail-own-key = What answered shows this console's own key.
detail-out-of-order = A message came out of its order.
detail-too-much = Too much came at once.
detail-share = What answered sent an invalid key.
detail-commitment = What answered changed a number that was fixed.
detail-file-denied = You have no right to it.
detail-file-full = The disk is full.
detail-file-read-only = Nothing can be written there.
detail-file-no-folder = Where its folder should be, there is a file.
detail-file-no-text = It is no text.

settings-unreadable = { $file } can't be read.
settings-unwritable = { $file } can't be written.
settings-line = { $file }, line { $line }: { $item }
settings-unknown = There is no such setting.
settings-theme = It is system, light or dark.
settings-language = It is system, english or czech.
