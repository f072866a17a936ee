# Okno konzole. Texty samotné relace jsou v session.cs.ftl.

window-title = Konzole Farhand

tab-new = Nová relace
tab-settings = Nastavení
tab-close = Zavřít { $name }
tab-close-ended = Zavřít skončené ({ $count })
tab-name = Název této relace
tab-asking = zákazník je tázán
tab-live = probíhá
tab-paused = pozastavená
tab-lost = spojení vypadlo
tab-silent = počítač neodpovídá
tab-ended = skončila
tab-unread = { $state }, nová zpráva

close-tab-title = Ukončit relaci { $name }?
close-window-title = { $count ->
    [one] Ukončit relaci a zavřít?
    [few] Ukončit { $count } relace a zavřít?
   *[other] Ukončit { $count } relací a zavřít?
 }
close-lead = Zákazník by vás pak musel pustit znovu.
close-stay = Zůstat
close-tab-yes = Ukončit relaci
close-window-yes = Ukončit a zavřít

connect-title = Připojit se k zákazníkovi
connect-lead = Napište nebo vložte obě zákazníkova čísla.
connect-id = Číslo relace
connect-password = Heslo
connect-ask-control = Vidět a ovládat
connect-ask-view = Jen vidět
connect-go = Připojit
connect-cancel = Zrušit
connect-trying-relay = Spojuji se se serverem …
connect-trying-client = Spojuji se se zákazníkem …
connect-identity = Připojujete se jako { $operator } přes { $relay }.

number-short = { $found } z { $expected } číslic
number-long = { $found } číslic je moc, má jich být { $expected }.
number-not-a-digit = „{ $character }“ není číslice. Číslo má jen číslice.
number-check = Některá číslice nesedí nebo jsou dvě prohozené. Zeptejte se znovu.
number-missing-id = Napište číslo relace, které vám zákazník čte.
number-missing-password = Napište heslo, které vám zákazník čte.

recent-title = Poslední relace
recent-clear = Vymazat
recent-line = { $when }, trvala { $lasted }
recent-how = { $organisation } · { $end }
recent-operator = Ukončili jste ji vy.
recent-customer = Ukončil ji zákazník.
recent-denied = Zákazník nesouhlasil.
recent-no-answer = Zákazník neodpověděl.
recent-desktop-gone = Zákazníkova plocha zmizela.
recent-line-lost = Spojení vypadlo.
recent-relay = Ukončil ji server.
recent-protocol = Programy si neporozuměly.
ago-now = Právě teď
ago-minutes = { $count ->
    [one] Před minutou
   *[other] Před { $count } minutami
 }
ago-hours = { $count ->
    [one] Před hodinou
   *[other] Před { $count } hodinami
 }
ago-days = { $count ->
    [one] Včera
   *[other] Před { $count } dny
 }
lasted-seconds = { $count } s
lasted-minutes = { $count } min
lasted-hours = { $count } h

setup-title-first = Vítejte
setup-lead-first = Správce vám poslal několik řádků. Zkopírujte je a vložte sem, tím se vyplní vše. Můžete je také opsat.
setup-title-token = Váš přístupový klíč
setup-lead-token = Přístupový klíč jste dostali od správce. Vložte ho sem a můžete pokračovat.
setup-title = Nastavení
setup-lead = Než zde něco změníte, zeptejte se správce. Nové řádky od něj sem stačí vložit.
setup-pasted = { $count ->
    [4] Vše je vyplněno.
   *[other] Nalezeno a vyplněno: { $count } ze 4.
 }
