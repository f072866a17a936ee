# Lo que dice la ventana del cliente. Quizá la persona tenga miedo: breve, sencillo, una cosa cada vez.

window-title = Ayuda a distancia
window-title-of = Ayuda a distancia – { $organisation }
bar-title = Ayuda a distancia: barra

# Botones
button-copy = Copiar
button-copied = Copiado
button-new-password = Nueva contraseña
button-allow = Permitir
button-deny = Rechazar
button-continue = Continuar
button-read-on = Seguir leyendo
button-pause = Pausa
button-resume = Seguir
button-end = Terminar
button-test = Probar la conexión
button-testing = Probando…
button-test-again = Probar otra vez
button-copy-report = Copiar el informe
button-close = Cerrar
button-save = Guardar
button-wait-again = Empezar de nuevo
button-show-window = Ventana
button-show-message = Mensaje
button-show-files = Archivos

# Espera
heading-waiting = Ayuda a distancia
light-ready = Listo
light-trying = Conectando
light-bad = Sin conexión
status-ready = Listo
status-ready-more = Lea estos dos números a su técnico por teléfono.
status-connecting = Conectando…
status-connecting-again = Conectando, intento { $attempt }…
status-connecting-more = Sus números aparecerán aquí en un momento.
status-stopping = Conectando otra vez…
status-stopping-more = El servicio de ayuda se está reiniciando. Tarda un momento.
status-silent = El servicio de ayuda no responde
status-silent-more = Quizá este equipo no esté ahora en internet. Nadie puede conectarse hasta que responda; no tiene que hacer nada.
status-trying = Aún sin conexión, intento { $attempt }
status-lost = Se perdió la conexión
status-bad = No se puede conectar
verdict-good = Desde aquí se llega al servicio de ayuda, pero no deja entrar a este programa.
verdict-pin = Lo que responde no es el servicio de ayuda.
verdict-proxy = La red quiere un nombre y una contraseña que acepte.
verdict-no-proxy = El proxy de su red no está.
verdict-no-name = No se encuentra el nombre del servicio de ayuda: quizá no haya internet.
verdict-blocked = Desde aquí nada llega al servicio de ayuda.
verdict-next = El informe dice qué se probó y qué pedir a quien se ocupa de esta red. No contiene nada personal.
report-no-proxy = ninguno
report-proxy = { $host }: proxy { $names }
report-reached = { $way }: lleva al servicio de ayuda, { $time } ms
report-reached-by = { $way }: lleva al servicio de ayuda, { $time } ms, certificado de { $issuer }
report-line = { $host }: ida y vuelta en { $time } ms, al menos { $rate } Mbit/s
report-clock-ahead = el reloj de este equipo adelanta { $seconds } s
report-clock-behind = el reloj de este equipo atrasa { $seconds } s
report-ask = Pida a quien se ocupa de esta red que deje salir:
report-rule = TCP a { $host } ({ $addresses }), puertos { $ports }
report-unknown = dirección desconocida aquí
trouble-unreachable = El servicio de ayuda no responde. Compruebe que este equipo está en internet. Se sigue intentando.
trouble-blocked = Algo cierra la conexión, quizá un cortafuegos, o el servicio de ayuda está parado. Dígaselo a su técnico. Se sigue intentando.
trouble-portal = Su red quiere que antes se identifique en una página web, como en un hotel. Abra el navegador, identifíquese y vuelva: se sigue intentando.
trouble-proxy = Su red pregunta quién es usted antes de dejar salir a este programa.
proxy-user = Su nombre en esta red
proxy-password = Su contraseña en esta red
proxy-wrong = No se aceptó. Escriba las dos cosas otra vez.
proxy-spent = Su red no aceptó el nombre y la contraseña. Pregunte a quien se ocupa de este equipo antes de intentarlo otra vez: las redes bloquean cuentas tras unos pocos errores.
proxy-who = Es lo que escribe en el trabajo para internet. Solo lo sabe { $proxy }; no se guarda en ningún sitio.
button-introduce = Conectar
trouble-wrong-relay = Lo que responde no es el servicio de su técnico. No lea nada en voz alta y dígaselo.
trouble-old-program = Este programa ya no sirve para el servicio de ayuda. Descárguelo otra vez de su técnico.
trouble-full = El servicio de ayuda está lleno en este momento. Se sigue intentando.
trouble-lost = Se sigue intentando. No tiene que hacer nada.
detail = Para su técnico: { $detail }
label-session-id = Número de sesión
label-password = Contraseña
hint-consent = Nadie ve su pantalla hasta que usted lo permita aquí.

