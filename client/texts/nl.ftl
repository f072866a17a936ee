# Wat het venster van de klant zegt. Misschien is iemand bang: kort, eenvoudig, één ding tegelijk.

window-title = Hulp op afstand
window-title-of = Hulp op afstand – { $organisation }
bar-title = Hulp op afstand: balk

# Knoppen
button-copy = Kopiëren
button-copied = Gekopieerd
button-new-password = Vernieuwen
button-allow = Toestaan
button-deny = Weigeren
button-continue = Verder
button-read-on = Verder lezen
button-pause = Pauze
button-resume = Doorgaan
button-end = Beëindigen
button-test = Verbinding testen
button-testing = Bezig met testen…
button-test-again = Opnieuw testen
button-copy-report = Verslag kopiëren
button-close = Sluiten
button-save = Bewaren
button-wait-again = Opnieuw beginnen
button-show-window = Venster
button-show-message = Bericht
button-show-files = Bestanden

# Wachten
heading-waiting = Hulp op afstand
light-ready = Klaar
light-trying = Bezig met verbinden
light-bad = Niet verbonden
status-ready = Klaar
status-ready-more = Lees deze twee getallen voor aan uw helper aan de telefoon.
status-connecting = Bezig met verbinden…
status-connecting-again = Bezig met verbinden, poging { $attempt }…
status-connecting-more = Zo staan uw getallen hier.
status-stopping = Opnieuw verbinden…
status-stopping-more = De hulpdienst wordt opnieuw gestart. Dat duurt even.
status-silent = De hulpdienst antwoordt niet
status-silent-more = Misschien is deze computer nu niet op internet. Tot de dienst antwoordt kan niemand verbinden; u hoeft niets te doen.
status-trying = Nog niet verbonden, poging { $attempt }
status-lost = De verbinding is weg
status-bad = Geen verbinding
verdict-good = De hulpdienst is van hier te bereiken, maar laat dit programma niet binnen.
verdict-pin = Wat antwoordt, is niet de hulpdienst.
verdict-proxy = Het netwerk wil een naam en een wachtwoord die het aanneemt.
verdict-no-proxy = De proxy van uw netwerk is er niet.
verdict-no-name = De naam van de hulpdienst wordt niet gevonden: misschien is er geen internet.
verdict-blocked = Van hier komt niets bij de hulpdienst.
verdict-next = In het verslag staat wat is geprobeerd en wat u kunt vragen aan wie dit netwerk beheert. Er staat niets persoonlijks in.
report-no-proxy = geen
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: leidt naar de hulpdienst, { $time } ms
report-reached-by = { $way }: leidt naar de hulpdienst, { $time } ms, certificaat van { $issuer }
report-line = { $host }: heen en terug in { $time } ms, minstens { $rate } Mbit/s
report-clock-ahead = de klok van deze computer loopt { $seconds } s voor
report-clock-behind = de klok van deze computer loopt { $seconds } s achter
report-ask = Vraag wie dit netwerk beheert om door te laten:
report-rule = TCP naar { $host } ({ $addresses }), poorten { $ports }
report-unknown = adres hier niet bekend
trouble-unreachable = De hulpdienst antwoordt niet. Kijk of deze computer op internet is. Het wordt verder geprobeerd.
trouble-blocked = Iets sluit de verbinding, misschien een firewall, of de hulpdienst staat uit. Zeg het uw helper. Het wordt verder geprobeerd.
trouble-portal = Uw netwerk wil dat u eerst inlogt op een webpagina, zoals in een hotel. Open de browser, log in en kom terug: het wordt verder geprobeerd.
trouble-proxy = Uw netwerk vraagt wie u bent voordat het dit programma naar buiten laat.
proxy-user = Uw naam in dit netwerk
proxy-password = Uw wachtwoord in dit netwerk
proxy-wrong = Dat werd niet aangenomen. Typ beide nog een keer.
proxy-spent = Uw netwerk nam de naam en het wachtwoord niet aan. Vraag het wie deze computer beheert voordat u het weer probeert: netwerken blokkeren accounts na een paar fouten.
proxy-who = Het is wat u op het werk typt voor internet. Alleen { $proxy } krijgt het te horen; het wordt nergens bewaard.
button-introduce = Verbinden
trouble-wrong-relay = Wat antwoordt, is niet de dienst van uw helper. Lees niets voor en zeg het uw helper.
trouble-old-program = Dit programma past niet meer bij de hulpdienst. Download het opnieuw bij uw helper.
trouble-full = De hulpdienst is nu vol. Het wordt verder geprobeerd.
trouble-lost = Het wordt verder geprobeerd. U hoeft niets te doen.
detail = Voor uw helper: { $detail }
label-session-id = Sessienummer
label-password = Wachtwoord
hint-consent = Niemand ziet uw scherm voordat u het hier toestaat.

