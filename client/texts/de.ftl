# Was das Fenster beim Kunden sagt. Vielleicht hat jemand Angst: kurz, schlicht, eins nach dem anderen.

window-title = Fernhilfe
window-title-of = Fernhilfe – { $organisation }
bar-title = Fernhilfe: Leiste

# Knöpfe
button-copy = Kopieren
button-copied = Kopiert
button-new-password = Neues Passwort
button-allow = Erlauben
button-deny = Ablehnen
button-continue = Weiter
button-read-on = Weiterlesen
button-pause = Pause
button-resume = Fortsetzen
button-end = Beenden
button-test = Verbindung testen
button-testing = Wird getestet …
button-test-again = Noch einmal testen
button-copy-report = Bericht kopieren
button-close = Schließen
button-save = Speichern
button-wait-again = Neu beginnen
button-show-window = Fenster
button-show-message = Nachricht
button-show-files = Dateien

# Warten
heading-waiting = Fernhilfe
light-ready = Bereit
light-trying = Wird verbunden
light-bad = Nicht verbunden
status-ready = Bereit
status-ready-more = Lesen Sie Ihrem Helfer am Telefon diese beiden Zahlen vor.
status-connecting = Wird verbunden …
status-connecting-again = Wird verbunden, Versuch { $attempt } …
status-connecting-more = Gleich stehen hier Ihre Zahlen.
status-stopping = Wird neu verbunden …
status-stopping-more = Der Hilfsdienst wird neu gestartet. Das dauert einen Moment.
status-silent = Der Hilfsdienst antwortet nicht
status-silent-more = Vielleicht ist dieser Computer gerade nicht im Internet. Bis der Dienst antwortet, kann sich niemand verbinden; Sie müssen nichts tun.
status-trying = Noch nicht verbunden, Versuch { $attempt }
status-lost = Die Verbindung ist abgebrochen
status-bad = Keine Verbindung
verdict-good = Der Hilfsdienst ist von hier zu erreichen, lässt dieses Programm aber nicht herein.
verdict-pin = Was antwortet, ist nicht der Hilfsdienst.
verdict-proxy = Das Netz verlangt einen Namen und ein Passwort, die es annimmt.
verdict-no-proxy = Der Proxy Ihres Netzes ist nicht da.
verdict-no-name = Der Name des Hilfsdienstes wird nicht gefunden: Vielleicht gibt es kein Internet.
verdict-blocked = Von hier kommt nichts zum Hilfsdienst.
verdict-next = Im Bericht steht, was versucht wurde und worum Sie den bitten, der das Netz betreut. Persönliches steht nicht darin.
report-no-proxy = keiner
report-proxy = { $host }: Proxy { $names }
report-reached = { $way }: führt zum Hilfsdienst, { $time } ms
report-reached-by = { $way }: führt zum Hilfsdienst, { $time } ms, Zertifikat von { $issuer }
report-line = { $host }: hin und zurück in { $time } ms, mindestens { $rate } Mbit/s
report-clock-ahead = die Uhr dieses Computers geht { $seconds } s vor
report-clock-behind = die Uhr dieses Computers geht { $seconds } s nach
report-ask = Bitten Sie den, der das Netz betreut, hinauszulassen:
report-rule = TCP zu { $host } ({ $addresses }), Ports { $ports }
report-unknown = Adresse hier nicht bekannt
trouble-unreachable = Der Hilfsdienst antwortet nicht. Sehen Sie nach, ob dieser Computer im Internet ist. Es wird weiter versucht.
trouble-blocked = Etwas trennt die Verbindung, vielleicht eine Firewall, oder der Hilfsdienst läuft nicht. Sagen Sie es Ihrem Helfer. Es wird weiter versucht.
trouble-portal = Ihr Netz möchte, dass Sie sich erst auf einer Webseite anmelden, wie im Hotel. Öffnen Sie den Browser, melden Sie sich an und kommen Sie zurück: Es wird weiter versucht.
trouble-proxy = Ihr Netz fragt, wer Sie sind, bevor es dieses Programm hinauslässt.
proxy-user = Ihr Name in diesem Netz
proxy-password = Ihr Passwort in diesem Netz
proxy-wrong = Das wurde nicht angenommen. Bitte geben Sie beides noch einmal ein.
proxy-spent = Ihr Netz hat Namen und Passwort nicht angenommen. Fragen Sie den, der diesen Computer betreut, bevor Sie es wieder versuchen: Netze sperren Konten nach ein paar Fehlern.
proxy-who = Gemeint ist, was Sie bei der Arbeit für das Internet eingeben. Nur { $proxy } erfährt es; aufgehoben wird es nirgends.
button-introduce = Verbinden
trouble-wrong-relay = Was antwortet, ist nicht der Dienst Ihres Helfers. Lesen Sie nichts vor und sagen Sie es Ihrem Helfer.
trouble-old-program = Dieses Programm passt nicht mehr zum Hilfsdienst. Laden Sie es noch einmal von Ihrem Helfer herunter.
trouble-full = Der Hilfsdienst ist gerade voll. Es wird weiter versucht.
trouble-lost = Es wird weiter versucht. Sie müssen nichts tun.
detail = Für Ihren Helfer: { $detail }
label-session-id = Sitzungsnummer
label-password = Passwort
hint-consent = Niemand sieht Ihren Bildschirm, bevor Sie es hier erlauben.