# Avisos
note-wrong-password = Alguien escribió una contraseña equivocada. { $left ->
    [one] Queda un intento.
   *[other] Quedan { $left } intentos.
 }
note-password-replaced = Tres contraseñas equivocadas. Lea la nueva a su técnico; si no sirve, abra este programa otra vez.
note-number-replaced = Alguien escribió demasiadas contraseñas equivocadas. En un momento tendrá un número nuevo.
note-not-let-in = Alguien intentó conectarse y no entró.
note-came-and-went = Alguien se conectó y se fue. No se vio nada.
note-ignored = Pulsación sin efecto: solo cuentan su ratón y teclado. ¿Fue usted? Mueva el ratón y pulse otra vez.
note-relay-stopping = El servicio de ayuda se está reiniciando.

# Permiso
consent-heading = ¿Dejar entrar a { $operator }?
consent-who = De { $organisation }, como confirma su servicio de ayuda.
consent-words-heading = Lea estas dos palabras a su técnico
consent-words-more = Su técnico debe ver las mismas. Si ve otras, pulse Rechazar.
consent-asks = ¿Qué permite?
notice-heading = Antes de empezar
notice-from = { $organisation } dice:
notice-then = { $operator } quiere conectarse. La página siguiente pregunta qué permite.
consent-called = ¿Les llamó usted?
consent-called-more = Si alguien le llamó y pidió sus números, pulse Rechazar.
consent-seconds = { $seconds ->
    [one] Si no hay respuesta en un segundo, cuenta como Rechazar.
   *[other] Si no hay respuesta en { $seconds } segundos, cuenta como Rechazar.
 }
consent-answered = Un momento…
grant-view = Ver mi pantalla
grant-view-more = Su técnico ve todo lo que hay en sus pantallas. Cierre antes lo privado.
grant-control = Usar mi ratón y mi teclado
grant-control-more = Su técnico puede hacer clic y escribir aquí. Su propio ratón y teclado van siempre primero.
grant-clipboard = Compartir texto copiado
grant-clipboard-more = Lo que usted copia llega a su técnico, y lo que él copia, a usted.
grant-files = Enviar y recoger archivos
grant-files-more = Su técnico puede poner archivos en este equipo y llevarse copias. Cada uno se muestra aquí.

# En una sesión
session-heading = { $operator } está aquí
session-who = { $organisation }, desde las { $time }
session-sees-and-controls = Ve su pantalla y puede usar ratón y teclado
session-sees = Ve su pantalla
session-controls = Puede usar ratón y teclado, pero no ve su pantalla
session-copies-and-files = No ve su pantalla, pero puede enviar y recoger archivos y compartir texto copiado
session-copies = No ve su pantalla, pero puede compartir texto copiado
session-files = No ve su pantalla, pero puede enviar y recoger archivos
session-nothing = No ve nada ni puede hacer nada
session-paused = Pausa: no se ve ni se hace nada
session-lost = Se cortó la línea: no se ve ni se hace nada. Reconectando, intento { $attempt }.
session-may = Qué puede hacer { $operator }
session-hot-key = Para terminar en cualquier momento: { $key }
light-here = Hay alguien aquí
chat-heading = Mensajes
chat-ask = Escriba a su técnico
chat-you = Usted
chat-none = Aún no se ha escrito nada.
chat-refused = No enviado: hay demasiado esperando. Inténtelo en un momento.
button-say = Enviar
button-stop-files = Detener
files-brings = Su técnico envía { $what }
files-fetches = Su técnico recoge { $what }
files-progress = { $done } de { $whole }
files-progress-rate = { $done } de { $whole }, { $rate }/s
files-brought = { $count ->
    [one] Llegó aquí un archivo.
   *[other] Llegaron aquí { $count } archivos.
 }
