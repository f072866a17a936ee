# Co říká okno klienta. Člověk může mít strach: krátce, jasně, jedna věc po druhé.

window-title = Vzdálená pomoc
window-title-of = Vzdálená pomoc – { $organisation }
bar-title = Vzdálená pomoc: lišta

# Tlačítka
button-copy = Kopírovat
button-copied = Zkopírováno
button-new-password = Nové heslo
button-allow = Povolit
button-deny = Odmítnout
button-continue = Pokračovat
button-read-on = Číst dál
button-pause = Pozastavit
button-resume = Pokračovat
button-end = Ukončit
button-test = Otestovat spojení
button-testing = Testuji …
button-test-again = Otestovat znovu
button-copy-report = Kopírovat zprávu
button-close = Zavřít
button-save = Uložit
button-wait-again = Začít znovu
button-show-window = Okno
button-show-message = Zpráva
button-show-files = Přenosy

# Čekání
heading-waiting = Vzdálená pomoc
light-ready = Připraveno
light-trying = Připojuje se
light-bad = Nepřipojeno
status-ready = Připraveno
status-ready-more = Přečtěte tato dvě čísla do telefonu svému pomocníkovi.
status-connecting = Připojování…
status-connecting-again = Připojování, { $attempt }. pokus…
status-connecting-more = Za okamžik se tu objeví vaše čísla.
status-stopping = Připojuje se znovu…
status-stopping-more = Služba pomoci se restartuje. Chvilku to potrvá.
status-silent = Služba pomoci neodpovídá
status-silent-more = Možná tento počítač právě není na internetu. Dokud služba neodpoví, nikdo se nepřipojí; nemusíte nic dělat.
status-trying = Zatím nepřipojeno, { $attempt }. pokus
status-lost = Spojení se přerušilo
status-bad = Nelze se připojit
verdict-good = Služba pomoci je odtud dostupná, ale tento program nepustí.
verdict-pin = Odpovídá něco jiného než služba pomoci.
verdict-proxy = Síť chce jméno a heslo, které přijme.
verdict-no-proxy = Proxy vaší sítě neodpovídá.
verdict-no-name = Jméno služby pomoci nelze najít: možná chybí internet.
verdict-blocked = Ke službě pomoci se odtud nic nedostane.
verdict-next = Zpráva říká, co se zkoušelo a oč požádat správce této sítě. Nic osobního v ní není.
report-no-proxy = žádná
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: vede ke službě pomoci, { $time } ms
report-reached-by = { $way }: vede ke službě pomoci, { $time } ms, certifikát od { $issuer }
report-line = { $host }: tam a zpět za { $time } ms, nejméně { $rate } Mbit/s
report-clock-ahead = hodiny tohoto počítače jdou o { $seconds } s napřed
report-clock-behind = hodiny tohoto počítače jdou o { $seconds } s pozadu
report-ask = Požádejte správce této sítě, aby ven pustil:
report-rule = TCP na { $host } ({ $addresses }), porty { $ports }
report-unknown = adresa tu není známa
trouble-unreachable = Služba pomoci neodpovídá. Ověřte, že je počítač připojen k internetu. Program to zkouší dál.
trouble-blocked = Něco po cestě spojení uzavírá, možná firewall, nebo služba pomoci neběží. Řekněte to svému pomocníkovi. Program to zkouší dál.
trouble-portal = Vaše síť chce, abyste se nejdřív přihlásili na webové stránce, jako v hotelu. Otevřete prohlížeč, přihlaste se a vraťte se sem: program to zkouší dál.
trouble-proxy = Vaše síť se ptá, kdo jste, než program pustí ven.
proxy-user = Vaše jméno v této síti
proxy-password = Vaše heslo v této síti
proxy-wrong = Síť údaje nepřijala. Napište je prosím znovu.
proxy-spent = Síť nepřijala jméno a heslo. Než to zkusíte znovu, zeptejte se správce počítače: po několika chybách se účty zamykají.
proxy-who = Zadejte to, co v práci píšete pro přístup k internetu. Dozví se to jen { $proxy }, nikde se to neuloží.
button-introduce = Připojit
trouble-wrong-relay = Odpovídá někdo jiný než služba vašeho pomocníka. Nic nečtěte nahlas a řekněte mu to.
trouble-old-program = Tento program už ke službě pomoci nepasuje. Stáhněte si ho od svého pomocníka znovu.
trouble-full = Služba pomoci je právě plná. Program to zkouší dál.
trouble-lost = Program se připojuje znovu. Nemusíte nic dělat.
detail = Pro vašeho pomocníka: { $detail }
label-session-id = Číslo relace
label-password = Heslo
hint-consent = Nikdo neuvidí vaši obrazovku, dokud to tady nepovolíte.

