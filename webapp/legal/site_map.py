"""The site map: every page with an address of its own that the visitor may open."""

from flask import current_app, url_for
from flask_babel import gettext

from webapp.texts import mark as _m
from webapp.web.access import ACCESS
from webapp.web.request import actor_or_none

#: Section → (words, endpoint). Pages that take an identifier are reached from their list.
SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        _m("Portail"),
        (
            (_m("Accueil"), "desk.home"),
            (_m("Recherche"), "desk.search"),
            (_m("Connexion"), "accounts.sign_in"),
            (_m("Mot de passe oublié"), "accounts.forgotten"),
            (_m("Mon profil"), "accounts.profile"),
            (_m("Mes actes"), "accounts.own_events"),
            (_m("Envois gardés"), "accounts.kept"),
        ),
    ),
    (
        _m("Portées"),
        (
            (_m("Registre public"), "register.index"),
            (_m("Mes portées"), "scopes.index"),
        ),
    ),
    (
        _m("Déclarations"),
        (
            (_m("Déclarations"), "declarations.index"),
            (_m("Fiche de l’organisme"), "declarations.body_record"),
            (_m("Campagnes"), "declarations.campaigns"),
            (_m("Modèles de formulaires"), "declarations.form_models"),
            (_m("Suivi des campagnes"), "declarations.board"),
            (_m("Calcul de la CSA"), "declarations.csa_calculator"),
            (_m("Vérifier un récépissé"), "declarations.verification"),
        ),
    ),
    (
        _m("Assistance"),
        (
            (_m("État des services"), "service_status.index"),
            (_m("Mes signalements"), "helpdesk.index"),
            (_m("Nouveau signalement"), "helpdesk.report"),
            (_m("File d’assistance"), "helpdesk.queue"),
            (_m("Chiffres de l’assistance"), "helpdesk.figures"),
            (_m("Réglages de l’assistance"), "helpdesk.settings"),
            (_m("Contrats"), "contracts.index"),
        ),
    ),
    (
        _m("Administration"),
        (
            (_m("Administration"), "administration.index"),
            (_m("Organisations"), "administration.organisations"),
            (_m("Personnes"), "administration.people"),
            (_m("Inviter une personne"), "administration.invite"),
            (_m("Journal des actes"), "administration.trail"),
            (_m("Courriels en attente"), "administration.outbox"),
            (_m("Boîte aux lettres de démonstration"), "administration.mailbox"),
        ),
    ),
    (
        _m("Informations"),
        (
            (_m("Conditions Générales d'Utilisation"), "terms.current"),
            (_m("Mentions légales"), "legal.notice"),
            (_m("Données personnelles"), "legal.privacy"),
            (_m("Accessibilité"), "legal.accessibility"),
            (_m("Définitions"), "legal.definitions"),
            (_m("Aide"), "legal.help_pages"),
        ),
    ),
)


def sections() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the sections as (title, [(words, URL)]), without what the visitor may not open."""
    actor = actor_or_none()
    shown = [
        (
            gettext(title),
            [
                (gettext(words), url_for(endpoint))
                for words, endpoint in links
                if endpoint in current_app.view_functions and endpoint in ACCESS and ACCESS[endpoint].allows(actor)
            ],
        )
        for title, links in SECTIONS
    ]
    return [(title, links) for title, links in shown if links]
