"""The queue's filters as they stand in its URL: read, refused with words, and told again as chips."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.contracts.rules import Plan
from webapp.helpdesk.rules.priority import Impact
from webapp.helpdesk.rules.search import sought
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.rules.tags import parse_tags
from webapp.helpdesk.rules.wanted import Channel, Order, View, Wanted
from webapp.helpdesk.texts import IMPACTS, SERVICES, STATES
from webapp.texts import mark as _m
from webapp.web.forms import FIRST_YEAR, LAST_YEAR, clean_line, whole

LONGEST = 200
PRIORITIES = {1: _m("Haute"), 2: _m("Normale"), 3: _m("Basse")}
PLANS = {Plan.ADVANCED: _m("Support avancé"), Plan.PAYING: _m("Payant"), Plan.FREEMIUM: _m("Freemium")}
CHANNELS = {Channel.PHONE: _m("Téléphone"), Channel.PORTAL: _m("Portail"), Channel.PUBLIC: _m("Formulaire public")}
ME, NOBODY = "moi", "aucun"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its words, where it goes in ``Wanted``, how its text is read (``ValueError`` when it cannot), and what it is shown as.

    ``names`` is the kind of name that its key has in the database (see ``queries.views.names``).
    """

    label: str
    attribute: str
    read: Callable[[str], Any]
    words: Mapping[Any, str] = field(default_factory=dict)
    names: str = ""


def _key(text: str) -> int:
    found = whole(text)
    if found is None or found >= 2**31:
        raise ValueError(text)
    return found


def _words(text: str) -> str:
    if sought(text) is None:
        raise ValueError(text)
    return text


def _code(text: str) -> str:
    if len(text) > 40:
        raise ValueError(text)
    return text


def _priority(text: str) -> int:
    return {"1": 1, "2": 2, "3": 3}.get(text) or _key("")


def _impact(text: str) -> Impact:
    return Impact(_key(text))


def _agent(text: str) -> int | str:
    return text if text in (ME, NOBODY) else _key(text)


def _tag(text: str) -> str:
    [tag] = parse_tags(text)
    return tag


def _yes(text: str) -> bool:
    return text == "1" or bool(_key(""))


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