files-fetched = { $count ->
    [one] Su técnico recogió un archivo.
   *[other] Su técnico recogió { $count } archivos.
 }
files-failed = { $failed ->
    [one] Un archivo no pasó.
   *[other] { $failed } archivos no pasaron.
 }
files-stopped = { $count ->
    [0] Detenido: no llegó ningún archivo.
    [one] Detenido: antes llegó un archivo.
   *[other] Detenido: antes llegaron { $count } archivos.
 }
files-fetch-stopped = { $count ->
    [0] Detenido. Quizá se recogió una parte.
    [one] Detenido. Se recogió un archivo y quizá parte de otro.
   *[other] Detenido. Se recogieron { $count } archivos y quizá parte de otro.
 }
light-paused = Pausa

# La barra
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = ve y maneja su pantalla
bar-sees = ve su pantalla
bar-controls = puede usar ratón y teclado
bar-copies-and-files = puede recoger archivos y texto copiado
bar-copies = puede compartir texto copiado
bar-files = puede enviar y recoger archivos
bar-nothing = está conectado y no ve nada
bar-brings = envía archivos
bar-fetches = recoge archivos
bar-brought = envió archivos
bar-fetched = recogió archivos
bar-paused = no ve nada: pausa
bar-lost = se cortó la línea
bar-hot-key = Terminar: { $key }
bar-ignored = No contó. Mueva el ratón
bar-handle = Mover la barra: arrástrela o use las flechas
bar-view = Pantalla
bar-control = Manejo
bar-clipboard = Texto copiado
bar-files-switch = Archivos

# El recibo
over-heading = La sesión ha terminado
over-heading-denied = Usted no dejó entrar a nadie
over-heading-words = Las dos palabras eran distintas
receipt-title = Ayuda a distancia: qué pasó
receipt-who = Quién
receipt-organisation = Organización
receipt-from = Desde
receipt-to = Hasta
receipt-took = Duración
receipt-happened = Qué pasó
receipt-asked = Pedido
receipt-given = Permitido
receipt-taken = Ya no permitido
receipt-paused = Pausa
receipt-resumed = Siguió
receipt-lost = Se perdió la conexión
receipt-found = Volvió la conexión
receipt-ended = Fin
receipt-saw = Su pantalla se vio durante { $time }.
receipt-saw-not = Su pantalla no se vio.
receipt-controlled = Ratón y teclado se pudieron usar durante { $time }.
receipt-controlled-not = Ratón y teclado no se pudieron usar.
receipt-clipboard = El texto copiado se pudo compartir durante { $time }.
receipt-clipboard-not = El texto copiado no se compartió.
receipt-files-could = Se pudieron enviar y recoger archivos durante { $time }.
receipt-files = Archivos que llegaron aquí: { $brought }. Archivos que su técnico recogió: { $fetched }.
receipt-files-not = No se enviaron ni recogieron archivos.
receipt-brought = Llegó
receipt-fetched = Recogido por su técnico
receipt-not-brought = No llegó
receipt-not-fetched = No se pudo recoger
receipt-fetch-stopped = Recogido en parte y detenido
receipt-refused-files = Quiso enviar archivos, lo que no estaba permitido
receipt-refused-fetch = Quiso recoger, lo que no estaba permitido
receipt-more-files = { $count ->
    [one] Un archivo más
   *[other] { $count } archivos más
 }