setup-relay = Server
setup-relay-hint = relay.example.org:443
setup-relay-missing = Kde je server? Ví to správce.
setup-relay-wrong = Je třeba jméno, nebo jméno, dvojtečka a číslo, například relay.example.org:443.
setup-pin = Otisk klíče serveru
setup-pin-hint = sha256/…
setup-pin-missing = Otisk dokazuje, že jde o správný server. Zná ho správce.
setup-pin-wrong = Otisk je sha256/ a za ním 44 znaků. Zkopírujte ho celý.
setup-operator = Vaše jméno na serveru
setup-operator-hint = Jak ho napsal správce
setup-operator-missing = Jaké jméno vám správce dal?
setup-operator-wrong = To nemůže být jméno: je dlouhé nebo má znak, který není vidět.
setup-token = Váš přístupový klíč
setup-token-hint = 43 písmen a číslic
setup-token-kept = Nechte prázdné, platí dosavadní
setup-token-missing = Přístupový klíč dokazuje, že jste to vy. Dal vám ho správce.
setup-token-length = Přístupový klíč má { $expected } znaků, tento jich má { $found }. Zkopírujte ho znovu celý.
setup-token-wrong = Přístupový klíč má jen písmena bez diakritiky, číslice, - a _. Zkopírujte ho znovu celý.
token-asking = Ptám se úložiště klíčů v systému …
token-will-be-kept = Uloží se do úložiště klíčů v systému, ne do souboru.
token-kept = Je v úložišti klíčů v systému.
token-no-store = Systém nemá použitelné úložiště klíčů. Při každém spuštění se vás zeptáme.
token-in-memory = Systém klíče neukládá. Váš platí, dokud toto okno nezavřete.
token-given = Byl zadán při spuštění a platí, dokud toto okno nezavřete.
setup-save = Uložit
setup-go-on = Uložit a pokračovat
setup-cancel = Zrušit
setup-test = Vyzkoušet spojení
setup-testing = Zkouším …
setup-test-fine = Funguje to: { $organisation } vás zná.
setup-proxy = Proxy
setup-proxy-hint = Najde se sám
setup-proxy-wrong = Proxy je HOST:PORT, http://, https:// nebo socks5:// s hostitelem a portem, none, nebo pac+http:// s adresou skriptu.
setup-proxy-secret = Sem bez jména a hesla: pokud je proxy bude chtít, zeptáme se.
setup-report-copy = Kopírovat zprávu
setup-report-save = Uložit zprávu
setup-report-hint = Zpráva říká, co se zkoušelo a jak to dopadlo. Nic osobního v ní není.
setup-report-saved = Uloženo jako { $file }
setup-report-not-saved = Neuloženo: { $why }
verdict-good = { $ways ->
    [one] K serveru vede jedna cesta.
    [few] K serveru vedou { $ways } cesty.
   *[other] K serveru vede { $ways } cest.
 }
verdict-opened = HTTPS cestou otevírá { $who }. Server je dostupný a vaše relace zůstávají zapečetěné.
verdict-pin = Odpovídá něco jiného než váš server: někdo je mezi vámi, nebo má server nový klíč.
verdict-proxy = Proxy { $proxy } chce jméno a heslo, které přijme.
verdict-no-proxy = Proxy { $proxy } je nedostupný: není tam, nebo je špatně jeho jméno či port.
verdict-no-name = Jméno serveru nelze najít: není síť, nebo je jméno špatně.
verdict-blocked = K serveru se nic nedostane, nebo neběží. Zpráva říká, oč požádat správce sítě.
verdict-portal = Tato síť chce, aby se lidé nejdřív přihlásili na webové stránce. Otevřete prohlížeč, přihlaste se a zkuste to znovu.
report-host = { $host }: { $what }
report-proxy = { $host }: proxy { $names }
report-no-proxy = { $host }: bez proxy
report-reached = { $way }: vede k serveru, { $time } ms
report-reached-by = { $way }: vede k serveru, { $time } ms, certifikát od { $issuer }
report-line = { $host }: tam a zpět za { $time } ms, nejméně { $rate } Mbit/s
report-line-ahead = { $host }: tam a zpět za { $time } ms, nejméně { $rate } Mbit/s; hodiny tohoto počítače jdou o { $seconds } s napřed
report-line-behind = { $host }: tam a zpět za { $time } ms, nejméně { $rate } Mbit/s; hodiny tohoto počítače jdou o { $seconds } s pozadu
report-ask = Požádejte správce sítě, aby ven pustil:
report-rule = TCP na { $host } (adresa tu není známa), porty { $ports }
report-rule-addresses = TCP na { $host } ({ $addresses }), porty { $ports }
report-login = Přihlášení se daří.
report-no-login = Přihlášení: { $why }
proxy-user = Vaše jméno pro proxy
proxy-password = Vaše heslo pro proxy
proxy-send = Přihlásit
proxy-wrong = Proxy údaje nepřijal. Napište je znovu.
proxy-spent = Proxy nepřijal jméno a heslo. Než to zkusíte znovu, zeptejte se správce sítě: po několika chybách se účty zamykají.
proxy-who = Dozví se to jen { $proxy }; pamatuje se to, dokud okno nezavřete.
settings-proxy = Je to auto, none, proxy bez jména a hesla, nebo pac+ s adresou skriptu.
setup-theme = Barvy
setup-language = Jazyk
setup-as-system = Podle systému
setup-light = Světlé
setup-dark = Tmavé
setup-file = Nastavení je uloženo v { $file }
setup-no-file = Systém nemá složku pro nastavení: platí, dokud toto okno nezavřete.
setup-file-trouble = Nastavení se nepodařilo přečíst nebo zapsat. Uložení soubor nahradí.