# Poznámky
note-wrong-password = Někdo zadal špatné heslo. { $left ->
    [one] Zbývá jeden pokus.
    [few] Zbývají { $left } pokusy.
   *[other] Zbývá { $left } pokusů.
 }
note-password-replaced = Třikrát špatné heslo. Přečtěte pomocníkovi nové; nemůže-li ho použít, spusťte tento program znovu.
note-number-replaced = Někdo zadal špatné heslo příliš často. Za chvíli dostanete nové číslo.
note-not-let-in = Někdo se zkusil připojit, ale dovnitř se nedostal.
note-came-and-went = Někdo se připojil a zase odešel. Nic neviděl.
note-ignored = Stisk nebyl přijat: platí jen vaše vlastní myš a klávesnice. Byli jste to vy? Pohněte myší a stiskněte znovu.
note-relay-stopping = Služba pomoci se restartuje.

# Souhlas
consent-heading = Pustit dál: { $operator }?
consent-who = { $organisation }; jména uvádí její služba pomoci.
consent-words-heading = Přečtěte pomocníkovi tato dvě slova
consent-words-more = Pomocník musí vidět stejná dvě. Pokud má jiná, stiskněte Odmítnout.
consent-asks = Co povolíte?
notice-heading = Než začnete
notice-from = { $organisation } uvádí:
notice-then = Připojit se chce { $operator }. Na další stránce rozhodnete, co povolíte.
consent-called = Zavolali jste jim vy?
consent-called-more = Pokud někdo zavolal vám a chtěl vaše čísla, stiskněte Odmítnout.
consent-seconds = { $seconds ->
    [one] Bez odpovědi do jedné sekundy to znamená Odmítnout.
   *[other] Bez odpovědi do { $seconds } sekund to znamená Odmítnout.
 }
consent-answered = Okamžik…
grant-view = Vidět moji obrazovku
grant-view-more = Pomocník uvidí vše, co máte na obrazovkách. Soukromé věci předem zavřete.
grant-control = Používat moji myš a klávesnici
grant-control-more = Pomocník tu může klikat a psát. Vaše vlastní myš a klávesnice mají vždy přednost.
grant-clipboard = Sdílet zkopírovaný text
grant-clipboard-more = Co zkopírujete, dostane pomocník, a co zkopíruje on, dostanete vy.
grant-files = Posílat a stahovat soubory
grant-files-more = Pomocník může soubory na tento počítač uložit i si je zkopírovat. Každý tu uvidíte.

# Během relace
session-heading = Je tu { $operator }
session-who = { $organisation }, od { $time }
session-sees-and-controls = Vidí vaši obrazovku a může používat myš a klávesnici
session-sees = Vidí vaši obrazovku
session-controls = Může používat myš a klávesnici, ale obrazovku nevidí
session-copies-and-files = Obrazovku nevidí, ale může posílat a stahovat soubory a sdílet zkopírovaný text
session-copies = Obrazovku nevidí, ale může sdílet zkopírovaný text
session-files = Obrazovku nevidí, ale může posílat a stahovat soubory
session-nothing = Nic nevidí a nic nemůže dělat
session-paused = Pozastaveno: nikdo nic nevidí a nic nedělá
session-lost = Spojení vypadlo, nikdo nic nevidí. Obnovuje se, pokus { $attempt }.
session-may = Co { $operator } smí
session-hot-key = Ukončit můžete kdykoli: { $key }
light-here = Někdo je připojen
chat-heading = Zprávy
chat-ask = Napište pomocníkovi
chat-you = Vy
chat-none = Zatím nikdo nic nenapsal.
chat-refused = Neodesláno: příliš mnoho jich čeká. Zkuste to za chvíli znovu.
button-say = Odeslat
button-stop-files = Zastavit
files-brings = Pomocník posílá { $what }
files-fetches = Pomocník stahuje { $what }
files-progress = { $done } z { $whole }
files-progress-rate = { $done } z { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Přišel jeden soubor.
    [few] Přišly { $count } soubory.
   *[other] Přišlo { $count } souborů.
 }