# Hinweise
note-wrong-password = Jemand hat ein falsches Passwort eingegeben. { $left ->
    [one] Es bleibt noch ein Versuch.
   *[other] Es bleiben noch { $left } Versuche.
 }
note-password-replaced = Drei falsche Passwörter. Lesen Sie Ihrem Helfer das neue vor; hilft das nicht, starten Sie das Programm neu.
note-number-replaced = Jemand hat zu viele falsche Passwörter eingegeben. Sie bekommen gleich eine neue Nummer.
note-not-let-in = Jemand wollte sich verbinden und kam nicht herein.
note-came-and-went = Jemand hat sich verbunden und ist wieder gegangen. Gesehen wurde nichts.
note-ignored = Das zählte nicht: nur Ihre eigene Maus und Tastatur zählen. Waren Sie es? Maus bewegen, noch einmal drücken.
note-relay-stopping = Der Hilfsdienst wird neu gestartet.

# Einwilligung
consent-heading = { $operator } hereinlassen?
consent-who = Von { $organisation }, wie deren Hilfsdienst bestätigt.
consent-words-heading = Lesen Sie Ihrem Helfer diese beiden Wörter vor
consent-words-more = Ihr Helfer muss dieselben sehen. Sieht er andere, drücken Sie Ablehnen.
consent-asks = Was erlauben Sie?
notice-heading = Bevor es losgeht
notice-from = { $organisation } sagt:
notice-then = { $operator } möchte sich verbinden. Die nächste Seite fragt, was Sie erlauben.
consent-called = Haben Sie dort angerufen?
consent-called-more = Hat jemand Sie angerufen und nach den Zahlen gefragt, drücken Sie Ablehnen.
consent-seconds = { $seconds ->
    [one] Keine Antwort in einer Sekunde gilt als Ablehnen.
   *[other] Keine Antwort in { $seconds } Sekunden gilt als Ablehnen.
 }
consent-answered = Einen Moment …
grant-view = Meinen Bildschirm sehen
grant-view-more = Ihr Helfer sieht alles auf Ihren Bildschirmen. Schließen Sie vorher, was privat ist.
grant-control = Meine Maus und Tastatur benutzen
grant-control-more = Ihr Helfer kann hier klicken und tippen. Ihre eigene Maus und Tastatur gehen immer vor.
grant-clipboard = Kopierten Text teilen
grant-clipboard-more = Was Sie kopieren, kommt zu Ihrem Helfer, und was er kopiert, zu Ihnen.
grant-files = Dateien schicken und holen
grant-files-more = Ihr Helfer kann Dateien hierher legen und Kopien mitnehmen. Jede wird hier gezeigt.

# In einer Sitzung
session-heading = { $operator } ist da
session-who = { $organisation }, seit { $time }
session-sees-and-controls = Sieht Ihren Bildschirm und kann Maus und Tastatur benutzen
session-sees = Sieht Ihren Bildschirm
session-controls = Kann Maus und Tastatur benutzen, sieht Ihren Bildschirm aber nicht
session-copies-and-files = Sieht Ihren Bildschirm nicht, kann aber Dateien schicken und holen und kopierten Text teilen
session-copies = Sieht Ihren Bildschirm nicht, kann aber kopierten Text teilen
session-files = Sieht Ihren Bildschirm nicht, kann aber Dateien schicken und holen
session-nothing = Sieht nichts und kann nichts tun
session-paused = Pause: nichts wird gesehen, nichts getan
session-lost = Die Leitung ist weg: nichts wird gesehen oder getan. Neue Verbindung, Versuch { $attempt }.
session-may = Was { $operator } darf
session-hot-key = Jederzeit beenden: { $key }
light-here = Jemand ist da
chat-heading = Nachrichten
chat-ask = Schreiben Sie Ihrem Helfer
chat-you = Sie
chat-none = Noch wurde nichts geschrieben.
chat-refused = Nicht gesendet: Es wartet zu viel. Versuchen Sie es gleich noch einmal.
button-say = Senden
button-stop-files = Anhalten
files-brings = Ihr Helfer schickt { $what }
files-fetches = Ihr Helfer holt { $what }
files-progress = { $done } von { $whole }
files-progress-rate = { $done } von { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Eine Datei ist hier angekommen.
   *[other] { $count } Dateien sind hier angekommen.
 }