# Opmerkingen
note-wrong-password = Iemand typte een verkeerd wachtwoord. { $left ->
    [one] Er is nog één poging over.
   *[other] Er zijn nog { $left } pogingen over.
 }
note-password-replaced = Drie verkeerde wachtwoorden. Lees uw helper het nieuwe voor; helpt dat niet, start dit programma opnieuw.
note-number-replaced = Iemand typte te veel verkeerde wachtwoorden. U krijgt zo een nieuw nummer.
note-not-let-in = Iemand wilde verbinden en kwam niet binnen.
note-came-and-went = Iemand verbond en ging weer weg. Er is niets gezien.
note-ignored = Een druk telde niet: alleen uw eigen muis en toetsenbord tellen. Was u het? Beweeg de muis en druk weer.
note-relay-stopping = De hulpdienst wordt opnieuw gestart.

# Toestemming
consent-heading = { $operator } binnenlaten?
consent-who = Van { $organisation }, zoals hun hulpdienst bevestigt.
consent-words-heading = Lees uw helper deze twee woorden voor
consent-words-more = Uw helper moet dezelfde zien. Ziet hij andere, druk dan op Weigeren.
consent-asks = Wat staat u toe?
notice-heading = Voordat we beginnen
notice-from = { $organisation } zegt:
notice-then = { $operator } wil verbinden. De volgende pagina vraagt wat u toestaat.
consent-called = Hebt u hen gebeld?
consent-called-more = Heeft iemand u gebeld en om uw getallen gevraagd, druk dan op Weigeren.
consent-seconds = { $seconds ->
    [one] Geen antwoord binnen één seconde telt als Weigeren.
   *[other] Geen antwoord binnen { $seconds } seconden telt als Weigeren.
 }
consent-answered = Een ogenblik…
grant-view = Mijn scherm zien
grant-view-more = Uw helper ziet alles op uw schermen. Sluit eerst wat privé is.
grant-control = Mijn muis en toetsenbord gebruiken
grant-control-more = Uw helper kan hier klikken en typen. Uw eigen muis en toetsenbord gaan altijd voor.
grant-clipboard = Gekopieerde tekst delen
grant-clipboard-more = Wat u kopieert komt bij uw helper, en wat hij kopieert bij u.
grant-files = Bestanden sturen en halen
grant-files-more = Uw helper kan bestanden op deze computer zetten en kopieën meenemen. Elk wordt hier getoond.

# In een sessie
session-heading = { $operator } is er
session-who = { $organisation }, sinds { $time }
session-sees-and-controls = Ziet uw scherm en kan muis en toetsenbord gebruiken
session-sees = Ziet uw scherm
session-controls = Kan muis en toetsenbord gebruiken, maar ziet uw scherm niet
session-copies-and-files = Ziet uw scherm niet, maar kan bestanden sturen en halen en gekopieerde tekst delen
session-copies = Ziet uw scherm niet, maar kan gekopieerde tekst delen
session-files = Ziet uw scherm niet, maar kan bestanden sturen en halen
session-nothing = Ziet niets en kan niets doen
session-paused = Pauze: er wordt niets gezien en niets gedaan
session-lost = De lijn is weg: er wordt niets gezien of gedaan. Opnieuw verbinden, poging { $attempt }.
session-may = Wat { $operator } mag
session-hot-key = Op elk moment beëindigen: { $key }
light-here = Er is iemand
chat-heading = Berichten
chat-ask = Schrijf uw helper
chat-you = U
chat-none = Er is nog niets geschreven.
chat-refused = Niet verzonden: er wacht te veel. Probeer het zo weer.
button-say = Sturen
button-stop-files = Stoppen
files-brings = Uw helper stuurt { $what }
files-fetches = Uw helper haalt { $what }
files-progress = { $done } van { $whole }
files-progress-rate = { $done } van { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Er is één bestand aangekomen.
   *[other] Er zijn { $count } bestanden aangekomen.
 }
