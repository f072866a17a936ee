# Hvad kundens vindue siger. Måske er nogen bange: kort, enkelt, én ting ad gangen.

window-title = Fjernhjælp
window-title-of = Fjernhjælp – { $organisation }
bar-title = Fjernhjælp: bjælke

# Knapper
button-copy = Kopiér
button-copied = Kopieret
button-new-password = Ny adgangskode
button-allow = Tillad
button-deny = Afvis
button-continue = Fortsæt
button-read-on = Læs videre
button-pause = Pause
button-resume = Fortsæt
button-end = Afslut
button-test = Test forbindelsen
button-testing = Tester …
button-test-again = Test igen
button-copy-report = Kopiér rapporten
button-close = Luk
button-save = Gem
button-wait-again = Begynd forfra
button-show-window = Vindue
button-show-message = Besked
button-show-files = Filer

# Venter
heading-waiting = Fjernhjælp
light-ready = Klar
light-trying = Forbinder
light-bad = Ikke forbundet
status-ready = Klar
status-ready-more = Læs disse to tal op for din hjælper i telefonen.
status-connecting = Forbinder …
status-connecting-again = Forbinder, forsøg { $attempt } …
status-connecting-more = Dine tal står her om et øjeblik.
status-stopping = Forbinder igen …
status-stopping-more = Hjælpetjenesten genstartes. Det tager et øjeblik.
status-silent = Hjælpetjenesten svarer ikke
status-silent-more = Måske er denne computer ikke på internettet lige nu. Ingen kan forbinde, før tjenesten svarer; du skal ikke gøre noget.
status-trying = Endnu ikke forbundet, forsøg { $attempt }
status-lost = Forbindelsen blev afbrudt
status-bad = Kan ikke forbinde
verdict-good = Hjælpetjenesten kan nås herfra, men lukker ikke dette program ind.
verdict-pin = Det, der svarer, er ikke hjælpetjenesten.
verdict-proxy = Netværket vil have et navn og en adgangskode, som det godtager.
verdict-no-proxy = Dit netværks proxy er der ikke.
verdict-no-name = Hjælpetjenestens navn findes ikke: måske er der intet internet.
verdict-blocked = Intet når herfra frem til hjælpetjenesten.
verdict-next = Rapporten siger, hvad der blev prøvet, og hvad du kan bede den om, der passer dette netværk. Der står intet personligt i den.
report-no-proxy = ingen
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: fører til hjælpetjenesten, { $time } ms
report-reached-by = { $way }: fører til hjælpetjenesten, { $time } ms, certifikat fra { $issuer }
report-line = { $host }: frem og tilbage på { $time } ms, mindst { $rate } Mbit/s
report-clock-ahead = denne computers ur går { $seconds } s for hurtigt
report-clock-behind = denne computers ur går { $seconds } s for langsomt
report-ask = Bed den, der passer dette netværk, om at lukke ud:
report-rule = TCP til { $host } ({ $addresses }), porte { $ports }
report-unknown = adressen kendes ikke her
trouble-unreachable = Hjælpetjenesten svarer ikke. Se efter, om denne computer er på internettet. Der prøves igen.
trouble-blocked = Noget lukker forbindelsen, måske en firewall, eller hjælpetjenesten kører ikke. Sig det til din hjælper. Der prøves igen.
trouble-portal = Dit netværk vil have, at du først logger ind på en webside, som på et hotel. Åbn browseren, log ind, og kom tilbage: der prøves igen.
trouble-proxy = Dit netværk spørger, hvem du er, før det lukker dette program ud.
proxy-user = Dit navn i dette netværk
proxy-password = Din adgangskode i dette netværk
proxy-wrong = Det blev ikke godtaget. Skriv begge dele igen.
proxy-spent = Dit netværk godtog ikke navnet og adgangskoden. Spørg den, der passer denne computer, før du prøver igen: netværk spærrer konti efter få fejl.
proxy-who = Det er, hvad du skriver på arbejdet for at komme på internettet. Kun { $proxy } får det at vide; det gemmes ingen steder.
button-introduce = Forbind
trouble-wrong-relay = Det, der svarer, er ikke din hjælpers tjeneste. Læs intet op, og sig det til din hjælper.
trouble-old-program = Dette program passer ikke længere til hjælpetjenesten. Hent det igen hos din hjælper.
trouble-full = Hjælpetjenesten er fuld lige nu. Der prøves igen.
trouble-lost = Der prøves igen. Du skal ikke gøre noget.
detail = Til din hjælper: { $detail }
label-session-id = Sessionsnummer
label-password = Adgangskode
hint-consent = Ingen ser din skærm, før du tillader det her.

