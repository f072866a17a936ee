# Ce que dit la fenêtre du client. La personne a peut-être peur : court, simple, une chose à la fois.

window-title = Aide à distance
window-title-of = Aide à distance – { $organisation }
bar-title = Aide à distance : barre

# Boutons
button-copy = Copier
button-copied = Copié
button-new-password = Changer
button-allow = Autoriser
button-deny = Refuser
button-continue = Continuer
button-read-on = Lire la suite
button-pause = Pause
button-resume = Reprendre
button-end = Terminer
button-test = Tester la connexion
button-testing = Test en cours…
button-test-again = Tester à nouveau
button-copy-report = Copier le rapport
button-close = Fermer
button-save = Enregistrer
button-wait-again = Recommencer
button-show-window = Fenêtre
button-show-message = Message
button-show-files = Fichiers

# Attente
heading-waiting = Aide à distance
light-ready = Prêt
light-trying = Connexion
light-bad = Non connecté
status-ready = Prêt
status-ready-more = Lisez ces deux nombres à votre assistant au téléphone.
status-connecting = Connexion…
status-connecting-again = Connexion, essai { $attempt }…
status-connecting-more = Vos nombres apparaîtront ici dans un instant.
status-stopping = Nouvelle connexion…
status-stopping-more = Le service d’aide redémarre. Cela prend un instant.
status-silent = Le service d’aide ne répond pas
status-silent-more = Cet ordinateur n’est peut-être pas sur Internet en ce moment. Personne ne peut se connecter avant la réponse du service ; vous n’avez rien à faire.
status-trying = Pas encore connecté, essai { $attempt }
status-lost = La connexion est perdue
status-bad = Connexion impossible
verdict-good = Le service d’aide est joignable d’ici, mais ne laisse pas entrer ce programme.
verdict-pin = Ce qui répond n’est pas le service d’aide.
verdict-proxy = Le réseau veut un nom et un mot de passe qu’il accepte.
verdict-no-proxy = Le proxy de votre réseau n’est pas là.
verdict-no-name = Le nom du service d’aide est introuvable : il n’y a peut-être pas d’Internet.
verdict-blocked = Rien ne parvient d’ici au service d’aide.
verdict-next = Le rapport dit ce qui a été essayé et quoi demander à la personne qui gère ce réseau. Il ne contient rien de personnel.
report-no-proxy = aucun
report-proxy = { $host } : proxy { $names }
report-reached = { $way } : mène au service d’aide, { $time } ms
report-reached-by = { $way } : mène au service d’aide, { $time } ms, certificat de { $issuer }
report-line = { $host } : aller et retour en { $time } ms, au moins { $rate } Mbit/s
report-clock-ahead = l’horloge de cet ordinateur avance de { $seconds } s
report-clock-behind = l’horloge de cet ordinateur retarde de { $seconds } s
report-ask = Demandez à la personne qui gère ce réseau de laisser sortir :
report-rule = TCP vers { $host } ({ $addresses }), ports { $ports }
report-unknown = adresse inconnue ici
trouble-unreachable = Le service d’aide ne répond pas. Vérifiez que cet ordinateur est sur Internet. Les essais continuent.
trouble-blocked = Quelque chose ferme la connexion, peut-être un pare-feu, ou le service d’aide est arrêté. Dites-le à votre assistant. Les essais continuent.
trouble-portal = Votre réseau veut que vous vous identifiiez d’abord sur une page web, comme à l’hôtel. Ouvrez le navigateur, identifiez-vous et revenez : les essais continuent.
trouble-proxy = Votre réseau demande qui vous êtes avant de laisser sortir ce programme.
proxy-user = Votre nom sur ce réseau
proxy-password = Votre mot de passe sur ce réseau
proxy-wrong = Cela n’a pas été accepté. Tapez les deux à nouveau.
proxy-spent = Votre réseau n’a pas accepté le nom et le mot de passe. Demandez à la personne qui gère cet ordinateur avant de réessayer : les réseaux bloquent les comptes après quelques erreurs.
proxy-who = C’est ce que vous tapez au travail pour Internet. Seul { $proxy } l’apprend ; rien n’est gardé.
button-introduce = Connecter
trouble-wrong-relay = Ce qui répond n’est pas le service de votre assistant. Ne lisez rien à voix haute et dites-le-lui.
trouble-old-program = Ce programme ne convient plus au service d’aide. Téléchargez-le à nouveau chez votre assistant.
trouble-full = Le service d’aide est complet en ce moment. Les essais continuent.
trouble-lost = Les essais continuent. Vous n’avez rien à faire.
detail = Pour votre assistant : { $detail }
label-session-id = Numéro de session
label-password = Mot de passe
hint-consent = Personne ne voit votre écran avant que vous l’autorisiez ici.