receipt-line = { $label }: { $value }
receipt-vouched = Los nombres los da el propio servicio de ayuda.
grant-name-view = ver la pantalla
grant-name-control = usar ratón y teclado
grant-name-clipboard = compartir texto copiado
grant-name-files = enviar y recoger archivos
grant-name-none = nada
end-you = La terminó usted
end-operator = La terminó el técnico
end-words = Sus dos palabras no eran las del técnico: quizá había alguien en medio. Llame a su servicio de ayuda a un número que conozca.
end-denied = Usted dijo que no
end-no-answer = No hubo respuesta a tiempo, lo que cuenta como no
end-desktop = El escritorio ya no estaba
end-line = Se perdió la conexión
end-relay = Su técnico ya no tiene acceso
end-fault = Los dos programas no se entendieron
save-path = Nombre del archivo para el recibo
save-done = Guardado.
save-exists = Ya hay un archivo con ese nombre. Cambie el nombre.
save-failed = No se pudo guardar: { $why }
save-denied = este programa no puede escribir ahí
save-no-folder = no existe esa carpeta
save-full = el disco está lleno
save-read-only = ahí no se puede escribir nada
over-nothing-remains = De este programa no queda nada en este equipo. Ya puede borrar su archivo.
receipt-file = ayuda-a-distancia

# Aquí no se puede mostrar nada
cannot-heading = No se puede mostrar su pantalla
cannot-wayland = Este escritorio usa Wayland, que no se puede mostrar. Cierre la sesión, elija «Xorg» o «X11» al entrar y abra este programa otra vez.
cannot-desktop = Este programa no puede ver su pantalla o usar su ratón. Diga a su técnico lo que pone abajo.
cannot-gone = El escritorio se ha cerrado. Inicie sesión y abra este programa otra vez.
cannot-fault = El programa no puede seguir. Ábralo otra vez; si no ayuda, diga a su técnico lo que pone abajo.

# Qué pasó, en pocas palabras para quien ayuda
fault-at = { $target }: { $what }
fault-name = no se encuentra este nombre ({ $more })
fault-refused = se rechazó la conexión
fault-timed-out = no hubo respuesta a tiempo, quizá la descarta un cortafuegos
fault-network = falló la red ({ $more })
fault-wrong-pin = lo que responde tiene otra clave
fault-proxy = el proxy no lo deja pasar ({ $more })
fault-proxy-wants-password = el proxy { $more } quiere usuario y contraseña
fault-proxy-wrong-password = el proxy { $more } no acepta el usuario y la contraseña
fault-closed = se aceptó la conexión y se cerró en seguida
fault-portal = la red envía antes a todos a una página web
fault-not-a-relay = lo que responde no es un servicio de ayuda ({ $more })
fault-own-key = falló la clave de este programa ({ $more })
fault-refusal = el servicio de ayuda dice que no ({ $more })
fault-leg = terminó la conexión ({ $more })
fault-silent = el servicio de ayuda no respondió a tiempo
fault-unexpected = el servicio de ayuda respondió otra cosa que la pedida
fault-stopping = el servicio de ayuda se está deteniendo
desktop-unreachable = No se llega al escritorio { $display }: { $reason }
desktop-refused = El escritorio { $display } rechazó este programa: { $reason }. Ábralo con el usuario que inició sesión allí.
desktop-extension = Al servidor X del escritorio le falta la extensión { $name }.
desktop-depth = El escritorio muestra colores de { $depth } bits. Elija 24 bits en los ajustes de pantalla.
desktop-not-here = En este sistema aún no se puede mostrar la pantalla; funciona en Linux con X11.
desktop-gone = El escritorio se ha cerrado.
desktop-large = El escritorio es demasiado grande. Elija una resolución menor en los ajustes de pantalla.

# Teclas que se pulsan juntas
keys-space = Ctrl+Alt+Espacio
keys-end = Ctrl+Alt+Fin
keys-pause = Ctrl+Alt+Pausa

# El icono de la bandeja
tray-show = Mostrar la ventana
tray-waiting = Ayuda a distancia
tray-here = Ayuda a distancia: { $operator } está conectado

# Tamaños
decimal-sign = ,
size-bytes = { $size } bytes
size-kilobytes = { $size } kB
size-megabytes = { $size } MB
size-gigabytes = { $size } GB

# Tiempos
date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
 } de { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