# Bemærkninger
note-wrong-password = Nogen skrev en forkert adgangskode. { $left ->
    [one] Der er ét forsøg tilbage.
   *[other] Der er { $left } forsøg tilbage.
 }
note-password-replaced = Tre forkerte adgangskoder. Læs den nye op for din hjælper; hjælper det ikke, så start programmet igen.
note-number-replaced = Nogen skrev for mange forkerte adgangskoder. Du får et nyt nummer om et øjeblik.
note-not-let-in = Nogen prøvede at forbinde og kom ikke ind.
note-came-and-went = Nogen forbandt og gik igen. Intet blev set.
note-ignored = Et tryk talte ikke: kun din egen mus og dit tastatur tæller. Var det dig? Bevæg musen, og tryk igen.
note-relay-stopping = Hjælpetjenesten genstartes.

# Samtykke
consent-heading = Luk { $operator } ind?
consent-who = Fra { $organisation }, som deres hjælpetjeneste bekræfter.
consent-words-heading = Læs disse to ord op for din hjælper
consent-words-more = Din hjælper skal se de samme. Er de andre, så tryk Afvis.
consent-asks = Hvad tillader du?
notice-heading = Før du begynder
notice-from = { $organisation } siger:
notice-then = { $operator } vil forbinde. Næste side spørger, hvad du tillader.
consent-called = Ringede du til dem?
consent-called-more = Har nogen ringet til dig og bedt om dine tal, så tryk Afvis.
consent-seconds = { $seconds ->
    [one] Intet svar inden for ét sekund gælder som Afvis.
   *[other] Intet svar inden for { $seconds } sekunder gælder som Afvis.
 }
consent-answered = Et øjeblik …
grant-view = Se min skærm
grant-view-more = Din hjælper ser alt på dine skærme. Luk først det, der er privat.
grant-control = Bruge min mus og mit tastatur
grant-control-more = Din hjælper kan klikke og skrive her. Din egen mus og dit eget tastatur går altid forud.
grant-clipboard = Dele kopieret tekst
grant-clipboard-more = Hvad du kopierer, når din hjælper, og hvad de kopierer, når dig.
grant-files = Sende og hente filer
grant-files-more = Din hjælper kan lægge filer på denne computer og tage kopier. Hver enkelt vises her.

# I en session
session-heading = { $operator } er her
session-who = { $organisation }, siden { $time }
session-sees-and-controls = Ser din skærm og kan bruge mus og tastatur
session-sees = Ser din skærm
session-controls = Kan bruge mus og tastatur, men ser ikke din skærm
session-copies-and-files = Ser ikke din skærm, men kan sende og hente filer og dele kopieret tekst
session-copies = Ser ikke din skærm, men kan dele kopieret tekst
session-files = Ser ikke din skærm, men kan sende og hente filer
session-nothing = Ser intet og kan intet gøre
session-paused = Pause: intet ses, og intet gøres
session-lost = Linjen er væk: intet ses eller gøres. Forbinder igen, forsøg { $attempt }.
session-may = Hvad { $operator } må
session-hot-key = Afslut når som helst: { $key }
light-here = Nogen er her
chat-heading = Beskeder
chat-ask = Skriv til din hjælper
chat-you = Dig
chat-none = Der er ikke skrevet noget endnu.
chat-refused = Ikke sendt: for meget venter. Prøv igen om et øjeblik.
button-say = Send
button-stop-files = Stop
files-brings = Din hjælper sender { $what }
files-fetches = Din hjælper henter { $what }
files-progress = { $done } af { $whole }
files-progress-rate = { $done } af { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Én fil er kommet hertil.
   *[other] { $count } filer er kommet hertil.
 }