files-fetched = { $count ->
    [one] Uw helper heeft één bestand gehaald.
   *[other] Uw helper heeft { $count } bestanden gehaald.
 }
files-failed = { $failed ->
    [one] Eén bestand kwam er niet door.
   *[other] { $failed } bestanden kwamen er niet door.
 }
files-stopped = { $count ->
    [0] Gestopt: er is geen bestand aangekomen.
    [one] Gestopt: er was één bestand aangekomen.
   *[other] Gestopt: er waren { $count } bestanden aangekomen.
 }
files-fetch-stopped = { $count ->
    [0] Gestopt. Een deel is misschien gehaald.
    [one] Gestopt. Eén bestand is gehaald, en misschien een deel.
   *[other] Gestopt. { $count } bestanden zijn gehaald, en misschien een deel.
 }
light-paused = Pauze

# De balk
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = ziet en bedient uw scherm
bar-sees = ziet uw scherm
bar-controls = kan muis en toetsenbord gebruiken
bar-copies-and-files = kan bestanden en gekopieerde tekst halen
bar-copies = kan gekopieerde tekst delen
bar-files = kan bestanden sturen en halen
bar-nothing = is verbonden en ziet niets
bar-brings = stuurt bestanden
bar-fetches = haalt bestanden
bar-brought = stuurde bestanden
bar-fetched = haalde bestanden
bar-paused = ziet niets: pauze
bar-lost = de lijn is weg
bar-hot-key = Beëindigen: { $key }
bar-ignored = Telde niet. Beweeg de muis
bar-handle = De balk verplaatsen: sleep hem of gebruik de pijltoetsen
bar-view = Scherm
bar-control = Bediening
bar-clipboard = Kopietekst
bar-files-switch = Bestanden

# Het bewijs
over-heading = De sessie is voorbij
over-heading-denied = U hebt niemand binnengelaten
over-heading-words = De twee woorden verschilden
receipt-title = Hulp op afstand: wat er gebeurde
receipt-who = Wie
receipt-organisation = Organisatie
receipt-from = Van
receipt-to = Tot
receipt-took = Duur
receipt-happened = Wat er gebeurde
receipt-asked = Gevraagd
receipt-given = Toegestaan
receipt-taken = Niet meer toegestaan
receipt-paused = Pauze
receipt-resumed = Ging verder
receipt-lost = De verbinding was weg
receipt-found = De verbinding was terug
receipt-ended = Einde
receipt-saw = Uw scherm was { $time } te zien.
receipt-saw-not = Uw scherm was niet te zien.
receipt-controlled = Muis en toetsenbord konden { $time } worden gebruikt.
receipt-controlled-not = Muis en toetsenbord konden niet worden gebruikt.
receipt-clipboard = Gekopieerde tekst kon { $time } worden gedeeld.
receipt-clipboard-not = Gekopieerde tekst is niet gedeeld.
receipt-files-could = Bestanden konden { $time } worden gestuurd en gehaald.
receipt-files = Bestanden die hier aankwamen: { $brought }. Bestanden die uw helper haalde: { $fetched }.
receipt-files-not = Er zijn geen bestanden gestuurd of gehaald.
receipt-brought = Aangekomen
receipt-fetched = Gehaald door uw helper
receipt-not-brought = Niet aangekomen
receipt-not-fetched = Kon niet worden gehaald
receipt-fetch-stopped = Deels gehaald, toen gestopt
receipt-refused-files = Wilde bestanden sturen, wat niet was toegestaan
receipt-refused-fetch = Wilde iets halen, wat niet was toegestaan
receipt-more-files = { $count ->
    [one] Nog één bestand
   *[other] Nog { $count } bestanden
 }
