# Che cosa dice la finestra del cliente. Forse la persona ha paura: breve, semplice, una cosa alla volta.

window-title = Assistenza a distanza
window-title-of = Assistenza a distanza – { $organisation }
bar-title = Assistenza a distanza: barra

# Pulsanti
button-copy = Copia
button-copied = Copiato
button-new-password = Nuova password
button-allow = Consenti
button-deny = Rifiuta
button-continue = Continua
button-read-on = Leggi ancora
button-pause = Pausa
button-resume = Riprendi
button-end = Termina
button-test = Prova la connessione
button-testing = Prova in corso…
button-test-again = Prova di nuovo
button-copy-report = Copia il rapporto
button-close = Chiudi
button-save = Salva
button-wait-again = Ricomincia
button-show-window = Finestra
button-show-message = Messaggio
button-show-files = File

# Attesa
heading-waiting = Assistenza a distanza
light-ready = Pronto
light-trying = Connessione
light-bad = Non connesso
status-ready = Pronto
status-ready-more = Legga questi due numeri al telefono a chi La aiuta.
status-connecting = Connessione…
status-connecting-again = Connessione, tentativo { $attempt }…
status-connecting-more = I Suoi numeri compariranno qui tra un momento.
status-stopping = Nuova connessione…
status-stopping-more = Il servizio di assistenza viene riavviato. Ci vuole un momento.
status-silent = Il servizio di assistenza non risponde
status-silent-more = Forse questo computer al momento non è su Internet. Finché il servizio non risponde nessuno può connettersi; non deve fare nulla.
status-trying = Non ancora connesso, tentativo { $attempt }
status-lost = La connessione è caduta
status-bad = Connessione impossibile
verdict-good = Da qui il servizio di assistenza si raggiunge, ma non fa entrare questo programma.
verdict-pin = Ciò che risponde non è il servizio di assistenza.
verdict-proxy = La rete vuole un nome e una password che accetti.
verdict-no-proxy = Il proxy della Sua rete non c’è.
verdict-no-name = Il nome del servizio di assistenza non si trova: forse non c’è Internet.
verdict-blocked = Da qui nulla arriva al servizio di assistenza.
verdict-next = Il rapporto dice che cosa è stato provato e che cosa chiedere a chi si occupa di questa rete. Non contiene nulla di personale.
report-no-proxy = nessuno
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: porta al servizio di assistenza, { $time } ms
report-reached-by = { $way }: porta al servizio di assistenza, { $time } ms, certificato di { $issuer }
report-line = { $host }: andata e ritorno in { $time } ms, almeno { $rate } Mbit/s
report-clock-ahead = l’orologio di questo computer è avanti di { $seconds } s
report-clock-behind = l’orologio di questo computer è indietro di { $seconds } s
report-ask = Chieda a chi si occupa di questa rete di lasciar uscire:
report-rule = TCP verso { $host } ({ $addresses }), porte { $ports }
report-unknown = indirizzo qui sconosciuto
trouble-unreachable = Il servizio di assistenza non risponde. Controlli che questo computer sia su Internet. I tentativi continuano.
trouble-blocked = Qualcosa chiude la connessione, forse un firewall, o il servizio di assistenza è fermo. Lo dica a chi La aiuta. I tentativi continuano.
trouble-portal = La Sua rete vuole che prima acceda su una pagina web, come in albergo. Apra il browser, acceda e torni qui: i tentativi continuano.
trouble-proxy = La Sua rete chiede chi è prima di lasciar uscire questo programma.
proxy-user = Il Suo nome in questa rete
proxy-password = La Sua password in questa rete
proxy-wrong = Non è stato accettato. Scriva di nuovo entrambi.
proxy-spent = La Sua rete non ha accettato nome e password. Chieda a chi si occupa di questo computer prima di riprovare: le reti bloccano gli account dopo pochi errori.
proxy-who = È ciò che scrive al lavoro per Internet. Lo viene a sapere solo { $proxy }; non viene conservato.
button-introduce = Connetti
trouble-wrong-relay = Ciò che risponde non è il servizio di chi La aiuta. Non legga nulla ad alta voce e lo dica.
trouble-old-program = Questo programma non è più adatto al servizio di assistenza. Lo scarichi di nuovo da chi La aiuta.
trouble-full = Il servizio di assistenza al momento è pieno. I tentativi continuano.
trouble-lost = I tentativi continuano. Non deve fare nulla.
detail = Per chi La aiuta: { $detail }
label-session-id = Numero di sessione
label-password = Password
hint-consent = Nessuno vede il Suo schermo finché non lo consente qui.