files-fetched = { $count ->
    [one] Ihr Helfer hat eine Datei geholt.
   *[other] Ihr Helfer hat { $count } Dateien geholt.
 }
files-failed = { $failed ->
    [one] Eine Datei kam nicht durch.
   *[other] { $failed } Dateien kamen nicht durch.
 }
files-stopped = { $count ->
    [0] Angehalten: keine Datei ist angekommen.
    [one] Angehalten: eine Datei ist vorher angekommen.
   *[other] Angehalten: { $count } Dateien sind vorher angekommen.
 }
files-fetch-stopped = { $count ->
    [0] Angehalten. Ein Teil wurde vielleicht geholt.
    [one] Angehalten. Eine Datei wurde geholt, vielleicht auch ein Teil.
   *[other] Angehalten. { $count } Dateien wurden geholt, vielleicht auch ein Teil.
 }
light-paused = Pause

# Die Leiste
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = sieht und steuert Ihren Bildschirm
bar-sees = sieht Ihren Bildschirm
bar-controls = kann Maus und Tastatur benutzen
bar-copies-and-files = kann Dateien und kopierten Text holen
bar-copies = kann kopierten Text teilen
bar-files = kann Dateien schicken und holen
bar-nothing = ist verbunden und sieht nichts
bar-brings = schickt Dateien
bar-fetches = holt Dateien
bar-brought = hat Dateien geschickt
bar-fetched = hat Dateien geholt
bar-paused = sieht nichts: Pause
bar-lost = die Leitung ist weg
bar-hot-key = Beenden: { $key }
bar-ignored = Zählte nicht. Sie? Maus regen
bar-handle = Leiste bewegen: ziehen oder Pfeiltasten
bar-view = Bild
bar-control = Steuern
bar-clipboard = Kopiertes
bar-files-switch = Dateien

# Der Beleg
over-heading = Die Sitzung ist zu Ende
over-heading-denied = Sie haben niemanden hereingelassen
over-heading-words = Die beiden Wörter waren verschieden
receipt-title = Fernhilfe: was geschah
receipt-who = Wer
receipt-organisation = Organisation
receipt-from = Von
receipt-to = Bis
receipt-took = Dauer
receipt-happened = Was geschah
receipt-asked = Erbeten
receipt-given = Erlaubt
receipt-taken = Nicht mehr erlaubt
receipt-paused = Pause
receipt-resumed = Fortgesetzt
receipt-lost = Die Verbindung brach ab
receipt-found = Die Verbindung war wieder da
receipt-ended = Ende
receipt-saw = Ihr Bildschirm war { $time } lang zu sehen.
receipt-saw-not = Ihr Bildschirm war nicht zu sehen.
receipt-controlled = Maus und Tastatur konnten { $time } lang benutzt werden.
receipt-controlled-not = Maus und Tastatur konnten nicht benutzt werden.
receipt-clipboard = Kopierter Text konnte { $time } lang geteilt werden.
receipt-clipboard-not = Kopierter Text wurde nicht geteilt.
receipt-files-could = Dateien konnten { $time } lang geschickt und geholt werden.
receipt-files = Hier angekommene Dateien: { $brought }. Von Ihrem Helfer geholte Dateien: { $fetched }.
receipt-files-not = Dateien wurden weder geschickt noch geholt.
receipt-brought = Angekommen
receipt-fetched = Von Ihrem Helfer geholt
receipt-not-brought = Nicht angekommen
receipt-not-fetched = Konnte nicht geholt werden
receipt-fetch-stopped = Zum Teil geholt, dann angehalten
receipt-refused-files = Wollte Dateien schicken, was nicht erlaubt war
receipt-refused-fetch = Wollte etwas holen, was nicht erlaubt war
receipt-more-files = { $count ->
    [one] Eine weitere Datei
   *[other] { $count } weitere Dateien
 }
