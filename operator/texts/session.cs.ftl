## Jedna relace: lišta nad obrazem

session-words-ask = Zeptejte se zákazníka do telefonu na jeho dvě slova. Měla by být:
session-words-match = Souhlasí
session-words-differ = Nesouhlasí
session-words-differ-hint = Ukončí relaci: mezi vámi a zákazníkem může být někdo cizí.
session-words-short = Slova
session-words-compared = Obě slova souhlasí: { $words }
session-view = Obraz
session-control = Ovládání
session-grant-open = Zákazník ještě neodpověděl
session-view-allowed = Vidíte zákazníkovu obrazovku
session-view-refused = Zákazník svou obrazovku neukazuje
session-view-taken-back = Zákazník už svou obrazovku neukazuje
session-control-allowed = Můžete používat zákazníkovu myš a klávesnici
session-control-unused = Zákazníkovu myš a klávesnici použít můžete, ale teď jen sledujete
session-control-refused = Zákazník vám nedovolil používat jeho myš a klávesnici
session-control-taken-back = Zákazník si myš a klávesnici vzal zpět
session-tool-keys = Klávesy
session-tool-type = Napsat text
session-tool-view-only = Jen sledovat
session-tool-view-only-hint = Vaše myš a klávesnice u zákazníka nic nedělají
session-tool-capture = Všechny klávesy
session-tool-capture-hint = Zákazníkovi půjde každá klávesa, i ty, které si jinak nechává vaše plocha
session-tool-monitors = Monitory
session-tool-size = Velikost
session-tool-full-screen = Celá obrazovka
session-tool-window = Zpět do okna
session-tool-more = Další
session-end = Ukončit
session-close = Zavřít

## Její nabídky

session-keys-ctrl-alt-del = Ctrl + Alt + Del
session-keys-super = Super (klávesa Windows)
session-keys-alt-tab = Alt + Tab
session-keys-print = Print Screen
session-keys-alt-f4 = Alt + F4
session-keys-ctrl-esc = Ctrl + Esc
session-chord-ask = Jiné klávesy, mezi nimi znak +
session-chord-send = Poslat
session-chord-wrong = Klávesa „{ $name }“ není. Příklady: ctrl+shift+t, alt+enter, f5
# Names that keys have beside their own, each with the key that it means. Small letters.
session-chord-names = esc=escape, del=delete, ins=insert, pgup=pageup, pgdn=pagedown, win=super, windows=super, control=ctrl, return=enter, mezerník=space, mezera=space, nahoru=up, dolů=down, vlevo=left, doleva=left, vpravo=right, doprava=right, nabídka=menu, printscreen=print, tabulátor=tab, domů=home, konec=end
session-type-ask = U zákazníka se napíše přesně tak, jak je zde
session-type-send = Napsat tam
session-type-unknown = Některé z těchto znaků toto okno neumí zobrazit a dává místo nich ?. U zákazníka se napíší správně.
session-type-hint = nebo Ctrl + Enter
session-monitors-all = Všechny vedle sebe
session-monitor = { $number }: { $name }
session-size-whole = Podle okna
session-size-width = Na šířku okna
session-size-exact = 1:1, bod po bodu
session-colours = Barvy
session-colours-all = Všechny
session-colours-few = Méně, pro pomalou linku
session-colours-grey = Šedá, pro pomalou linku

## Panel vedle obrazu

session-tool-side = Chat, soubory
session-tool-side-unread = Nová zpráva
session-tool-side-hint = Napište zákazníkovi, posílejte a stahujte soubory
session-tool-clipboard = Sdílet schránku
session-tool-clipboard-hint = Co zkopírujete, dostane zákazník, jakmile u něj budete pokračovat, a co zkopíruje on, dostanete vy, dokud se díváte
session-files-refused = Zákazník teď soubory nepovoluje
session-drop = Pusťte soubory a pošlou se zákazníkovi
side-messages = Zprávy
side-you = Vy
side-customer = Zákazník
side-ask = Napište zákazníkovi
side-say = Odeslat
side-files = Soubory
side-put-files = Poslat soubory
side-put-folder = Poslat složky
side-later = Teď se nic nepřenáší. Co vyberete, odejde, jakmile bude relace pokračovat.
side-drop = Nebo je pusťte na obraz. Přijdou do zákazníkova stahování.
side-get = Stáhnout
side-get-ask = Cesta u zákazníka
side-stop = Zastavit
side-progress = { $done } z { $whole }, { $rate }/s
side-progress-first = { $done } z { $whole }
side-waiting = { $count ->
    [one] Čeká ještě jedna věc
    [few] Čekají ještě { $count } věci
   *[other] Čeká ještě { $count } věcí
 }
side-arrived = { $name }: { $what }
side-arrived-several = { $count ->
    [few] Přišly { $count } soubory, poslední jako { $what }
   *[other] Přišlo { $count } souborů, poslední jako { $what }
 }
