# Co mówi okno klienta. Ktoś może się bać: krótko, prosto, jedna rzecz naraz.

window-title = Zdalna pomoc
window-title-of = Zdalna pomoc – { $organisation }
bar-title = Zdalna pomoc: pasek

# Przyciski
button-copy = Kopiuj
button-copied = Skopiowano
button-new-password = Nowe hasło
button-allow = Zezwól
button-deny = Odmów
button-continue = Dalej
button-read-on = Czytaj dalej
button-pause = Wstrzymaj
button-resume = Wznów
button-end = Zakończ
button-test = Sprawdź połączenie
button-testing = Sprawdzanie…
button-test-again = Sprawdź ponownie
button-copy-report = Kopiuj raport
button-close = Zamknij
button-save = Zapisz
button-wait-again = Zacznij od nowa
button-show-window = Okno
button-show-message = Wiadomość
button-show-files = Pliki

# Czekanie
heading-waiting = Zdalna pomoc
light-ready = Gotowe
light-trying = Łączenie
light-bad = Brak połączenia
status-ready = Gotowe
status-ready-more = Przeczytaj te dwie liczby pomocnikowi przez telefon.
status-connecting = Łączenie…
status-connecting-again = Łączenie, próba { $attempt }…
status-connecting-more = Za chwilę pojawią się tu Twoje liczby.
status-stopping = Ponowne łączenie…
status-stopping-more = Usługa pomocy jest uruchamiana ponownie. To potrwa chwilę.
status-silent = Usługa pomocy nie odpowiada
status-silent-more = Może ten komputer nie ma teraz internetu. Dopóki usługa nie odpowie, nikt się nie połączy; nie musisz nic robić.
status-trying = Jeszcze brak połączenia, próba { $attempt }
status-lost = Połączenie zostało przerwane
status-bad = Nie można się połączyć
verdict-good = Usługa pomocy jest stąd osiągalna, ale nie wpuszcza tego programu.
verdict-pin = To, co odpowiada, nie jest usługą pomocy.
verdict-proxy = Sieć chce nazwy i hasła, które przyjmie.
verdict-no-proxy = Serwera proxy Twojej sieci nie ma.
verdict-no-name = Nie znaleziono nazwy usługi pomocy: może nie ma internetu.
verdict-blocked = Nic stąd nie dociera do usługi pomocy.
verdict-next = Raport mówi, czego próbowano i o co poprosić osobę, która opiekuje się tą siecią. Nie ma w nim nic osobistego.
report-no-proxy = brak
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: prowadzi do usługi pomocy, { $time } ms
report-reached-by = { $way }: prowadzi do usługi pomocy, { $time } ms, certyfikat od { $issuer }
report-line = { $host }: tam i z powrotem w { $time } ms, co najmniej { $rate } Mbit/s
report-clock-ahead = zegar tego komputera śpieszy się o { $seconds } s
report-clock-behind = zegar tego komputera późni się o { $seconds } s
report-ask = Poproś osobę, która opiekuje się tą siecią, o wypuszczenie:
report-rule = TCP do { $host } ({ $addresses }), porty { $ports }
report-unknown = adres tu nieznany
trouble-unreachable = Usługa pomocy nie odpowiada. Sprawdź, czy ten komputer ma internet. Próby trwają.
trouble-blocked = Coś zamyka połączenie, może zapora, albo usługa pomocy nie działa. Powiedz to pomocnikowi. Próby trwają.
trouble-portal = Twoja sieć chce, żeby najpierw zalogować się na stronie, jak w hotelu. Otwórz przeglądarkę, zaloguj się i wróć tutaj: próby trwają.
trouble-proxy = Twoja sieć pyta, kim jesteś, zanim wypuści ten program.
proxy-user = Twoja nazwa w tej sieci
proxy-password = Twoje hasło w tej sieci
proxy-wrong = Nie przyjęto. Wpisz oba jeszcze raz.
proxy-spent = Twoja sieć nie przyjęła nazwy i hasła. Zapytaj osobę, która opiekuje się tym komputerem, zanim spróbujesz znowu: sieci blokują konta po kilku pomyłkach.
proxy-who = To, co w pracy wpisujesz, żeby mieć internet. Dowie się tego tylko { $proxy }; nigdzie nie jest zachowywane.
button-introduce = Połącz
trouble-wrong-relay = To, co odpowiada, nie jest usługą Twojego pomocnika. Nie czytaj nic na głos i powiedz mu o tym.
trouble-old-program = Ten program nie pasuje już do usługi pomocy. Pobierz go ponownie od pomocnika.
trouble-full = Usługa pomocy jest teraz zajęta. Próby trwają.
trouble-lost = Próby trwają. Nie musisz nic robić.
detail = Dla pomocnika: { $detail }
label-session-id = Numer sesji
label-password = Hasło
hint-consent = Nikt nie widzi Twojego ekranu, dopóki tu na to nie zezwolisz.