files-fetched = { $count ->
    [one] Pomocník stáhl jeden soubor.
    [few] Pomocník stáhl { $count } soubory.
   *[other] Pomocník stáhl { $count } souborů.
 }
files-failed = { $failed ->
    [one] Jeden soubor nebylo možné přenést.
    [few] { $failed } soubory nebylo možné přenést.
   *[other] { $failed } souborů nebylo možné přenést.
 }
files-stopped = { $count ->
    [0] Zastaveno: nepřenesl se žádný soubor.
    [one] Zastaveno: předtím se přenesl jeden soubor.
    [few] Zastaveno: předtím se přenesly { $count } soubory.
   *[other] Zastaveno: předtím se přeneslo { $count } souborů.
 }
files-fetch-stopped = { $count ->
    [0] Zastaveno. Část mohla být stažena.
    [one] Zastaveno. Jeden soubor byl stažen, část dalšího mohla být.
    [few] Zastaveno. Staženy byly { $count } soubory, část dalšího mohla být.
   *[other] Zastaveno. Staženo bylo { $count } souborů, část dalšího mohla být.
 }
light-paused = Pozastaveno

# Lišta
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = vidí a ovládá obrazovku
bar-sees = vidí obrazovku
bar-controls = ovládá myš a klávesnici
bar-copies-and-files = může k souborům a schránce
bar-copies = může ke schránce
bar-files = může k souborům
bar-nothing = připojen, nic nevidí
bar-brings = posílá soubory
bar-fetches = stahuje soubory
bar-brought = poslal soubory
bar-fetched = stáhl soubory
bar-paused = nic nevidí: pozastaveno
bar-lost = spojení vypadlo
bar-hot-key = Ukončit: { $key }
bar-ignored = Nepřijato. Váš? Pohněte myší
bar-handle = Posunout lištu: táhněte ji nebo použijte šipky
bar-view = Obraz
bar-control = Ovládání
bar-clipboard = Schránka
bar-files-switch = Soubory

# Potvrzení
over-heading = Relace skončila
over-heading-denied = Nikoho jste nepustili dál
over-heading-words = Ta dvě slova se lišila
receipt-title = Vzdálená pomoc: co se dělo
receipt-who = Kdo
receipt-organisation = Organizace
receipt-from = Od
receipt-to = Do
receipt-took = Trvání
receipt-happened = Co se dělo
receipt-asked = Požádáno o
receipt-given = Povoleno
receipt-taken = Odvoláno
receipt-paused = Pozastaveno
receipt-resumed = Pokračování
receipt-lost = Spojení se ztratilo
receipt-found = Spojení je zpět
receipt-ended = Konec
receipt-saw = Vaše obrazovka byla vidět { $time }.
receipt-saw-not = Vaše obrazovka nebyla vidět.
receipt-controlled = Myš a klávesnice se daly používat { $time }.
receipt-controlled-not = Myš ani klávesnice se používat nedaly.
receipt-clipboard = Zkopírovaný text bylo možné sdílet { $time }.
receipt-clipboard-not = Zkopírovaný text nebyl sdílen.
receipt-files-could = Soubory bylo možné posílat a stahovat { $time }.
receipt-files = Soubory, které sem přišly: { $brought }. Soubory, které si pomocník stáhl: { $fetched }.
receipt-files-not = Žádné soubory se nepřenášely.
receipt-brought = Přišlo
receipt-fetched = Pomocník stáhl
receipt-not-brought = Nepřišlo
receipt-not-fetched = Nebylo možné stáhnout
receipt-fetch-stopped = Staženo zčásti, pak zastaveno
receipt-refused-files = Pomocník chtěl poslat soubory, nebylo to dovoleno
receipt-refused-fetch = Pomocník chtěl stáhnout, nebylo to dovoleno
receipt-more-files = { $count ->
    [one] Ještě jeden soubor
    [few] Ještě { $count } soubory
   *[other] Ještě { $count } souborů
 }
