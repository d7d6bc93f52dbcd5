"""« Réglages de l'assistance »: every screen by which the desk is set up, with who may do what there."""

from dataclasses import dataclass

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from webapp.helpdesk.routes import blueprint
from webapp.texts import mark as _m
from webapp.web.access import ACCESS
from webapp.web.pages import page
from webapp.web.request import current_actor


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its words, what it is for, its endpoint, and the endpoint that changes something (empty: nobody changes anything)."""

    label: str
    purpose: str
    endpoint: str
    change: str = ""


SECTIONS: tuple[tuple[str, tuple[Screen, ...]], ...] = (
    (
        _m("Ce qui est promis"),
        (
            Screen(_m("Clients, contrats et sites"), _m("Qui est sous quel contrat, et où."), "contracts.index", "contracts.new_contract"),
            Screen(
                _m("Niveaux de service"),
                _m("Délais, horaires et pauses admises, version par version."),
                "contracts.levels",
                "contracts.new_level",
            ),
            Screen(
                _m("Jours exceptionnels"),
                _m("Fermetures et ouvertures hors du calendrier."),
                "contracts.exceptional_days",
                "contracts.propose_day",
            ),
            Screen(
                _m("Composants du service"),
                _m("Ce que nomme l’état des services."),
                "service_status.components",
                "service_status.add_component",
            ),
        ),
    ),
    (
        _m("Qui travaille"),
        (
            Screen(_m("Équipes"), _m("Groupes à qui un ticket est confié."), "helpdesk.team_list", "helpdesk.new_team"),
            Screen(
                _m("Absences"), _m("Qui est absent quand, et qui reprend ses tickets."), "helpdesk.absence_list", "helpdesk.new_absence"
            ),
            Screen(
                _m("Personnes et rôles"),
                _m("Comptes et droits des agents et des clients."),
                "administration.people",
                "administration.invite",
            ),
        ),
    ),
    (
        _m("Comment on travaille"),
        (
            Screen(_m("Textes types"), _m("Réponses prêtes, avec leurs variables."), "helpdesk.canned_texts", "helpdesk.new_canned_text"),
            Screen(
                _m("Vues enregistrées"),
                _m("Sélections de la file, pour soi ou pour tous."),
                "helpdesk.saved_view_list",
                "helpdesk.new_saved_view",
            ),
            Screen(_m("Raccourcis clavier"), _m("Les touches de la file et du ticket."), "helpdesk.keyboard", "helpdesk.keyboard"),
        ),
    ),
    (
        _m("Ce qui est suivi"),
        (
            Screen(_m("Chiffres"), _m("Délais tenus, durées, stock, charge, satisfaction."), "helpdesk.figures"),
            Screen(
                _m("Ce qui est dû"), _m("Rapports d’incident et réponses attendus, par échéance."), "helpdesk.owed", "helpdesk.edit_report"
            ),
            Screen(_m("Prestations"), _m("Travaux proposés à la facturation."), "helpdesk.works", "helpdesk.end_work"),
            Screen(
                _m("Actes groupés"), _m("Lots de tickets traités ensemble, et leur résultat."), "helpdesk.bulk_jobs", "helpdesk.undo_bulk"
            ),
        ),
    ),
)


@blueprint.get("/assistance/reglages")
def settings() -> Response:
    """List the screens that the person may open, and say on which they may change something."""
    actor, views = current_actor(), current_app.view_functions
    shown = [
        (
            _(title),
            [
                (_(screen.label), _(screen.purpose), url_for(screen.endpoint), bool(screen.change) and ACCESS[screen.change].allows(actor))
                for screen in screens
                if screen.endpoint in views and ACCESS[screen.endpoint].allows(actor)
            ],
        )
        for title, screens in SECTIONS
    ]
    return page("helpdesk/settings.html", sections=[(title, screens) for title, screens in shown if screens])