# Uwagi
note-wrong-password = Ktoś wpisał złe hasło. { $left ->
    [one] Została jedna próba.
    [few] Zostały { $left } próby.
   *[other] Zostało { $left } prób.
 }
note-password-replaced = Trzy złe hasła. Przeczytaj pomocnikowi nowe; jeśli to nie pomoże, uruchom program ponownie.
note-number-replaced = Ktoś wpisał zbyt wiele złych haseł. Za chwilę dostaniesz nowy numer.
note-not-let-in = Ktoś próbował się połączyć i nie wszedł.
note-came-and-went = Ktoś się połączył i odszedł. Nic nie zobaczył.
note-ignored = To się nie liczyło: liczą się tylko Twoja mysz i klawiatura. To Ty? Porusz myszą i naciśnij jeszcze raz.
note-relay-stopping = Usługa pomocy jest uruchamiana ponownie.

# Zgoda
consent-heading = Wpuścić: { $operator }?
consent-who = Od { $organisation }, co potwierdza ich usługa pomocy.
consent-words-heading = Przeczytaj pomocnikowi te dwa słowa
consent-words-more = Pomocnik musi widzieć te same. Jeśli widzi inne, naciśnij Odmów.
consent-asks = Na co zezwalasz?
notice-heading = Zanim zaczniesz
notice-from = { $organisation } mówi:
notice-then = { $operator } chce się połączyć. Następna strona pyta, na co zezwalasz.
consent-called = Czy to Ty tam dzwonisz?
consent-called-more = Jeśli ktoś zadzwonił do Ciebie i prosił o liczby, naciśnij Odmów.
consent-seconds = { $seconds ->
    [one] Brak odpowiedzi w ciągu sekundy oznacza Odmów.
    [few] Brak odpowiedzi w ciągu { $seconds } sekund oznacza Odmów.
   *[other] Brak odpowiedzi w ciągu { $seconds } sekund oznacza Odmów.
 }
consent-answered = Chwileczkę…
grant-view = Oglądanie mojego ekranu
grant-view-more = Pomocnik widzi wszystko na Twoich ekranach. Zamknij najpierw to, co prywatne.
grant-control = Używanie mojej myszy i klawiatury
grant-control-more = Pomocnik może tu klikać i pisać. Twoja mysz i klawiatura mają zawsze pierwszeństwo.
grant-clipboard = Wymiana skopiowanego tekstu
grant-clipboard-more = Co kopiujesz, dociera do pomocnika, a co on kopiuje, do Ciebie.
grant-files = Wysyłanie i pobieranie plików
grant-files-more = Pomocnik może kłaść pliki na tym komputerze i brać kopie. Każdy jest tu pokazany.

# W sesji
session-heading = Jest tu { $operator }
session-who = { $organisation }, od { $time }
session-sees-and-controls = Widzi Twój ekran i może używać myszy i klawiatury
session-sees = Widzi Twój ekran
session-controls = Może używać myszy i klawiatury, ale nie widzi Twojego ekranu
session-copies-and-files = Nie widzi Twojego ekranu, ale może wysyłać i pobierać pliki oraz wymieniać skopiowany tekst
session-copies = Nie widzi Twojego ekranu, ale może wymieniać skopiowany tekst
session-files = Nie widzi Twojego ekranu, ale może wysyłać i pobierać pliki
session-nothing = Nic nie widzi i nic nie może zrobić
session-paused = Wstrzymano: nic nie jest widziane ani robione
session-lost = Linia przerwana: nic nie jest widziane ani robione. Ponowne łączenie, próba { $attempt }.
session-may = Co może { $operator }
session-hot-key = Zakończenie w każdej chwili: { $key }
light-here = Ktoś tu jest
chat-heading = Wiadomości
chat-ask = Napisz do pomocnika
chat-you = Ty
chat-none = Jeszcze nic nie napisano.
chat-refused = Nie wysłano: zbyt wiele czeka. Spróbuj za chwilę.
button-say = Wyślij
button-stop-files = Zatrzymaj
files-brings = Pomocnik wysyła { $what }
files-fetches = Pomocnik pobiera { $what }
files-progress = { $done } z { $whole }
files-progress-rate = { $done } z { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Dotarł tu jeden plik.
    [few] Dotarły tu { $count } pliki.
   *[other] Dotarło tu { $count } plików.
 }