trouble-nobody = Pod tímto číslem nikdo nečeká.
trouble-nobody-next = Nechte si číslo relace přečíst znovu. Možná vypršelo, nebo je připojen kolega. Vidí-li zákazník ještě souhrn minulé relace, musí nejdřív stisknout „Začít znovu“.
trouble-here = Na tomto počítači něco selhalo.
trouble-here-next = Spusťte konzoli znovu. Nepomůže-li to, ukažte tato slova správci.
trouble-relay-left = Server přerušil spojení.
trouble-again = Připojte se znovu.
trouble-relay-silent = Server neodpovídá.
trouble-relay-odd = Server odpověděl něco, čemu tento program nerozumí.
trouble-newest = Použijte nejnovější verze všech programů. Pomůže vám správce.
trouble-relay-stopping = Server se právě restartuje.
trouble-minute = Zkuste to za minutu.
trouble-pin = Odpovídá tam něco jiného než váš server.
trouble-pin-next = Nepokračujte, dokud správce neřekne proč: server může mít nový klíč, nebo je někdo mezi vámi.
trouble-unreachable = Server není dostupný.
trouble-proxy-next = Proxy v této síti chce vědět, kdo jste.
trouble-no-proxy-next = Zkontrolujte proxy v nastavení, nebo tu, kterou má nastavenou tento počítač.
trouble-unreachable-next = Ověřte nejdřív svou síť. Jestli jiné stránky jdou otevřít, musí se podívat správce.
attempt-name = { $relay }: počítač tohoto jména neexistuje.
attempt-refused = { $relay }: spojení bylo odmítnuto.
attempt-timed-out = { $relay }: žádná odpověď. V cestě může být firewall.
attempt-network = { $relay }: síť tam nevede.
attempt-pin = { $relay }: jiný klíč, než má váš server.
attempt-proxy = { $relay }: proxy { $proxy } nepustil spojení dál.
attempt-proxy-missing = { $relay }: proxy { $proxy } je nedostupný.
attempt-proxy-wants-password = { $relay }: proxy { $proxy } chce jméno a heslo.
attempt-proxy-wrong-password = { $relay }: proxy { $proxy } nepřijal jméno a heslo.
attempt-closed = { $relay }: spojení přijal a hned zavřel.
attempt-portal = { $relay }: síť posílá všechny nejdřív na webovou stránku.
attempt-no-relay = { $relay }: to, co odpovídá, není náš server.
attempt-here = { $relay }: tento počítač nevydal klíč.
trouble-relay-version = Konzole a server jsou příliš různě staré.
trouble-operator = Server vás nezná, nebo už ne.
trouble-operator-next = Ověřte v nastavení své jméno a přístupový klíč, nebo se zeptejte správce, zda vám přístup neodebral.
trouble-ticket = Připojení trvalo příliš dlouho.
trouble-alone = Zákazníkův program se na server včas nepřipojil.
trouble-alone-next = Zeptejte se, zda je stále otevřený a svítí zeleně, a připojte se znovu.
trouble-busy = Server teď další spojení nepřijímá.
trouble-busy-next = { $seconds ->
    [one] Zkuste to za sekundu.
    [few] Zkuste to za { $seconds } sekundy. Může to být i mnoha špatnými čísly.
   *[other] Zkuste to za { $seconds } sekund. Může to být i mnoha špatnými čísly.
 }