receipt-line = { $label }: { $value }
receipt-vouched = De namen komen van de hulpdienst zelf.
grant-name-view = scherm zien
grant-name-control = muis en toetsenbord gebruiken
grant-name-clipboard = gekopieerde tekst delen
grant-name-files = bestanden sturen en halen
grant-name-none = niets
end-you = U hebt hem beëindigd
end-operator = De helper heeft hem beëindigd
end-words = Uw twee woorden waren niet die van de helper: er zat misschien iemand tussen. Bel uw helpdesk op een nummer dat u kent.
end-denied = U zei nee
end-no-answer = Er kwam niet op tijd antwoord, wat nee betekent
end-desktop = Het bureaublad was weg
end-line = De verbinding was weg
end-relay = Uw helper heeft geen toegang meer
end-fault = De twee programma’s begrepen elkaar niet
save-path = Bestandsnaam voor het bewijs
save-done = Bewaard.
save-exists = Er is al een bestand met deze naam. Verander de naam.
save-failed = Het kon niet worden bewaard: { $why }
save-denied = dit programma mag daar niet schrijven
save-no-folder = zo’n map is er niet
save-full = de schijf is vol
save-read-only = daar kan niets worden geschreven
over-nothing-remains = Van dit programma blijft niets op deze computer. U kunt het bestand ervan nu verwijderen.
receipt-file = hulp-op-afstand

# Hier kan niets worden getoond
cannot-heading = Uw scherm kan niet worden getoond
cannot-wayland = Dit bureaublad gebruikt Wayland, dat niet kan worden getoond. Meld u af, kies bij het aanmelden “Xorg” of “X11”, meld u aan en start dit programma opnieuw.
cannot-desktop = Dit programma kan uw scherm niet zien of uw muis niet gebruiken. Zeg uw helper wat hieronder staat.
cannot-gone = Het bureaublad is afgesloten. Meld u aan en start dit programma opnieuw.
cannot-fault = Het programma kan niet verder. Start het opnieuw; helpt dat niet, zeg uw helper dan wat hieronder staat.

# Wat er gebeurde, in een paar woorden voor wie helpt
fault-at = { $target }: { $what }
fault-name = deze naam wordt niet gevonden ({ $more })
fault-refused = de verbinding werd geweigerd
fault-timed-out = niet op tijd antwoord, misschien gooit een firewall het weg
fault-network = het netwerk faalde ({ $more })
fault-wrong-pin = wat antwoordt, heeft een andere sleutel
fault-proxy = de proxy laat het niet door ({ $more })
fault-proxy-wants-password = de proxy { $more } wil een naam en een wachtwoord
fault-proxy-wrong-password = de proxy { $more } neemt naam en wachtwoord niet aan
fault-closed = de verbinding werd aangenomen en meteen gesloten
fault-portal = het netwerk stuurt iedereen eerst naar een webpagina
fault-not-a-relay = wat antwoordt, is geen hulpdienst ({ $more })
fault-own-key = de eigen sleutel van dit programma faalde ({ $more })
fault-refusal = de hulpdienst zegt nee ({ $more })
fault-leg = de verbinding eindigde ({ $more })
fault-silent = de hulpdienst antwoordde niet op tijd
fault-unexpected = de hulpdienst antwoordde iets anders dan gevraagd
fault-stopping = de hulpdienst wordt gestopt
desktop-unreachable = Het bureaublad { $display } is niet te bereiken: { $reason }
desktop-refused = Het bureaublad { $display } weigerde dit programma: { $reason }. Start het als de gebruiker die daar is aangemeld.
desktop-extension = De X-server van het bureaublad mist de extensie { $name }.
desktop-depth = Het bureaublad toont kleuren van { $depth } bits. Kies 24 bits in de beeldscherminstellingen.
desktop-not-here = Op dit systeem kan het scherm nog niet worden getoond; het werkt op Linux met X11.
desktop-gone = Het bureaublad is afgesloten.
desktop-large = Het bureaublad is te groot. Kies een lagere resolutie in de beeldscherminstellingen.

# Toetsen die samen worden ingedrukt
keys-space = Ctrl+Alt+Spatie
keys-end = Ctrl+Alt+End
keys-pause = Ctrl+Alt+Pauze

# Het pictogram in het systeemvak
tray-show = Venster tonen
tray-waiting = Hulp op afstand
tray-here = Hulp op afstand: { $operator } is verbonden

# Groottes
decimal-sign = ,
size-bytes = { $size } bytes
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Tijden
date = { $day } { $month ->
    [1] januari
    [2] februari
    [3] maart
    [4] april
    [5] mei
    [6] juni
    [7] juli
    [8] augustus
    [9] september
    [10] oktober
    [11] november
   *[12] december
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } u { $minutes } min
