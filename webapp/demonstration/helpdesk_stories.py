"""The stories behind the demonstration tickets: all fictitious, in the words that people at each counter would use.

``{place}``, ``{number}``, ``{person}`` and ``{hour}`` are filled in for each ticket, so that no two read the same.
"""

from dataclasses import dataclass

from webapp.helpdesk.rules.services import ServiceType as S


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of incident, from its report to its restoration."""

    service: S
    audience: str
    title: str
    happened: str
    consequences: str
    diagnosis: str
    question: str
    answer: str
    restored: str
    genuine: bool = True


SCOPES, DECLARING, CLIENTS, EVERYONE = "scopes", "declaring", "clients", "everyone"

STORIES: tuple[Story, ...] = (
    Story(
        S.SCOPES,
        SCOPES,
        "Publication bloquée depuis ce matin",
        "Depuis {hour}, la demande de publication de notre portée reste sur « vérification en cours » et ne se termine jamais. "
        "Essayé depuis deux postes et deux navigateurs.",
        "La version en ligne ne comporte pas l’extension accordée ; un client attend notre attestation.",
        "Une ligne dupliquée ({number}) fait tourner le contrôle en boucle. Corrigé sur la recette.",
        "Pouvez-vous nous indiquer le numéro de la dernière ligne ajoutée avant le blocage ?",
        "C’est la ligne {number}, ajoutée par copie de la précédente.",
        "La vérification se termine normalement ; votre demande de publication a repris d’elle-même.",
    ),
    Story(
        S.SCOPES,
        SCOPES,
        "Ligne {number} impossible à modifier",
        "La ligne {number} s’ouvre, mais l’enregistrement renvoie toujours l’ancienne valeur de la méthode d’essai.",
        "Nous ne pouvons pas corriger une référence de norme erronée avant l’audit.",
        "La cellule contient un caractère invisible venu d’un collage ; la comparaison échoue.",
        "La valeur a-t-elle été collée depuis un tableur ou un document PDF ?",
        "Oui, depuis le PDF de la norme.",
        "Les caractères invisibles sont désormais retirés à la saisie ; la ligne {number} est modifiable.",
    ),
    Story(
        S.SCOPES,
        SCOPES,
        "Tableau très lent au-delà de 500 lignes",
        "L’éditeur met plus de vingt secondes à s’afficher sur la portée du site de {place}, puis chaque saisie est en retard.",
        "Deux personnes n’ont pas pu terminer la mise à jour avant la revue de direction.",
        "La pagination ne s’applique pas quand un filtre est resté actif. Reproduit.",
        "Un filtre était-il actif sur la colonne « objet » ?",
        "Oui, nous filtrons toujours par matrice.",
        "L’affichage est de nouveau inférieur à une seconde, filtre actif ou non.",
    ),
    Story(
        S.SCOPES,
        SCOPES,
        "Lignes du site de {place} absentes de la portée",
        "En ouvrant le dossier ce matin, les lignes rattachées au site de {place} n’apparaissent plus dans le brouillon.",
        "Risque de publier une portée incomplète.",
        "Le filtre par site enregistré dans le profil masquait les lignes : affichage trompeur, aucune donnée perdue.",
        "Voyez-vous la mention d’un filtre au-dessus du tableau ?",
        "Il y a « Site : siège », que personne n’a choisi.",
        "Les lignes sont visibles ; le filtre mémorisé est désormais signalé en tête du tableau.",
    ),
    Story(
        S.REGISTER,
        SCOPES,
        "Ancienne version visible dans le registre",
        "Le registre public montre encore la version précédente alors que la publication devait prendre effet à minuit.",
        "Un donneur d’ordres a refusé un rapport d’essai au vu de l’ancienne portée.",
        "Un serveur mandataire du client gardait la page ; en-têtes corrects de notre côté.",
        "La page est-elle identique depuis un téléphone hors du réseau de l’entreprise ?",
        "Non, le téléphone montre la bonne version.",
        "La bonne version est servie partout ; la durée de conservation a été réduite pour les mandataires.",
        genuine=False,
    ),
    Story(
        S.REGISTER,
        SCOPES,
        "Recherche sans résultat pour « œstrogènes »",
        "La recherche publique ne trouve rien pour « œstrogènes » ni « oestrogenes » alors que notre portée en contient.",
        "Des clients appellent pour savoir si nous sommes toujours accrédités.",
        "Index de recherche non reconstruit après la dernière publication.",
        "La recherche par numéro d’accréditation fonctionne-t-elle ?",
        "Oui, seule la recherche par mot échoue.",
        "L’index est reconstruit ; les deux orthographes trouvent votre portée.",
    ),
    Story(
        S.DECLARATIONS,
        DECLARING,
        "Import Excel refusé sans message",
        "Le classeur modifié par notre comptable est refusé depuis {hour}, sans explication. L’écran revient simplement au formulaire.",
        "Nous ne pouvons pas déposer le tableau {number} avant l’échéance.",
        "Reproduit : modèle de l’année précédente importé dans la campagne en cours ; le message d’erreur n’apparaît pas.",
        "Pouvez-vous vérifier l’année indiquée dans l’onglet « Lisez-moi » du classeur ?",
        "C’est en effet celui de l’an dernier, mais rien ne le disait.",
        "Le message indique maintenant l’année attendue ; le classeur de cette année est accepté.",
    ),
    Story(
        S.DECLARATIONS,
        DECLARING,
        "Total du tableau {number} incohérent",
        "Le total calculé du tableau {number} diffère de 0,01 € de la somme des lignes affichées.",
        "Le contrôle bloque la transmission de la déclaration.",
        "Arrondi fait ligne par ligne avant la somme. À corriger dans la formule du modèle.",
        "Pouvez-vous nous donner les montants des trois premières lignes, en centimes ?",
        "Transmis dans la page d’échange : trois montants à décimales non nulles.",
        "Le total est désormais la somme exacte des montants saisis.",
    ),
    Story(
        S.DECLARATIONS,
        DECLARING,
        "Saisie perdue après une longue pause",
        "Après une heure d’interruption, la session avait expiré et les valeurs du tableau {number} n’étaient plus là.",
        "Environ quarante cellules à ressaisir.",
        "Le brouillon existe : la proposition de reprise n’était pas affichée après la nouvelle connexion.",
        "Vous êtes-vous reconnectés depuis le même poste ?",
        "Oui, dans le même onglet.",
        "La reprise de saisie est proposée dès la connexion ; vos quarante cellules sont retrouvées.",
    ),
    Story(
        S.DECLARATIONS,
        DECLARING,
        "Bouton « Transmettre » sans effet",
        "Le bouton « Transmettre » ne produit rien, ni message ni changement d’état, quel que soit le navigateur.",
        "La déclaration ne peut pas partir, le président attend pour la viser.",
        "Un contrôle bloquant sur un tableau replié n’était pas affiché.",
        "Combien de contrôles apparaissent dans le bandeau supérieur ?",
        "Le bandeau indique 0, mais le tableau {number} est replié.",
        "Les contrôles des tableaux repliés sont désormais listés avec un lien ; la transmission fonctionne.",
    ),
    Story(
        S.STATISTICS,
        DECLARING,
        "Export des déclarations vide",
        "L’export demandé à {hour} produit un fichier avec les seuls en-têtes de colonnes.",
        "Le bilan destiné au conseil d’administration ne peut pas être préparé.",
        "Filtre d’année transmis en texte. Correction livrée.",
        "L’export fonctionne-t-il pour l’année précédente ?",
        "Non, il est vide aussi.",
        "L’export contient de nouveau toutes les lignes de vos déclarations.",
    ),
    Story(
        S.DECLARATIONS,
        DECLARING,
        "Accusé de réception introuvable",
        "La déclaration est affichée « transmise », mais l’accusé de réception n’est pas dans la page.",
        "Le commissaire aux comptes demande la pièce.",
        "Accusé présent ; le lien n’apparaît qu’aux personnes ayant transmis. Droit élargi au gestionnaire.",
        "Qui a transmis la déclaration ?",
        "Notre directrice financière, {person}.",
        "L’accusé est visible de tous les déclarants de votre organisme.",
        genuine=False,
    ),
    Story(
        S.MAIL,
        EVERYONE,
        "Courriels d’activation non reçus",
        "Trois collègues invités hier n’ont reçu aucun courriel d’activation. Les indésirables ont été vérifiés.",
        "Ils ne peuvent pas accéder au service alors que {person} est absente.",
        "Le serveur de messagerie du destinataire refuse temporairement (liste grise) ; la reprise était trop espacée.",
        "Pouvez-vous demander à votre service informatique s’il voit des tentatives refusées ?",
        "Il en voit deux, refusées puis non renouvelées.",
        "Les courriels sont partis ; les reprises sont désormais plus rapprochées.",
    ),
    Story(
        S.SIGN_IN,
        EVERYONE,
        "Connexion depuis le VPN très lente",
        "Depuis {hour}, chaque page met une dizaine de secondes à s’afficher depuis le VPN ; tout est normal en dehors.",
        "Toute l’équipe de {place} travaille au ralenti.",
        "Paquets fragmentés entre notre équipement et la passerelle. À voir sur place.",
        "Pouvez-vous nous communiquer l’heure exacte d’un chargement lent et le site concerné ?",
        "À {hour}, depuis {place}.",
        "Le réglage de la passerelle est corrigé ; les temps sont revenus à la normale.",
    ),
    Story(
        S.SIGN_IN,
        EVERYONE,
        "Mot de passe refusé après changement",
        "Le nouveau mot de passe choisi par le lien reçu est refusé à la connexion.",
        "Deux personnes n’ont plus accès au service.",
        "Espace ajouté en fin de mot de passe par le gestionnaire de mots de passe du poste.",
        "Le mot de passe est-il saisi au clavier ou rempli par un logiciel ?",
        "Rempli par le logiciel imposé par notre service informatique.",
        "La connexion fonctionne avec le mot de passe saisi ; la cause est propre à vos postes.",
        genuine=False,
    ),
    Story(
        S.SIGN_IN,
        EVERYONE,
        "Déconnexion à chaque changement de page",
        "Depuis la mise à jour de nos postes, la connexion est redemandée à chaque page.",
        "Le service est inutilisable pour les douze agents de {place}.",
        "Deux passerelles sortent avec des adresses différentes ; la règle de session était trop stricte.",
        "Vos postes passent-ils par un ou plusieurs accès à Internet ?",
        "Par deux accès, en partage de charge.",
        "La session suit désormais l’utilisateur, quel que soit l’accès.",
    ),
    Story(
        S.OTHER,
        EVERYONE,
        "Demande d’un second compte",
        "Nous souhaitons un second compte pour la même personne, rattachée à deux établissements.",
        "Elle doit se déconnecter pour changer d’établissement.",
        "Un compte par personne : un second rôle suffit.",
        "S’agit-il bien de la même personne, avec la même adresse ?",
        "Oui, {person}.",
        "Le rôle est ajouté : le choix de l’établissement se fait dans le profil.",
        genuine=False,
    ),
    Story(
        S.IN_HOUSE,
        CLIENTS,
        "Boîtier hors tension sur le site de {place}",
        "Le boîtier installé dans le local technique de {place} n’a plus aucun voyant allumé depuis {hour}.",
        "Plus aucune donnée ne remonte du site ; saisie sur papier en attendant.",
        "Alimentation à remplacer. Accès au local sous clé : rendez-vous à demander.",
        "Le disjoncteur du local est-il enclenché ?",
        "Oui, les autres appareils fonctionnent.",
        "L’alimentation est remplacée ; les données du site remontent de nouveau.",
    ),
    Story(
        S.IN_HOUSE,
        CLIENTS,
        "Capteurs muets après l’orage",
        "Six capteurs de l’atelier {number} n’envoient plus rien depuis l’orage de la nuit.",
        "Les alertes de température ne sont plus assurées, ronde humaine toutes les heures.",
        "Concentrateur radio à redémarrer puis remplacer si besoin. Intervention sur place.",
        "Le concentrateur fixé près de l’entrée a-t-il un voyant vert ?",
        "Il clignote en orange.",
        "Le concentrateur est remplacé et les six capteurs émettent.",
    ),
    Story(
        S.IN_HOUSE,
        CLIENTS,
        "Perte de liaison entre {place} et le service",
        "La liaison du site de {place} est coupée par intermittence, plusieurs fois par heure.",
        "Les opérateurs ressaisissent les relevés deux fois.",
        "Carte réseau défectueuse, diagnostic confirmé à distance ; remplacement sur place.",
        "Avez-vous déplacé ou remplacé un équipement réseau cette semaine ?",
        "Non, rien n’a changé.",
        "La carte est remplacée ; aucune coupure depuis deux heures.",
    ),
    Story(
        S.OTHER,
        CLIENTS,
        "Scénario d’automatisation qui ne part plus",
        "Le scénario « alerte de dépassement » n’envoie plus de message depuis {hour}.",
        "Le responsable d’astreinte n’est plus prévenu.",
        "File d’exécution bloquée par un destinataire supprimé.",
        "Le destinataire {person} fait-il encore partie de votre équipe ?",
        "Non, son compte a été fermé la semaine dernière.",
        "La file est débloquée ; un destinataire supprimé n’arrête plus les suivants.",
    ),
    Story(
        S.OTHER,
        CLIENTS,
        "Relevé de consommation doublé",
        "Le relevé du mois compte deux fois les messages du site de {place}.",
        "Le plafond de crédits paraît dépassé et l’envoi est suspendu.",
        "Rejeu d’une journée après maintenance : doublons à retirer.",
        "À partir de quel jour le nombre vous paraît-il doublé ?",
        "À partir du {number}, très nettement.",
        "Les doublons sont retirés du relevé et l’envoi a repris.",
    ),
    Story(
        S.STATISTICS,
        CLIENTS,
        "Tableau de bord figé à hier",
        "Le tableau de bord affiche toujours les valeurs d’hier {hour}.",
        "Le point quotidien se fait sans chiffres à jour.",
        "Tâche de calcul arrêtée par manque de place. Espace libéré, alerte ajoutée.",
        "Les données brutes de ce matin sont-elles visibles dans l’onglet « mesures » ?",
        "Oui, seul le tableau de bord est figé.",
        "Le tableau de bord est à jour et recalculé toutes les dix minutes.",
    ),
)

PLACES = (
    "Angers", "Brest", "Colmar", "Dijon", "Évreux", "Foix", "Gap", "Hyères", "Issoire", "Laval", "Mâcon", "Nevers", "Orthez",
    "Périgueux", "Quimper", "Roanne", "Saumur", "Tulle", "Vesoul", "Yvetot",
)  # fmt: skip

PEOPLE = (
    "Inès Garnier", "Thomas Le Goff", "Aïcha Benali", "Jean-Marc Poirier", "Sophie Nguyen", "Élodie Marchand", "Paul Œuvrard",
    "Nadia Kermarrec", "Hugo Lefèvre", "Claire Dubreuil", "Mathis Rolland", "Fatou Diallo", "Bruno Castaing", "Lucie Åkerman",
)  # fmt: skip