# Remarques
note-wrong-password = Quelqu’un a tapé un mauvais mot de passe. { $left ->
    [one] Il reste un essai.
   *[other] Il reste { $left } essais.
 }
note-password-replaced = Trois mauvais mots de passe. Lisez le nouveau à votre assistant ; sinon, relancez ce programme.
note-number-replaced = Quelqu’un a tapé trop de mauvais mots de passe. Vous aurez un nouveau numéro dans un instant.
note-not-let-in = Quelqu’un a essayé de se connecter et n’est pas entré.
note-came-and-went = Quelqu’un s’est connecté et est reparti. Rien n’a été vu.
note-ignored = Appui ignoré : seuls vos souris et clavier comptent. Était-ce vous ? Bougez la souris, puis appuyez encore.
note-relay-stopping = Le service d’aide redémarre.

# Accord
consent-heading = Laisser entrer { $operator } ?
consent-who = De { $organisation }, comme le confirme son service d’aide.
consent-words-heading = Lisez ces deux mots à votre assistant
consent-words-more = Votre assistant doit voir les mêmes. S’il en voit d’autres, appuyez sur Refuser.
consent-asks = Qu’autorisez-vous ?
notice-heading = Avant de commencer
notice-from = { $organisation } dit :
notice-then = { $operator } veut se connecter. La page suivante demande ce que vous autorisez.
consent-called = Avez-vous appelé ces personnes ?
consent-called-more = Si quelqu’un vous a appelé pour demander vos nombres, appuyez sur Refuser.
consent-seconds = { $seconds ->
    [one] Pas de réponse dans { $seconds } seconde vaut Refuser.
   *[other] Pas de réponse dans { $seconds } secondes vaut Refuser.
 }
consent-answered = Un instant…
grant-view = Voir mon écran
grant-view-more = Votre assistant voit tout sur vos écrans. Fermez d’abord ce qui est privé.
grant-control = Utiliser ma souris et mon clavier
grant-control-more = Votre assistant peut cliquer et taper ici. Votre souris et votre clavier passent toujours avant.
grant-clipboard = Partager le texte copié
grant-clipboard-more = Ce que vous copiez va chez votre assistant, et ce qu’il copie chez vous.
grant-files = Envoyer et prendre des fichiers
grant-files-more = Votre assistant peut mettre des fichiers ici et en prendre des copies. Chacun est montré ici.

# Pendant une session
session-heading = { $operator } est là
session-who = { $organisation }, depuis { $time }
session-sees-and-controls = Voit votre écran et peut utiliser souris et clavier
session-sees = Voit votre écran
session-controls = Peut utiliser souris et clavier, mais ne voit pas votre écran
session-copies-and-files = Ne voit pas votre écran, mais peut envoyer et prendre des fichiers et partager le texte copié
session-copies = Ne voit pas votre écran, mais peut partager le texte copié
session-files = Ne voit pas votre écran, mais peut envoyer et prendre des fichiers
session-nothing = Ne voit rien et ne peut rien faire
session-paused = Pause : rien n’est vu, rien n’est fait
session-lost = La ligne est coupée : rien n’est vu ni fait. Reconnexion, essai { $attempt }.
session-may = Ce que { $operator } peut faire
session-hot-key = Pour terminer à tout moment : { $key }
light-here = Quelqu’un est là
chat-heading = Messages
chat-ask = Écrivez à votre assistant
chat-you = Vous
chat-none = Rien n’a encore été écrit.
chat-refused = Non envoyé : trop de choses attendent. Réessayez dans un instant.
button-say = Envoyer
button-stop-files = Arrêter
files-brings = Votre assistant envoie { $what }
files-fetches = Votre assistant prend { $what }
files-progress = { $done } sur { $whole }
files-progress-rate = { $done } sur { $whole }, { $rate }/s
files-brought = { $count ->
    [one] { $count } fichier est arrivé ici.
   *[other] { $count } fichiers sont arrivés ici.
 }