trouble-password = Heslo nesouhlasí.
trouble-password-next = Nechte si ho přečíst znovu.
trouble-password-replaced = Byl to poslední pokus: zákazník teď vidí nové heslo. Zeptejte se na ně.
trouble-number-ended = Příliš mnoho špatných hesel: toto číslo relace už neplatí.
trouble-new-numbers = Zákazník teď vidí nová čísla. Zeptejte se na obě.
trouble-programs = Konzole a zákazníkův program jsou příliš různě staré.
trouble-voucher = Zákazníkův program neuvěřil serveru, že jste to vy.
trouble-spent = Toto číslo relace jste odtud zkusili příliš mnohokrát.
trouble-spent-next = Požádejte zákazníka, ať program zavře a spustí znovu, a použijte nová čísla.
trouble-unproven = To, co odpovědělo, nezná heslo. Nemusí to být zákazník.
trouble-unproven-next = Požádejte zákazníka, ať program spustí znovu, a použijte nová čísla.
trouble-client-silent = Zákazníkův program neodpověděl.
trouble-client-silent-next = Zeptejte se, zda je stále otevřený, a připojte se znovu.
trouble-seal = Nepodařilo se navázat bezpečné spojení se zákazníkem.
trouble-seal-next = Připojte se znovu. Stane-li se to zase, řekněte to správci.

end-operator = Ukončili jste relaci.
end-operator-next = U zákazníka nic nezůstalo otevřené.
end-words = Dvě slova se lišila, a relace proto skončila.
end-words-next = Někdo může být mezi vámi a zákazníkem. Řekněte to správci a zavolejte zákazníkovi na číslo, které znáte.
end-customer = Zákazník ukončil relaci.
end-customer-next = Chcete-li pokračovat, ať zákazník stiskne „Začít znovu“ a přečte vám nová čísla.
end-denied = Zákazník nesouhlasil.
end-denied-next = Vysvětlete mu po telefonu, co chcete udělat. Pak ať stiskne „Začít znovu“ a přečte vám nová čísla.
end-no-answer = Zákazník včas neodpověděl.
end-no-answer-next = Řekněte mu po telefonu, že se na obrazovce objeví otázka. Pak ať stiskne „Začít znovu“ a přečte vám nová čísla.
end-desktop-gone = Zákazníkova plocha zmizela.
end-desktop-gone-next = Požádejte zákazníka, ať se přihlásí a program spustí znovu.
end-protocol = Programy si neporozuměly.
end-line = Spojení vypadlo a nepodařilo se je obnovit.
end-line-next = Vypadla síť u zákazníka, u vás, nebo server. Ať zákazník stiskne „Začít znovu“ a přečte vám nová čísla.

detail-code = Technický údaj: { $code }
detail-there = Zákazníkův program hlásí: { $why }
detail-closed = Spojení bylo zavřeno.
detail-timed-out = Nic už nepřicházelo.
detail-network = Síť už tam nevede.
detail-invalid = Přišlo něco neplatného.
detail-relay-versions = Server umí verze { $oldest } až { $newest }.
detail-relay-protocol = Server této konzoli nerozuměl.
detail-no-common-version = Oba programy nemají společnou verzi.
detail-client-protocol = Zákazníkův program této konzoli nerozuměl.
detail-client-versions = Zákazníkův program umí verze { $oldest } až { $newest }.
detail-no-seal = To, co odpovědělo, nezná šifrování Farhandu.
detail-own-key = To, co odpovědělo, se prokazuje klíčem této konzole.
detail-out-of-order = Zpráva přišla mimo pořadí.
detail-too-much = Přišlo toho příliš mnoho najednou.
detail-share = To, co odpovědělo, poslalo neplatný klíč.
detail-commitment = To, co odpovědělo, změnilo číslo, které už bylo dané.
detail-file-denied = Nemáte k němu oprávnění.
detail-file-full = Disk je plný.
detail-file-read-only = Zapisovat tam nelze.
detail-file-no-folder = Místo složky je tam soubor.
detail-file-no-text = Není to text.

settings-unreadable = { $file } nelze přečíst.
settings-unwritable = { $file } nelze zapsat.
settings-line = { $file }, řádek { $line }: { $item }
settings-unknown = Takové nastavení není.
settings-theme = Může být system, light nebo dark.
settings-language = Může být system, english nebo czech.
