"""What the user reads for each code of the rules: French source strings, translated where they are shown."""

from webapp.helpdesk.rules.account import Cause
from webapp.helpdesk.rules.priority import Impact
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State, Verb
from webapp.texts import mark as _m

STATES: dict[State, str] = {
    State.REPORTED: _m("À qualifier"),
    State.QUALIFIED: _m("À confirmer"),
    State.CONFIRMED: _m("En cours"),
    State.WAITING_CLIENT: _m("En attente du client"),
    State.WAITING_ACCESS: _m("Accès au site"),
    State.QUOTED: _m("Prestation proposée"),
    State.BILLABLE: _m("Prestation acceptée"),
    State.RESTORED: _m("Rétabli"),
    State.CLOSED: _m("Clos"),
    State.DISMISSED: _m("Hors interruption"),
}

#: The same states as their client reads them.
STATES_FOR_CLIENT: dict[State, str] = {
    State.REPORTED: _m("Reçu"),
    State.QUALIFIED: _m("En cours d’examen"),
    State.CONFIRMED: _m("En cours de traitement"),
    State.WAITING_CLIENT: _m("Votre réponse est attendue"),
    State.WAITING_ACCESS: _m("En attente d’accès au site"),
    State.QUOTED: _m("Votre accord est attendu"),
    State.BILLABLE: _m("Prestation en cours"),
    State.RESTORED: _m("Rétabli"),
    State.CLOSED: _m("Clos"),
    State.DISMISSED: _m("Clos : hors interruption"),
}

#: The buttons.
VERBS: dict[Verb, str] = {
    Verb.QUALIFY: _m("Qualifier"),
    Verb.CONFIRM: _m("Confirmer l’interruption"),
    Verb.ASK_CLIENT: _m("Demander au client"),
    Verb.ANSWER: _m("Reprendre sans attendre"),
    Verb.PAUSE: _m("Demander l’accès au site"),
    Verb.RESUME: _m("Accès obtenu"),
    Verb.RESTORE: _m("Rétabli"),
    Verb.CLOSE: _m("Clore"),
    Verb.DISMISS: _m("Ce n’est pas une interruption"),
    Verb.REOPEN: _m("Rouvrir"),
    Verb.CANCEL: _m("Retirer mon signalement"),
    Verb.PROPOSE: _m("Proposer une prestation"),
    Verb.ACCEPT: _m("Accepter la prestation"),
    Verb.REFUSE: _m("Refuser la prestation"),
    Verb.WITHDRAW: _m("Retirer la proposition"),
    Verb.COMPLETE: _m("Prestation réalisée"),
}

#: What the history and the announcement say once it is done.
DONE: dict[Verb, str] = {
    Verb.QUALIFY: _m("Le signalement est qualifié."),
    Verb.CONFIRM: _m("L’interruption est confirmée au client."),
    Verb.ASK_CLIENT: _m("La question est envoyée au client."),
    Verb.ANSWER: _m("Le traitement reprend."),
    Verb.PAUSE: _m("Le décompte est suspendu jusqu’à l’accès au site."),
    Verb.RESUME: _m("Le décompte reprend."),
    Verb.RESTORE: _m("Le rétablissement est notifié au client."),
    Verb.CLOSE: _m("Le ticket est clos et ses durées sont fixées."),
    Verb.DISMISS: _m("Le ticket est clos : ce n’était pas une interruption."),
    Verb.REOPEN: _m("Le ticket est rouvert."),
    Verb.CANCEL: _m("Votre signalement est retiré."),
    Verb.PROPOSE: _m("La prestation est proposée au client ; le décompte est arrêté."),
    Verb.ACCEPT: _m("La prestation est acceptée."),
    Verb.REFUSE: _m("La prestation est refusée ; le ticket est clos."),
    Verb.WITHDRAW: _m("La proposition est retirée ; le ticket est clos."),
    Verb.COMPLETE: _m("La prestation est réalisée et le ticket est clos."),
}

CAUSES: dict[Cause, str] = {
    Cause.OPEN_HOURS: _m("Heures ouvrées"),
    Cause.BEFORE_OPENING: _m("Signalé hors des heures ouvrées : le décompte attend la première heure ouvrée"),
    Cause.LUNCH: _m("Fermé : pause de midi"),
    Cause.NIGHT: _m("Fermé : nuit"),
    Cause.WEEKEND: _m("Fermé : fin de semaine"),
    Cause.HOLIDAY: _m("Fermé : jour férié"),
    Cause.EXCEPTIONAL: _m("Fermé : fermeture exceptionnelle"),
    Cause.SITE_ACCESS: _m("Suspendu : accès au site demandé"),
    Cause.PLANNED: _m("Non compté : interruption programmée"),
    Cause.RELAPSE: _m("Non compté : service rétabli, puis nouvelle panne"),
}

IMPACTS: dict[Impact, str] = {
    Impact.EVERYBODY: _m("Tout le monde"),
    Impact.SEVERAL: _m("Plusieurs personnes"),
    Impact.ONE_PERSON: _m("Une personne"),
}

SERVICES: dict[ServiceType, str] = {
    ServiceType.SIGN_IN: _m("Connexion et comptes"),
    ServiceType.SCOPES: _m("Portées détaillées"),
    ServiceType.REGISTER: _m("Registre public"),
    ServiceType.DECLARATIONS: _m("Déclarations"),
    ServiceType.STATISTICS: _m("Statistiques et exports"),
    ServiceType.MAIL: _m("Courriels du portail"),
    ServiceType.IN_HOUSE: _m("Équipement installé sur site (In-House)"),
    ServiceType.OTHER: _m("Autre service"),
}

#: What is said to the client when the agent adds no words of their own; a verb that is not here needs words.
DEFAULT_WORDS: dict[Verb, str] = {
    Verb.CONFIRM: _m("Nous confirmons qu’il s’agit bien d’une interruption de service. Nous travaillons à son rétablissement."),
    Verb.PAUSE: _m(
        "Pour rétablir le service, nous devons accéder à vos locaux. Merci de nous proposer un créneau : le décompte est suspendu "
        "jusqu’à cet accès (article 12.6)."
    ),
    Verb.RESTORE: _m("Le service est rétabli. Si ce n’est pas le cas chez vous, dites-le-nous depuis la page du ticket."),
}
