"""The counters' links in the application bar and the links of every footer: only what exists and what the person may open."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from webapp.texts import mark as _m
from webapp.web.access import ACCESS
from webapp.web.request import actor_or_none


@dataclass(frozen=True, slots=True)
class Entry:
    """A link: the words, the endpoint, and the URL prefix under which it is the present place."""

    label: str
    endpoint: str
    prefix: str


COUNTERS = (
    Entry(_m("Accueil"), "desk.home", "/"),
    Entry(_m("Portées"), "scopes.index", "/portees"),
    Entry(_m("Déclarations"), "declarations.index", "/declarations"),
    Entry(_m("Campagnes"), "declarations.campaigns", "/campagnes"),
    Entry(_m("File d'assistance"), "helpdesk.queue", "/assistance/file"),
    Entry(_m("Assistance"), "helpdesk.index", "/assistance"),
    Entry(_m("Réglages"), "helpdesk.settings", "/assistance/reglages"),
    Entry(_m("Contrats"), "contracts.index", "/contrats"),
    Entry(_m("Administration"), "administration.index", "/administration"),
)

FOOTER = (
    Entry(_m("Conditions Générales d'Utilisation"), "terms.current", "/conditions"),
    Entry(_m("Mentions légales"), "legal.notice", "/mentions-legales"),
    Entry(_m("Données personnelles"), "legal.privacy", "/donnees-personnelles"),
    Entry(_m("Accessibilité : non audité"), "legal.accessibility", "/accessibilite"),
    Entry(_m("Définitions"), "legal.definitions", "/definitions"),
    Entry(_m("Plan du site"), "legal.site_map", "/plan-du-site"),
    Entry(_m("Aide"), "legal.help_pages", "/aide"),
    Entry(_m("Registre public"), "register.index", "/registre"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link ready to be drawn."""

    label: str
    url: str
    current: bool


def _links(entries: tuple[Entry, ...]) -> list[Link]:
    actor = actor_or_none()
    shown = [entry for entry in entries if entry.endpoint in current_app.view_functions and ACCESS[entry.endpoint].allows(actor)]
    here = max((entry.prefix for entry in shown if _under(entry.prefix)), key=len, default="")
    return [Link(gettext(entry.label), url_for(entry.endpoint), entry.prefix == here) for entry in shown]


def _under(prefix: str) -> bool:
    return request.path == prefix or (prefix != "/" and request.path.startswith(prefix + "/"))


def init_app(app: Flask) -> None:
    """Give the layouts their links."""
    app.jinja_env.globals["counter_links"] = lambda: _links(COUNTERS)
    app.jinja_env.globals["footer_links"] = lambda: _links(FOOTER)