# Avvisi
note-wrong-password = Qualcuno ha scritto una password sbagliata. { $left ->
    [one] Resta un tentativo.
   *[other] Restano { $left } tentativi.
 }
note-password-replaced = Tre password sbagliate. Legga quella nuova a chi La aiuta; se non serve, riapra questo programma.
note-number-replaced = Qualcuno ha scritto troppe password sbagliate. Tra un momento avrà un numero nuovo.
note-not-let-in = Qualcuno ha provato a connettersi e non è entrato.
note-came-and-went = Qualcuno si è connesso e se n’è andato. Non è stato visto nulla.
note-ignored = Non è contata: contano solo il Suo mouse e la Sua tastiera. Era Lei? Muova il mouse e prema di nuovo.
note-relay-stopping = Il servizio di assistenza viene riavviato.

# Consenso
consent-heading = Far entrare { $operator }?
consent-who = Di { $organisation }, come conferma il suo servizio di assistenza.
consent-words-heading = Legga queste due parole a chi La aiuta
consent-words-more = Chi La aiuta deve vedere le stesse. Se ne vede altre, prema Rifiuta.
consent-asks = Che cosa consente?
notice-heading = Prima di cominciare
notice-from = { $organisation } dice:
notice-then = { $operator } vuole connettersi. La pagina seguente chiede che cosa consente.
consent-called = Li ha chiamati Lei?
consent-called-more = Se qualcuno L’ha chiamata e ha chiesto i Suoi numeri, prema Rifiuta.
consent-seconds = { $seconds ->
    [one] Nessuna risposta entro un secondo vale come Rifiuta.
   *[other] Nessuna risposta entro { $seconds } secondi vale come Rifiuta.
 }
consent-answered = Un momento…
grant-view = Vedere il mio schermo
grant-view-more = Chi La aiuta vede tutto ciò che è sui Suoi schermi. Chiuda prima ciò che è privato.
grant-control = Usare il mio mouse e la mia tastiera
grant-control-more = Chi La aiuta può fare clic e scrivere qui. Il Suo mouse e la Sua tastiera vengono sempre prima.
grant-clipboard = Condividere il testo copiato
grant-clipboard-more = Ciò che copia arriva a chi La aiuta, e ciò che copia lui arriva a Lei.
grant-files = Inviare e prendere file
grant-files-more = Chi La aiuta può mettere file su questo computer e prenderne copie. Ognuno è mostrato qui.

# In una sessione
session-heading = { $operator } è qui
session-who = { $organisation }, dalle { $time }
session-sees-and-controls = Vede il Suo schermo e può usare mouse e tastiera
session-sees = Vede il Suo schermo
session-controls = Può usare mouse e tastiera, ma non vede il Suo schermo
session-copies-and-files = Non vede il Suo schermo, ma può inviare e prendere file e condividere il testo copiato
session-copies = Non vede il Suo schermo, ma può condividere il testo copiato
session-files = Non vede il Suo schermo, ma può inviare e prendere file
session-nothing = Non vede nulla e non può fare nulla
session-paused = Pausa: nulla è visto, nulla è fatto
session-lost = La linea è caduta: nulla è visto o fatto. Riconnessione, tentativo { $attempt }.
session-may = Che cosa può fare { $operator }
session-hot-key = Per terminare in ogni momento: { $key }
light-here = C’è qualcuno
chat-heading = Messaggi
chat-ask = Scriva a chi La aiuta
chat-you = Lei
chat-none = Non è stato ancora scritto nulla.
chat-refused = Non inviato: troppo in attesa. Riprovi tra un momento.
button-say = Invia
button-stop-files = Ferma
files-brings = Chi La aiuta invia { $what }
files-fetches = Chi La aiuta prende { $what }
files-progress = { $done } di { $whole }
files-progress-rate = { $done } di { $whole }, { $rate }/s
files-brought = { $count ->
    [one] È arrivato qui un file.
   *[other] Sono arrivati qui { $count } file.
 }