files-fetched = { $count ->
    [one] Pomocnik pobrał jeden plik.
    [few] Pomocnik pobrał { $count } pliki.
   *[other] Pomocnik pobrał { $count } plików.
 }
files-failed = { $failed ->
    [one] Jeden plik nie przeszedł.
    [few] { $failed } pliki nie przeszły.
   *[other] { $failed } plików nie przeszło.
 }
files-stopped = { $count ->
    [0] Zatrzymano: nie dotarł żaden plik.
    [one] Zatrzymano: wcześniej dotarł jeden plik.
    [few] Zatrzymano: wcześniej dotarły { $count } pliki.
   *[other] Zatrzymano: wcześniej dotarło { $count } plików.
 }
files-fetch-stopped = { $count ->
    [0] Zatrzymano. Część mogła zostać pobrana.
    [one] Zatrzymano. Pobrano jeden plik i może część innego.
    [few] Zatrzymano. Pobrano { $count } pliki i może część innego.
   *[other] Zatrzymano. Pobrano { $count } plików i może część innego.
 }
light-paused = Wstrzymano

# Pasek
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = widzi Twój ekran i nim steruje
bar-sees = widzi Twój ekran
bar-controls = może używać myszy i klawiatury
bar-copies-and-files = może pobierać pliki i skopiowany tekst
bar-copies = może wymieniać skopiowany tekst
bar-files = może wysyłać i pobierać pliki
bar-nothing = jest połączony i nic nie widzi
bar-brings = wysyła pliki
bar-fetches = pobiera pliki
bar-brought = wysłał pliki
bar-fetched = pobrał pliki
bar-paused = nic nie widzi: wstrzymano
bar-lost = linia przerwana
bar-hot-key = Zakończ: { $key }
bar-ignored = Pominięto. Porusz myszą
bar-handle = Przesuń pasek: przeciągnij go albo użyj strzałek
bar-view = Ekran
bar-control = Sterowanie
bar-clipboard = Kopie tekstu
bar-files-switch = Pliki

# Potwierdzenie
over-heading = Sesja skończona
over-heading-denied = Nikt nie został wpuszczony
over-heading-words = Dwa słowa się różniły
receipt-title = Zdalna pomoc: co się działo
receipt-who = Kto
receipt-organisation = Organizacja
receipt-from = Od
receipt-to = Do
receipt-took = Czas trwania
receipt-happened = Co się działo
receipt-asked = Poproszono o
receipt-given = Zezwolono
receipt-taken = Już nie wolno
receipt-paused = Wstrzymano
receipt-resumed = Wznowiono
receipt-lost = Połączenie przerwane
receipt-found = Połączenie wróciło
receipt-ended = Koniec
receipt-saw = Twój ekran był widoczny przez { $time }.
receipt-saw-not = Twój ekran nie był widoczny.
receipt-controlled = Myszy i klawiatury można było używać przez { $time }.
receipt-controlled-not = Myszy i klawiatury nie można było używać.
receipt-clipboard = Skopiowany tekst można było wymieniać przez { $time }.
receipt-clipboard-not = Skopiowanego tekstu nie wymieniano.
receipt-files-could = Pliki można było wysyłać i pobierać przez { $time }.
receipt-files = Pliki, które tu dotarły: { $brought }. Pliki pobrane przez pomocnika: { $fetched }.
receipt-files-not = Nie wysłano ani nie pobrano plików.
receipt-brought = Dotarł
receipt-fetched = Pobrany przez pomocnika
receipt-not-brought = Nie dotarł
receipt-not-fetched = Nie można było pobrać
receipt-fetch-stopped = Pobrany częściowo, potem zatrzymany
receipt-refused-files = Chciał wysłać pliki, na co nie było zgody
receipt-refused-fetch = Chciał pobrać, na co nie było zgody
receipt-more-files = { $count ->
    [one] Jeszcze jeden plik
    [few] Jeszcze { $count } pliki
   *[other] Jeszcze { $count } plików
 }