#: By name in the URL, in the order in which they are shown.
FILTERS: dict[str, Filter] = {
    "q": Filter(_m("Texte"), "text", _words),
    "client": Filter(_m("Client"), "client_id", _key, names="client"),
    "contrat": Filter(_m("Contrat"), "contract", _code),
    "site": Filter(_m("Site"), "site_id", _key, names="site"),
    "service": Filter(_m("Service"), "service", ServiceType, SERVICES),
    "etat": Filter(_m("État"), "state", State, STATES),
    "priorite": Filter(_m("Priorité"), "priority", _priority, PRIORITIES),
    "impact": Filter(_m("Impact"), "impact", _impact, IMPACTS),
    "agent": Filter(_m("Suivi par"), "assignee_id", _agent, {ME: _m("moi"), NOBODY: _m("personne")}, names="agent"),
    "libres": Filter(_m("Sans agent"), "unassigned", _yes, {True: _m("oui")}),
    "equipe": Filter(_m("Équipe"), "team_id", _key, names="equipe"),
    "etiquette": Filter(_m("Étiquette"), "tag", _tag),
    "niveau": Filter(_m("Niveau de service"), "level", _code, names="niveau"),
    "formule": Filter(_m("Formule"), "plan", Plan, PLANS),
    "canal": Filter(_m("Canal"), "channel", Channel, CHANNELS),
    "notifie_du": Filter(_m("Notifié à partir du"), "notified_from", _day),
    "notifie_au": Filter(_m("Notifié jusqu’au"), "notified_until", _day),
    "clos_du": Filter(_m("Clos à partir du"), "closed_from", _day),
    "clos_au": Filter(_m("Clos jusqu’au"), "closed_until", _day),
    "echeance_au": Filter(_m("Échéance jusqu’au"), "due_before", _day),
}
#: Of the days, those that are counted in.
_UP_TO = {"notifie_au", "clos_au", "echeance_au"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The queue's URL, read: the view, the filters as they are written and as values, the order, and what could not be read.

    It answers the questions of a list's headings (``sort_url``, ``aria_sort``) and writes its own URL.
    """

    path: str
    view: View
    filters: dict[str, str]
    values: dict[str, Any]
    order: Order | None = None
    descending: bool = False
    problems: tuple[str, ...] = ()

    def query(self, **changes: str | None) -> str:
        """Return the query with ``changes`` (names of filters, ``vue``, ``tri``, ``sens``, cursors; None removes) applied."""
        present: dict[str, str | None] = {
            "vue": str(self.view) if self.view is not View.ALL else None,
            **self.filters,
            "tri": str(self.order) if self.order else None,
            "sens": "desc" if self.order and self.descending else None,
        }
        return urlencode({name: value for name, value in (present | changes).items() if value})

    def url(self, **changes: str | None) -> str:
        """Return the URL with ``changes`` applied: the first page, unless a cursor is among them."""
        query = self.query(**changes)
        return f"{self.path}?{query}" if query else self.path

    @property
    def shown_order(self) -> tuple[Order, bool]:
        """The order in which the list stands, asked for or not, and whether it descends."""
        if self.order is not None:
            return self.order, self.descending
        newest = "q" in self.filters or self.view is View.ARCHIVE
        return (Order.REPORTED, True) if newest else (Order.DUE, False)

    def sort_url(self, key: str) -> str:
        """Return the URL that sorts by ``key``, or turns the present order round."""
        order, descending = self.shown_order
        return self.url(tri=key, sens="desc" if order == key and not descending else None)

    def aria_sort(self, key: str) -> str:
        """Return the ``aria-sort`` value of the column."""
        order, descending = self.shown_order
        if order != key:
            return "none"
        return "descending" if descending else "ascending"

    def names_needed(self) -> list[tuple[str, Any]]:
        """Return the (kind, key) pairs whose words the chips need."""
        known = ((FILTERS[name].names, value) for name, value in self.values.items())
        return [(kind, value) for kind, value in known if kind and value not in (ME, NOBODY)]

    def wanted(self, before: datetime, account_id: int | None) -> Wanted:
        """Return what is asked of the queue; ``before`` bounds "soon", ``account_id`` is who "mine" means."""
        found: dict[str, Any] = {}
        for name, value in self.values.items():
            if name == "agent" and value in (ME, NOBODY):
                found |= {"unassigned": True} if value == NOBODY else {"assignee_id": account_id}
            else:
                found[FILTERS[name].attribute] = _midnight(value, name in _UP_TO) if isinstance(value, date) else value
        return Wanted(view=self.view, before=before, account_id=account_id, **found)


def _midnight(day: date, included: bool) -> datetime:
    return datetime.combine(day + timedelta(days=included), time(), PARIS)


def read_filters(args: Mapping[str, str], path: str) -> Asked:
    """Read what a URL asks of the queue. What cannot be read is left out, and told in ``problems``."""
    filters, values, problems = {}, {}, []
    for name, known in FILTERS.items():
        text = (clean_line(args.get(name, "")) or "")[:LONGEST]
        if not text:
            continue
        try:
            values[name], filters[name] = known.read(text), text
        except ValueError:
            problems.append(_("Filtre laissé de côté : %(label)s « %(value)s » n’existe pas.", label=_(known.label), value=text))
    view, order = args.get("vue", ""), args.get("tri", "")
    if view and view not in set(View):
        problems.append(_("La vue « %(view)s » n’existe pas : voici tous les tickets ouverts.", view=view[:LONGEST]))
    if order and order not in set(Order):
        problems.append(_("Le tri « %(order)s » n’existe pas.", order=order[:LONGEST]))
    return Asked(
        path=path,
        view=View(view) if view in set(View) else View.ALL,
        filters=filters,
        values=values,
        order=Order(order) if order in set(Order) else None,
        descending=args.get("sens") == "desc",
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: its words, and the URL of the list without it."""

    label: str
    value: str
    without: str


def chips(asked: Asked, names: Mapping[tuple[str, str], str]) -> list[Chip]:
    """Return the filters in force, with the ``names`` of those that are keys."""
    return [Chip(_(FILTERS[name].label), _told(name, value, names), asked.url(**{name: None})) for name, value in asked.values.items()]


def _told(name: str, value: Any, names: Mapping[tuple[str, str], str]) -> str:
    known = FILTERS[name]
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if value in known.words:
        return str(_(known.words[value]))
    if known.names:
        return names.get((known.names, str(value))) or _("inconnu (%(key)s)", key=value)
    return str(value)


def translated(words: Mapping[Any, str]) -> Iterable[tuple[str, str]]:
    """Return codes with their words as a list of choices."""
    return [(str(int(key) if isinstance(key, int) else key), str(_(text))) for key, text in words.items()]