files-fetched = { $count ->
    [one] Chi La aiuta ha preso un file.
   *[other] Chi La aiuta ha preso { $count } file.
 }
files-failed = { $failed ->
    [one] Un file non è passato.
   *[other] { $failed } file non sono passati.
 }
files-stopped = { $count ->
    [0] Fermato: non è arrivato nessun file.
    [one] Fermato: prima è arrivato un file.
   *[other] Fermato: prima sono arrivati { $count } file.
 }
files-fetch-stopped = { $count ->
    [0] Fermato. Una parte forse è stata presa.
    [one] Fermato. È stato preso un file, e forse parte di un altro.
   *[other] Fermato. Sono stati presi { $count } file, e forse parte di un altro.
 }
light-paused = Pausa

# La barra
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = vede e comanda il Suo schermo
bar-sees = vede il Suo schermo
bar-controls = può usare mouse e tastiera
bar-copies-and-files = può prendere file e testo copiato
bar-copies = può condividere il testo copiato
bar-files = può inviare e prendere file
bar-nothing = è connesso e non vede nulla
bar-brings = invia file
bar-fetches = prende file
bar-brought = ha inviato file
bar-fetched = ha preso file
bar-paused = non vede nulla: pausa
bar-lost = la linea è caduta
bar-hot-key = Termina: { $key }
bar-ignored = Ignorato. Muova il mouse
bar-handle = Spostare la barra: la trascini o usi le frecce
bar-view = Schermo
bar-control = Comando
bar-clipboard = Testo copiato
bar-files-switch = File

# La ricevuta
over-heading = La sessione è finita
over-heading-denied = Non ha fatto entrare nessuno
over-heading-words = Le due parole erano diverse
receipt-title = Assistenza a distanza: che cosa è successo
receipt-who = Chi
receipt-organisation = Organizzazione
receipt-from = Dalle
receipt-to = Alle
receipt-took = Durata
receipt-happened = Che cosa è successo
receipt-asked = Chiesto
receipt-given = Consentito
receipt-taken = Non più consentito
receipt-paused = Pausa
receipt-resumed = Ripreso
receipt-lost = La connessione è caduta
receipt-found = La connessione è tornata
receipt-ended = Fine
receipt-saw = Il Suo schermo è stato visto per { $time }.
receipt-saw-not = Il Suo schermo non è stato visto.
receipt-controlled = Mouse e tastiera si potevano usare per { $time }.
receipt-controlled-not = Mouse e tastiera non si potevano usare.
receipt-clipboard = Il testo copiato si poteva condividere per { $time }.
receipt-clipboard-not = Il testo copiato non è stato condiviso.
receipt-files-could = I file si potevano inviare e prendere per { $time }.
receipt-files = File arrivati qui: { $brought }. File presi da chi La aiuta: { $fetched }.
receipt-files-not = Nessun file è stato inviato o preso.
receipt-brought = Arrivato
receipt-fetched = Preso da chi La aiuta
receipt-not-brought = Non arrivato
receipt-not-fetched = Non si è potuto prendere
receipt-fetch-stopped = Preso in parte, poi fermato
receipt-refused-files = Voleva inviare file, il che non era consentito
receipt-refused-fetch = Voleva prendere, il che non era consentito
receipt-more-files = { $count ->
    [one] Un altro file
   *[other] Altri { $count } file
 }