files-fetched = { $count ->
    [one] Din hjælper hentede én fil.
   *[other] Din hjælper hentede { $count } filer.
 }
files-failed = { $failed ->
    [one] Én fil kom ikke igennem.
   *[other] { $failed } filer kom ikke igennem.
 }
files-stopped = { $count ->
    [0] Stoppet: ingen fil kom frem.
    [one] Stoppet: én fil kom frem før.
   *[other] Stoppet: { $count } filer kom frem før.
 }
files-fetch-stopped = { $count ->
    [0] Stoppet. En del er måske hentet.
    [one] Stoppet. Én fil blev hentet, og måske en del af en anden.
   *[other] Stoppet. { $count } filer blev hentet, og måske en del af en anden.
 }
light-paused = Pause

# Bjælken
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = ser og styrer din skærm
bar-sees = ser din skærm
bar-controls = kan bruge mus og tastatur
bar-copies-and-files = kan hente filer og kopieret tekst
bar-copies = kan dele kopieret tekst
bar-files = kan sende og hente filer
bar-nothing = er forbundet og ser intet
bar-brings = sender filer
bar-fetches = henter filer
bar-brought = sendte filer
bar-fetched = hentede filer
bar-paused = ser intet: pause
bar-lost = linjen er væk
bar-hot-key = Afslut: { $key }
bar-ignored = Talte ikke. Dig? Bevæg musen
bar-handle = Flyt bjælken: træk i den, eller brug piletasterne
bar-view = Skærm
bar-control = Styring
bar-clipboard = Kopitekst
bar-files-switch = Filer

# Kvitteringen
over-heading = Sessionen er slut
over-heading-denied = Du lukkede ingen ind
over-heading-words = De to ord var forskellige
receipt-title = Fjernhjælp: hvad der skete
receipt-who = Hvem
receipt-organisation = Organisation
receipt-from = Fra
receipt-to = Til
receipt-took = Varighed
receipt-happened = Hvad der skete
receipt-asked = Bedt om
receipt-given = Tilladt
receipt-taken = Ikke længere tilladt
receipt-paused = Pause
receipt-resumed = Fortsatte
receipt-lost = Forbindelsen blev afbrudt
receipt-found = Forbindelsen kom igen
receipt-ended = Slut
receipt-saw = Din skærm blev set i { $time }.
receipt-saw-not = Din skærm blev ikke set.
receipt-controlled = Mus og tastatur kunne bruges i { $time }.
receipt-controlled-not = Mus og tastatur kunne ikke bruges.
receipt-clipboard = Kopieret tekst kunne deles i { $time }.
receipt-clipboard-not = Kopieret tekst blev ikke delt.
receipt-files-could = Filer kunne sendes og hentes i { $time }.
receipt-files = Filer, der kom hertil: { $brought }. Filer, din hjælper hentede: { $fetched }.
receipt-files-not = Ingen filer blev sendt eller hentet.
receipt-brought = Kom frem
receipt-fetched = Hentet af din hjælper
receipt-not-brought = Kom ikke frem
receipt-not-fetched = Kunne ikke hentes
receipt-fetch-stopped = Delvist hentet, så stoppet
receipt-refused-files = Ville sende filer, hvilket ikke var tilladt
receipt-refused-fetch = Ville hente, hvilket ikke var tilladt
receipt-more-files = { $count ->
    [one] Én fil til
   *[other] { $count } filer til
 }