receipt-line = { $label }: { $value }
receipt-vouched = Jména uvádí sama služba pomoci.
grant-name-view = vidět obrazovku
grant-name-control = používat myš a klávesnici
grant-name-clipboard = sdílet zkopírovaný text
grant-name-files = posílat a stahovat soubory
grant-name-none = nic
end-you = Ukončili jste ji vy
end-operator = Ukončil ji pomocník
end-words = Vaše dvě slova nebyla stejná jako u pomocníka: někdo mohl být mezi vámi. Zavolejte na linku podpory, kterou znáte.
end-denied = Odmítli jste
end-no-answer = Odpověď nepřišla včas, což znamená ne
end-desktop = Pracovní plocha skončila
end-line = Spojení se přerušilo
end-relay = Pomocník už nemá přístup
end-fault = Oba programy si nerozuměly
save-path = Název souboru s potvrzením
save-done = Uloženo.
save-exists = Soubor s tímto názvem už existuje. Změňte název.
save-failed = Nelze uložit: { $why }
save-denied = program tam nesmí zapisovat
save-no-folder = taková složka neexistuje
save-full = disk je plný
save-read-only = zapisovat tam nelze
over-nothing-remains = Na tomto počítači z programu nic nezůstává. Jeho soubor teď můžete smazat.
receipt-file = vzdalena-pomoc

# Nelze nic ukázat
cannot-heading = Vaši obrazovku nelze ukázat
cannot-wayland = Tato plocha používá Wayland a nelze ji ukázat. Odhlaste se. Na přihlašovací obrazovce zvolte „Xorg“ nebo „X11“, přihlaste se a spusťte program znovu.
cannot-desktop = Program nevidí vaši obrazovku nebo nemůže používat myš. Řekněte pomocníkovi, co stojí níže.
cannot-gone = Pracovní plocha skončila. Přihlaste se a spusťte program znovu.
cannot-fault = Program nemůže pokračovat. Spusťte ho znovu; pokud to nepomůže, řekněte pomocníkovi, co stojí níže.

# Co se stalo, několika slovy pro toho, kdo pomáhá
fault-at = { $target }: { $what }
fault-name = toto jméno se nenašlo ({ $more })
fault-refused = spojení bylo odmítnuto
fault-timed-out = žádná odpověď včas, možná ji zahazuje firewall
fault-network = síť selhala ({ $more })
fault-wrong-pin = odpovídá někdo s jiným klíčem
fault-proxy = proxy nepustil spojení dál ({ $more })
fault-proxy-wants-password = proxy { $more } chce jméno a heslo
fault-proxy-wrong-password = proxy { $more } nepřijal jméno a heslo
fault-closed = spojení bylo přijato a hned zavřeno
fault-portal = síť posílá všechny nejdřív na webovou stránku
fault-not-a-relay = neodpovídá služba pomoci ({ $more })
fault-own-key = selhal vlastní klíč programu ({ $more })
fault-refusal = služba pomoci odmítla ({ $more })
fault-leg = spojení skončilo ({ $more })
fault-silent = služba pomoci včas neodpověděla
fault-unexpected = služba pomoci odpověděla na něco jiného
fault-stopping = služba pomoci se zastavuje
desktop-unreachable = K ploše { $display } se nelze připojit: { $reason }
desktop-refused = Plocha { $display } program odmítla: { $reason }. Spusťte ho jako uživatel, který je tam přihlášen.
desktop-extension = X serveru této plochy chybí rozšíření { $name }.
desktop-depth = Plocha má { $depth }bitové barvy. V nastavení obrazovky zvolte 24bitové.
desktop-not-here = Na tomto systému zatím nelze obrazovku ukázat; jde to na Linuxu s X11.
desktop-gone = Pracovní plocha skončila.
desktop-large = Plocha je příliš velká. V nastavení obrazovky zvolte nižší rozlišení.

# Klávesy, které se stisknou spolu
keys-space = Ctrl+Alt+mezerník
keys-end = Ctrl+Alt+End
keys-pause = Ctrl+Alt+Pause

# Ikona v liště
tray-show = Ukázat okno
tray-waiting = Vzdálená pomoc
tray-here = Vzdálená pomoc: připojen je { $operator }

# Velikosti
decimal-sign = ,
size-bytes = { $size } B
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Časy
date = { $day }. { $month ->
    [1] ledna
    [2] února
    [3] března
    [4] dubna
    [5] května
    [6] června
    [7] července
    [8] srpna
    [9] září
    [10] října
    [11] listopadu
   *[12] prosince
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