receipt-line = { $label }: { $value }
receipt-vouched = I nomi li dice il servizio di assistenza stesso.
grant-name-view = vedere lo schermo
grant-name-control = usare mouse e tastiera
grant-name-clipboard = condividere il testo copiato
grant-name-files = inviare e prendere file
grant-name-none = nulla
end-you = L’ha terminata Lei
end-operator = L’ha terminata chi La aiuta
end-words = Le Sue due parole non erano quelle di chi La aiuta: forse c’era qualcuno in mezzo. Chiami il Suo helpdesk a un numero che conosce.
end-denied = Ha detto di no
end-no-answer = Non c’è stata risposta in tempo, il che vale come no
end-desktop = Il desktop non c’era più
end-line = La connessione è caduta
end-relay = Chi La aiuta non ha più accesso
end-fault = I due programmi non si sono capiti
save-path = Nome del file per la ricevuta
save-done = Salvato.
save-exists = C’è già un file con questo nome. Cambi il nome.
save-failed = Non si è potuto salvare: { $why }
save-denied = questo programma non può scrivere lì
save-no-folder = questa cartella non esiste
save-full = il disco è pieno
save-read-only = lì non si può scrivere nulla
over-nothing-remains = Di questo programma non resta nulla su questo computer. Ora può eliminare il suo file.
receipt-file = assistenza-a-distanza

# Qui non si può mostrare nulla
cannot-heading = Il Suo schermo non si può mostrare
cannot-wayland = Questo desktop usa Wayland, che non si può mostrare. Esca, alla schermata di accesso scelga «Xorg» o «X11», acceda e riapra questo programma.
cannot-desktop = Questo programma non può vedere il Suo schermo o usare il Suo mouse. Dica a chi La aiuta che cosa c’è scritto sotto.
cannot-gone = Il desktop si è chiuso. Acceda e riapra questo programma.
cannot-fault = Il programma non può continuare. Lo riapra; se non serve, dica a chi La aiuta che cosa c’è scritto sotto.

# Che cosa è successo, in poche parole per chi aiuta
fault-at = { $target }: { $what }
fault-name = questo nome non si trova ({ $more })
fault-refused = la connessione è stata rifiutata
fault-timed-out = nessuna risposta in tempo, forse un firewall la scarta
fault-network = la rete ha fallito ({ $more })
fault-wrong-pin = ciò che risponde ha un’altra chiave
fault-proxy = il proxy non lascia passare ({ $more })
fault-proxy-wants-password = il proxy { $more } vuole nome e password
fault-proxy-wrong-password = il proxy { $more } non accetta nome e password
fault-closed = la connessione è stata presa e subito chiusa
fault-portal = la rete manda tutti prima su una pagina web
fault-not-a-relay = ciò che risponde non è un servizio di assistenza ({ $more })
fault-own-key = la chiave di questo programma ha fallito ({ $more })
fault-refusal = il servizio di assistenza dice di no ({ $more })
fault-leg = la connessione è finita ({ $more })
fault-silent = il servizio di assistenza non ha risposto in tempo
fault-unexpected = il servizio di assistenza ha risposto altro da quanto chiesto
fault-stopping = il servizio di assistenza viene fermato
desktop-unreachable = Il desktop { $display } non si raggiunge: { $reason }
desktop-refused = Il desktop { $display } ha rifiutato questo programma: { $reason }. Lo apra come l’utente che vi ha fatto accesso.
desktop-extension = Al server X del desktop manca l’estensione { $name }.
desktop-depth = Il desktop mostra colori a { $depth } bit. Scelga 24 bit nelle impostazioni dello schermo.
desktop-not-here = Su questo sistema non si può ancora mostrare lo schermo; funziona su Linux con X11.
desktop-gone = Il desktop si è chiuso.
desktop-large = Il desktop è troppo grande. Scelga una risoluzione più bassa nelle impostazioni dello schermo.

# Tasti da premere insieme
keys-space = Ctrl+Alt+Spazio
keys-end = Ctrl+Alt+Fine
keys-pause = Ctrl+Alt+Pausa

# L’icona nella barra di sistema
tray-show = Mostra la finestra
tray-waiting = Assistenza a distanza
tray-here = Assistenza a distanza: { $operator } è connesso

# Dimensioni
decimal-sign = ,
size-bytes = { $size } byte
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Tempi
date = { $day } { $month ->
    [1] gennaio
    [2] febbraio
    [3] marzo
    [4] aprile
    [5] maggio
    [6] giugno
    [7] luglio
    [8] agosto
    [9] settembre
    [10] ottobre
    [11] novembre
   *[12] dicembre
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