receipt-line = { $label }: { $value }
receipt-vouched = Die Namen hat der Hilfsdienst selbst genannt.
grant-name-view = Bildschirm sehen
grant-name-control = Maus und Tastatur benutzen
grant-name-clipboard = kopierten Text teilen
grant-name-files = Dateien schicken und holen
grant-name-none = nichts
end-you = Sie haben sie beendet
end-operator = Der Helfer hat sie beendet
end-words = Ihre beiden Wörter waren nicht die des Helfers: Jemand war vielleicht dazwischen. Rufen Sie Ihren Helpdesk unter einer Nummer an, die Sie kennen.
end-denied = Sie haben nein gesagt
end-no-answer = Es kam keine Antwort in der Zeit, was nein bedeutet
end-desktop = Der Desktop war weg
end-line = Die Verbindung brach ab
end-relay = Ihr Helfer hat keinen Zugang mehr
end-fault = Die beiden Programme verstanden einander nicht
save-path = Dateiname für den Beleg
save-done = Gespeichert.
save-exists = Eine Datei dieses Namens gibt es schon. Ändern Sie den Namen.
save-failed = Speichern ging nicht: { $why }
save-denied = dieses Programm darf dort nicht schreiben
save-no-folder = einen solchen Ordner gibt es nicht
save-full = der Datenträger ist voll
save-read-only = dort kann nichts geschrieben werden
over-nothing-remains = Von diesem Programm bleibt nichts auf diesem Computer. Sie können seine Datei jetzt löschen.
receipt-file = fernhilfe

# Hier kann nichts gezeigt werden
cannot-heading = Ihr Bildschirm kann nicht gezeigt werden
cannot-wayland = Dieser Desktop verwendet Wayland, das nicht gezeigt werden kann. Melden Sie sich ab, wählen Sie bei der Anmeldung „Xorg“ oder „X11“ und starten Sie dieses Programm wieder.
cannot-desktop = Dieses Programm kann Ihren Bildschirm nicht sehen oder Ihre Maus nicht benutzen. Sagen Sie Ihrem Helfer, was unten steht.
cannot-gone = Der Desktop ist zu Ende. Melden Sie sich an und starten Sie dieses Programm wieder.
cannot-fault = Das Programm kann nicht weiter. Starten Sie es neu; hilft das nicht, sagen Sie Ihrem Helfer, was unten steht.

# Was geschah, in wenigen Worten für den, der hilft
fault-at = { $target }: { $what }
fault-name = dieser Name wird nicht gefunden ({ $more })
fault-refused = die Verbindung wurde abgelehnt
fault-timed-out = keine Antwort in der Zeit, vielleicht verwirft eine Firewall sie
fault-network = das Netz versagte ({ $more })
fault-wrong-pin = was antwortet, hat einen anderen Schlüssel
fault-proxy = der Proxy lässt es nicht durch ({ $more })
fault-proxy-wants-password = der Proxy { $more } verlangt Namen und Passwort
fault-proxy-wrong-password = der Proxy { $more } nimmt Namen und Passwort nicht an
fault-closed = die Verbindung wurde angenommen und gleich getrennt
fault-portal = das Netz schickt alle zuerst auf eine Webseite
fault-not-a-relay = was antwortet, ist kein Hilfsdienst ({ $more })
fault-own-key = der eigene Schlüssel dieses Programms versagte ({ $more })
fault-refusal = der Hilfsdienst sagt nein ({ $more })
fault-leg = die Verbindung endete ({ $more })
fault-silent = der Hilfsdienst antwortete nicht in der Zeit
fault-unexpected = der Hilfsdienst antwortete etwas anderes, als gefragt war
fault-stopping = der Hilfsdienst wird angehalten
desktop-unreachable = Der Desktop { $display } ist nicht zu erreichen: { $reason }
desktop-refused = Der Desktop { $display } hat dieses Programm abgewiesen: { $reason }. Starten Sie es als der Benutzer, der dort angemeldet ist.
desktop-extension = Dem X-Server des Desktops fehlt die Erweiterung { $name }.
desktop-depth = Der Desktop zeigt Farben mit { $depth } Bit. Wählen Sie in den Bildschirmeinstellungen 24 Bit.
desktop-not-here = Auf diesem System geht das Zeigen des Bildschirms noch nicht; es geht unter Linux mit X11.
desktop-gone = Der Desktop ist zu Ende.
desktop-large = Der Desktop ist zu groß. Wählen Sie in den Bildschirmeinstellungen eine kleinere Auflösung.

# Tasten, die zusammen gedrückt werden
keys-space = Strg+Alt+Leertaste
keys-end = Strg+Alt+Ende
keys-pause = Strg+Alt+Pause

# Das Symbol in der Leiste des Systems
tray-show = Fenster zeigen
tray-waiting = Fernhilfe
tray-here = Fernhilfe: { $operator } ist verbunden

# Größen
decimal-sign = ,
size-bytes = { $size } Bytes
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Zeiten
date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