receipt-line = { $label }: { $value }
receipt-vouched = Nazwy podała sama usługa pomocy.
grant-name-view = oglądanie ekranu
grant-name-control = używanie myszy i klawiatury
grant-name-clipboard = wymiana skopiowanego tekstu
grant-name-files = wysyłanie i pobieranie plików
grant-name-none = nic
end-you = Zakończono przez Ciebie
end-operator = Zakończył pomocnik
end-words = Twoje dwa słowa nie były słowami pomocnika: ktoś mógł być pośrodku. Zadzwoń do swojego helpdesku pod numer, który znasz.
end-denied = Twoja odpowiedź brzmiała nie
end-no-answer = Nie było odpowiedzi na czas, co oznacza nie
end-desktop = Pulpit zniknął
end-line = Połączenie zostało przerwane
end-relay = Pomocnik nie ma już dostępu
end-fault = Oba programy się nie zrozumiały
save-path = Nazwa pliku potwierdzenia
save-done = Zapisano.
save-exists = Plik o tej nazwie już jest. Zmień nazwę.
save-failed = Nie udało się zapisać: { $why }
save-denied = ten program nie może tam pisać
save-no-folder = nie ma takiego folderu
save-full = dysk jest pełny
save-read-only = niczego nie można tam zapisać
over-nothing-remains = Nic z tego programu nie zostaje na tym komputerze. Możesz teraz usunąć jego plik.
receipt-file = zdalna-pomoc

# Nic tu nie można pokazać
cannot-heading = Nie można pokazać Twojego ekranu
cannot-wayland = Ten pulpit używa Wayland, którego nie można pokazać. Wyloguj się, przy logowaniu wybierz „Xorg” lub „X11”, zaloguj się i uruchom program ponownie.
cannot-desktop = Ten program nie widzi Twojego ekranu albo nie może używać myszy. Powiedz pomocnikowi, co jest napisane niżej.
cannot-gone = Pulpit został zamknięty. Zaloguj się i uruchom program ponownie.
cannot-fault = Program nie może działać dalej. Uruchom go ponownie; jeśli to nie pomoże, powiedz pomocnikowi, co jest napisane niżej.

# Co się stało, w kilku słowach dla pomocnika
fault-at = { $target }: { $what }
fault-name = nie znaleziono tej nazwy ({ $more })
fault-refused = połączenie odrzucono
fault-timed-out = brak odpowiedzi na czas, może odrzuca ją zapora
fault-network = sieć zawiodła ({ $more })
fault-wrong-pin = to, co odpowiada, ma inny klucz
fault-proxy = proxy nie przepuszcza ({ $more })
fault-proxy-wants-password = proxy { $more } chce nazwy i hasła
fault-proxy-wrong-password = proxy { $more } nie przyjmuje nazwy i hasła
fault-closed = połączenie przyjęto i od razu zamknięto
fault-portal = sieć odsyła wszystkich najpierw na stronę
fault-not-a-relay = to, co odpowiada, nie jest usługą pomocy ({ $more })
fault-own-key = zawiódł własny klucz programu ({ $more })
fault-refusal = usługa pomocy mówi nie ({ $more })
fault-leg = połączenie się skończyło ({ $more })
fault-silent = usługa pomocy nie odpowiedziała na czas
fault-unexpected = usługa pomocy odpowiedziała coś innego, niż pytano
fault-stopping = usługa pomocy jest zatrzymywana
desktop-unreachable = Pulpit { $display } jest nieosiągalny: { $reason }
desktop-refused = Pulpit { $display } odrzucił ten program: { $reason }. Uruchom go jako użytkownik, który jest tam zalogowany.
desktop-extension = Serwerowi X pulpitu brakuje rozszerzenia { $name }.
desktop-depth = Pulpit pokazuje kolory { $depth }-bitowe. Wybierz 24 bity w ustawieniach ekranu.
desktop-not-here = W tym systemie nie można jeszcze pokazać ekranu; działa to w systemie Linux z X11.
desktop-gone = Pulpit został zamknięty.
desktop-large = Pulpit jest za duży. Wybierz mniejszą rozdzielczość w ustawieniach ekranu.

# Klawisze naciskane razem
keys-space = Ctrl+Alt+Spacja
keys-end = Ctrl+Alt+End
keys-pause = Ctrl+Alt+Pauza

# Ikona w zasobniku
tray-show = Pokaż okno
tray-waiting = Zdalna pomoc
tray-here = Zdalna pomoc: połączony jest { $operator }

# Rozmiary
decimal-sign = ,
size-bytes = { $size } B
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Czas
date = { $day } { $month ->
    [1] stycznia
    [2] lutego
    [3] marca
    [4] kwietnia
    [5] maja
    [6] czerwca
    [7] lipca
    [8] sierpnia
    [9] września
    [10] października
    [11] listopada
   *[12] grudnia
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } godz. { $minutes } min