receipt-line = { $label }: { $value }
receipt-vouched = Navnene kommer fra hjælpetjenesten selv.
grant-name-view = se skærmen
grant-name-control = bruge mus og tastatur
grant-name-clipboard = dele kopieret tekst
grant-name-files = sende og hente filer
grant-name-none = intet
end-you = Du afsluttede den
end-operator = Hjælperen afsluttede den
end-words = Dine to ord var ikke hjælperens: nogen kan have været imellem. Ring til din helpdesk på et nummer, du kender.
end-denied = Du sagde nej
end-no-answer = Der kom intet svar i tide, hvilket gælder som nej
end-desktop = Skrivebordet var væk
end-line = Forbindelsen blev afbrudt
end-relay = Din hjælper har ikke længere adgang
end-fault = De to programmer forstod ikke hinanden
save-path = Filnavn til kvitteringen
save-done = Gemt.
save-exists = Der findes allerede en fil med dette navn. Ret navnet.
save-failed = Det kunne ikke gemmes: { $why }
save-denied = dette program må ikke skrive dér
save-no-folder = sådan en mappe findes ikke
save-full = disken er fuld
save-read-only = dér kan intet skrives
over-nothing-remains = Intet af dette program bliver på denne computer. Du kan slette dets fil nu.
receipt-file = fjernhjaelp

# Intet kan vises her
cannot-heading = Din skærm kan ikke vises
cannot-wayland = Dette skrivebord bruger Wayland, som ikke kan vises. Log ud, vælg “Xorg” eller “X11” ved login, log ind, og start dette program igen.
cannot-desktop = Dette program kan ikke se din skærm eller bruge din mus. Sig til din hjælper, hvad der står nedenfor.
cannot-gone = Skrivebordet er lukket. Log ind, og start dette program igen.
cannot-fault = Programmet kan ikke fortsætte. Start det igen; hjælper det ikke, så sig til din hjælper, hvad der står nedenfor.

# Hvad der skete, i få ord til den, der hjælper
fault-at = { $target }: { $what }
fault-name = dette navn findes ikke ({ $more })
fault-refused = forbindelsen blev afvist
fault-timed-out = intet svar i tide, måske smider en firewall det væk
fault-network = netværket svigtede ({ $more })
fault-wrong-pin = det, der svarer, har en anden nøgle
fault-proxy = proxyen lukker det ikke igennem ({ $more })
fault-proxy-wants-password = proxyen { $more } vil have navn og adgangskode
fault-proxy-wrong-password = proxyen { $more } godtager ikke navn og adgangskode
fault-closed = forbindelsen blev taget og straks lukket
fault-portal = netværket sender alle til en webside først
fault-not-a-relay = det, der svarer, er ikke en hjælpetjeneste ({ $more })
fault-own-key = dette programs egen nøgle svigtede ({ $more })
fault-refusal = hjælpetjenesten siger nej ({ $more })
fault-leg = forbindelsen sluttede ({ $more })
fault-silent = hjælpetjenesten svarede ikke i tide
fault-unexpected = hjælpetjenesten svarede noget andet end det, der blev spurgt om
fault-stopping = hjælpetjenesten stoppes
desktop-unreachable = Skrivebordet { $display } kan ikke nås: { $reason }
desktop-refused = Skrivebordet { $display } afviste dette program: { $reason }. Start det som den bruger, der er logget ind dér.
desktop-extension = Skrivebordets X-server mangler udvidelsen { $name }.
desktop-depth = Skrivebordet viser farver med { $depth } bit. Vælg 24 bit i skærmindstillingerne.
desktop-not-here = På dette system kan skærmen endnu ikke vises; det virker på Linux med X11.
desktop-gone = Skrivebordet er lukket.
desktop-large = Skrivebordet er for stort. Vælg en lavere opløsning i skærmindstillingerne.

# Taster, der trykkes samtidig
keys-space = Ctrl+Alt+Mellemrum
keys-end = Ctrl+Alt+End
keys-pause = Ctrl+Alt+Pause

# Ikonet i systemets bakke
tray-show = Vis vinduet
tray-waiting = Fjernhjælp
tray-here = Fjernhjælp: { $operator } er forbundet

# Størrelser
decimal-sign = ,
size-bytes = { $size } byte
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Tider
date = { $day }. { $month ->
    [1] januar
    [2] februar
    [3] marts
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] august
    [9] september
    [10] oktober
    [11] november
   *[12] december
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } t { $minutes } min