side-failed = { $name } nepřišlo: { $what }
side-clear = Vymazat
file-not-found = takový soubor ani složka tam není
file-denied = systém to nedovoluje
file-disk-full = disk je plný
file-read-only = na disk nelze zapisovat
file-not-a-file = není to soubor ani složka; odkazy a zařízení se nepřenášejí
file-in-the-way = v cestě je něco jiného téhož jména
file-name = systém nemůže mít soubor toho jména
file-changed = během čtení se stále mění
file-damaged = cestou se poškodilo
file-system = { $why }
file-stopped-here = zastavili jste to
file-stopped-there = zákazník to zastavil
file-paused = zákazník relaci pozastavil
file-busy = právě se přenáší něco jiného
file-line-lost = spojení vypadlo
session-no-dialog = Na tomto počítači se okno pro výběr souborů neotevře. Pusťte je na obraz.
session-too-many = Čeká už příliš mnoho souborů. Pošlete tyto, až některé dorazí.
decimal-sign = ,
size-bytes = { $size } B
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

## Obraz

session-picture = Zákazníkova obrazovka
session-asking = Čeká se na odpověď zákazníka
session-asking-hint = Zákazník právě rozhoduje, co dovolí.
session-asking-left = Zákazník právě rozhoduje, co dovolí; zbývá { $seconds } s.
session-asking-notice = Možná musí nejdřív přečíst sdělení a stisknout Pokračovat; teprve pak uvidí dvě slova.
session-hidden = Obrazovka se neukazuje
session-hidden-hint = Zákazník ji vypnul a může ji zase zapnout.
session-arriving = Čeká se na obraz
session-arriving-hint = Zákazníkova obrazovka se právě přenáší.
session-paused = Zákazník relaci pozastavil
session-paused-hint = Dokud nebude pokračovat, neuvidíte nic nového a nemůžete nic dělat.
session-silent = Počítač zákazníka neodpovídá už { $seconds } s
session-silent-hint = To, co vidíte, je staré. Jejich počítač je velmi vytížený, nebo se obrazovka zasekla. Co jste stiskli dříve, se provede, až odpoví; klávesy stisknuté teď se nepřijmou.
session-frozen = Obraz stojí už { $seconds } s
session-frozen-hint = Spojení vypadlo a obnovuje se, pokus { $attempt }. Běží-li zákazníkův program, bude relace pokračovat sama; jinak za { $left } s skončí. Co jste napsali dříve, pak dorazí; klávesy stisknuté teď se nepřijmou.
session-ended = Relace skončila

## Řádek pod ním

session-held = Zákazník používá svou myš a klávesnici. Vaše čekají.
session-captured = Ven vede samotný pravý Ctrl. Všechny klávesy jdou zákazníkovi.
session-capture-refused = Klávesnici má ve vašem počítači jiný program a nechce ji pustit.
session-keys-there = Ven vede samotný pravý Ctrl. Klávesy jdou zákazníkovi.
session-keys-here = Chcete-li psát u zákazníka, klepněte do obrazu.
session-only-viewing = Jen sledujete: vaše myš a klávesnice u zákazníka nic nedělají.
session-ending = Končí. Program zákazníka se to dozví, jakmile se spojení obnoví; kartu můžete mezitím zavřít.
session-unread = Zákazník píše: { $text }
session-relay-stops = Server se restartuje. Spojení se na chvíli přeruší a samo se obnoví.
session-undone-not-allowed = Neprovedeno: zákazník ovládání nedovolil.
session-undone-paused = Neprovedeno: zákazník relaci pozastavil.
session-undone-stale = Neprovedeno: přišlo to příliš pozdě, na obrazovce už je něco jiného.
session-undone-overflow = Neprovedeno: zákazník používá svou myš a klávesnici a čeká toho už příliš mnoho.
session-undone-interrupted = Neprovedeno: držené klávesy se mezitím uvolnily. Stiskněte je znovu.
session-undone-own-window = Neprovedeno: to je zákazníkovo vlastní okno Farhandu. Nejdřív klepněte do jiného okna.
session-undone-system = Neprovedeno: zákazníkův systém to odmítl ({ $why }).
session-undone-lost = Neprovedeno: spojení je přerušené.
session-undone-congested = Neprovedeno: na odeslání už čeká příliš mnoho.
session-undone-over = Neprovedeno: relace skončila.
session-line = Spojení se zákazníkem: { $numbers }
session-line-hint = Doba k zákazníkovi a zpět, snímky, přijatá data, co ještě nepotvrdil a nakolik obraz odpovídá jeho obrazovce
session-line-direct = Spojení se zákazníkem, bez serveru: { $numbers }
session-line-direct-hint = Spojení vede přímo k počítači zákazníka, bez serveru.
session-line-round-trip = { $time } ms
session-line-frames = { $count } sn./s
session-line-rate = { $rate } kbit/s
session-line-waiting = čeká { $count }
session-picture-partial = načítá se
session-picture-rough = zaostřuje se
session-picture-exact = přesný obraz
session-picture-few = { $state }, méně barev
session-picture-grey = { $state }, šedě