files-fetched = { $count ->
    [one] Votre assistant a pris { $count } fichier.
   *[other] Votre assistant a pris { $count } fichiers.
 }
files-failed = { $failed ->
    [one] { $failed } fichier n’est pas passé.
   *[other] { $failed } fichiers ne sont pas passés.
 }
files-stopped = { $count ->
    [0] Arrêté : aucun fichier n’est arrivé.
    [one] Arrêté : { $count } fichier est arrivé avant.
   *[other] Arrêté : { $count } fichiers sont arrivés avant.
 }
files-fetch-stopped = { $count ->
    [0] Arrêté. Une partie a peut-être été prise.
    [one] Arrêté. { $count } fichier a été pris, et peut-être une partie d’un autre.
   *[other] Arrêté. { $count } fichiers ont été pris, et peut-être une partie d’un autre.
 }
light-paused = Pause

# La barre
bar-who = { $operator } ({ $organisation })
bar-sees-and-controls = voit et commande votre écran
bar-sees = voit votre écran
bar-controls = peut utiliser souris et clavier
bar-copies-and-files = peut prendre fichiers et texte copié
bar-copies = peut partager le texte copié
bar-files = peut envoyer et prendre des fichiers
bar-nothing = est connecté et ne voit rien
bar-brings = envoie des fichiers
bar-fetches = prend des fichiers
bar-brought = a envoyé des fichiers
bar-fetched = a pris des fichiers
bar-paused = ne voit rien : pause
bar-lost = la ligne est coupée
bar-hot-key = Terminer : { $key }
bar-ignored = Ignoré. Bougez la souris
bar-handle = Déplacer la barre : glissez-la ou utilisez les flèches
bar-view = Écran
bar-control = Commande
bar-clipboard = Texte copié
bar-files-switch = Fichiers

# Le reçu
over-heading = La session est terminée
over-heading-denied = Vous n’avez laissé entrer personne
over-heading-words = Les deux mots étaient différents
receipt-title = Aide à distance : ce qui s’est passé
receipt-who = Qui
receipt-organisation = Organisation
receipt-from = De
receipt-to = À
receipt-took = Durée
receipt-happened = Ce qui s’est passé
receipt-asked = Demandé
receipt-given = Autorisé
receipt-taken = Plus autorisé
receipt-paused = Pause
receipt-resumed = Reprise
receipt-lost = La connexion a été perdue
receipt-found = La connexion est revenue
receipt-ended = Fin
receipt-saw = Votre écran a été vu pendant { $time }.
receipt-saw-not = Votre écran n’a pas été vu.
receipt-controlled = Souris et clavier ont pu être utilisés pendant { $time }.
receipt-controlled-not = Souris et clavier n’ont pas pu être utilisés.
receipt-clipboard = Le texte copié a pu être partagé pendant { $time }.
receipt-clipboard-not = Le texte copié n’a pas été partagé.
receipt-files-could = Des fichiers ont pu être envoyés et pris pendant { $time }.
receipt-files = Fichiers arrivés ici : { $brought }. Fichiers pris par votre assistant : { $fetched }.
receipt-files-not = Aucun fichier n’a été envoyé ni pris.
receipt-brought = Arrivé
receipt-fetched = Pris par votre assistant
receipt-not-brought = Pas arrivé
receipt-not-fetched = N’a pas pu être pris
receipt-fetch-stopped = Pris en partie, puis arrêté
receipt-refused-files = Voulait envoyer des fichiers, ce qui n’était pas autorisé
receipt-refused-fetch = Voulait prendre, ce qui n’était pas autorisé
receipt-more-files = { $count ->
    [one] { $count } fichier de plus
   *[other] { $count } fichiers de plus
 }
