"""French words for the codes of the trail of acts."""

from collections.abc import Mapping

from webapp.texts import mark as _m

ACTION_LABELS: Mapping[str, str] = {
    "account.signed_in": _m("Connexion"),
    "account.invited": _m("Invitation d'une personne"),
    "account.invitation_resent": _m("Invitation renvoyée"),
    "account.activated": _m("Activation du compte"),
    "account.password_link_sent": _m("Lien de mot de passe envoyé"),
    "account.password_changed": _m("Mot de passe changé"),
    "account.details_changed": _m("Coordonnées modifiées"),
    "account.notices_changed": _m("Choix des courriels"),
    "account.address_change_asked": _m("Changement d'adresse demandé"),
    "account.address_changed": _m("Adresse changée"),
    "account.session_ended": _m("Session fermée"),
    "account.sessions_ended": _m("Autres sessions fermées"),
    "account.organisation_switched": _m("Changement d'organisation"),
    "account.closed_by_owner": _m("Compte fermé par son titulaire"),
    "account.closed": _m("Compte fermé"),
    "account.reopened": _m("Compte rouvert"),
    "account.role_granted": _m("Rôle donné"),
    "account.role_withdrawn": _m("Rôle retiré"),
    "account.validity_changed": _m("Validité du compte changée"),
    "organisation.created": _m("Organisation créée"),
    "organisation.changed": _m("Organisation modifiée"),
    "organisation.closed": _m("Organisation fermée"),
    "organisation.reopened": _m("Organisation rouverte"),
    "terms.accepted": _m("Conditions d'utilisation acceptées"),
}