receipt-line = { $label } : { $value }
receipt-vouched = Les noms viennent du service d’aide lui-même.
grant-name-view = voir l’écran
grant-name-control = utiliser souris et clavier
grant-name-clipboard = partager le texte copié
grant-name-files = envoyer et prendre des fichiers
grant-name-none = rien
end-you = Vous y avez mis fin
end-operator = L’assistant y a mis fin
end-words = Vos deux mots n’étaient pas ceux de l’assistant : quelqu’un était peut-être entre vous. Appelez votre service d’assistance à un numéro que vous connaissez.
end-denied = Vous avez dit non
end-no-answer = Il n’y a pas eu de réponse à temps, ce qui vaut non
end-desktop = Le bureau avait disparu
end-line = La connexion a été perdue
end-relay = Votre assistant n’a plus accès
end-fault = Les deux programmes ne se sont pas compris
save-path = Nom du fichier pour le reçu
save-done = Enregistré.
save-exists = Il y a déjà un fichier de ce nom. Changez le nom.
save-failed = L’enregistrement a échoué : { $why }
save-denied = ce programme n’a pas le droit d’y écrire
save-no-folder = ce dossier n’existe pas
save-full = le disque est plein
save-read-only = rien ne peut y être écrit
over-nothing-remains = Rien de ce programme ne reste sur cet ordinateur. Vous pouvez supprimer son fichier maintenant.
receipt-file = aide-a-distance

# Rien ne peut être montré ici
cannot-heading = Votre écran ne peut pas être montré
cannot-wayland = Ce bureau utilise Wayland, qui ne peut pas être montré. Fermez la session, choisissez « Xorg » ou « X11 » à l’ouverture, puis relancez ce programme.
cannot-desktop = Ce programme ne peut pas voir votre écran ou utiliser votre souris. Dites à votre assistant ce qui est écrit ci-dessous.
cannot-gone = Le bureau est fermé. Ouvrez une session et relancez ce programme.
cannot-fault = Le programme ne peut pas continuer. Relancez-le ; si cela ne suffit pas, dites à votre assistant ce qui est écrit ci-dessous.

# Ce qui s’est passé, en quelques mots pour la personne qui aide
fault-at = { $target } : { $what }
fault-name = ce nom est introuvable ({ $more })
fault-refused = la connexion a été refusée
fault-timed-out = pas de réponse à temps, un pare-feu la rejette peut-être
fault-network = le réseau a échoué ({ $more })
fault-wrong-pin = ce qui répond a une autre clé
fault-proxy = le proxy ne laisse pas passer ({ $more })
fault-proxy-wants-password = le proxy { $more } veut un nom et un mot de passe
fault-proxy-wrong-password = le proxy { $more } n’accepte pas le nom et le mot de passe
fault-closed = la connexion a été prise et fermée aussitôt
fault-portal = le réseau envoie tout le monde d’abord sur une page web
fault-not-a-relay = ce qui répond n’est pas un service d’aide ({ $more })
fault-own-key = la clé de ce programme a échoué ({ $more })
fault-refusal = le service d’aide dit non ({ $more })
fault-leg = la connexion s’est terminée ({ $more })
fault-silent = le service d’aide n’a pas répondu à temps
fault-unexpected = le service d’aide a répondu autre chose que demandé
fault-stopping = le service d’aide est en cours d’arrêt
desktop-unreachable = Le bureau { $display } n’est pas joignable : { $reason }
desktop-refused = Le bureau { $display } a refusé ce programme : { $reason }. Lancez-le avec le compte qui y a ouvert la session.
desktop-extension = Il manque au serveur X du bureau l’extension { $name }.
desktop-depth = Le bureau affiche des couleurs sur { $depth } bits. Choisissez 24 bits dans les réglages d’affichage.
desktop-not-here = Montrer l’écran n’est pas encore possible sur ce système ; cela marche sous Linux avec X11.
desktop-gone = Le bureau est fermé.
desktop-large = Le bureau est trop grand. Choisissez une résolution plus basse dans les réglages d’affichage.

# Touches à presser ensemble
keys-space = Ctrl+Alt+Espace
keys-end = Ctrl+Alt+Fin
keys-pause = Ctrl+Alt+Pause

# L’icône de la barre du système
tray-show = Montrer la fenêtre
tray-waiting = Aide à distance
tray-here = Aide à distance : { $operator } est connecté

# Tailles
decimal-sign = ,
size-bytes = { $size } octets
size-kilobytes = { $size } ko
size-megabytes = { $size } Mo
size-gigabytes = { $size } Go

# Temps
date = { $day } { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
 } { $year }
date-and-time = { $date }, { $time }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
