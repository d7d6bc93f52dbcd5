"""Changes of calendars and levels that wait for their confirmation: what each is in words, which tickets it meets, how it is carried out.

The form of such a change stands in the contracts area and leads here; the change travels in the address until it is confirmed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.contracts import day_services, level_services, listing, services
from webapp.contracts.exceptional import SpecialDay, read_days
from webapp.contracts.models import Site
from webapp.contracts.presenting import day_hours_words, day_rule_words, holidays_words, hours_words, special_words, target_words
from webapp.contracts.queries import level_version
from webapp.contracts.rules import LevelTerms
from webapp.contracts.services import SiteValues
from webapp.errors import NotFound
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.standings import open_at_site, open_before, open_under
from webapp.helpdesk.rules.shift import Change, DayChange, LevelChange, SiteChange
from webapp.helpdesk.services.ranking import rank_again
from webapp.texts import mark as _m
from webapp.web.i18n import paris_date


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that waits: ``facts`` are its lines (name, before, after); ``why`` is what the clock of each moved ticket will say.

    ``carry_out`` writes the change itself with its one piece of evidence, given what moved; it may raise Conflict or Invalid.
    """

    title: str
    done: str
    why: str
    facts: list[tuple[str, str, str]]
    change: Change
    condition: ColumnElement[bool]
    carry_out: Callable[[dict[str, Any]], Any]
    back: str
    level_version_id: int | None = None


def of_site(session: Session, actor: Actor, clock: Clock, site: Site, values: SiteValues, seen: int) -> Pending:
    """Return the change of a site's holidays or time zone, with the rest of what its form holds."""
    facts = [
        (_("Nom du site"), site.name, values.name),
        (_("Adresse"), site.address, values.address),
        (_("Jours fériés"), holidays_words(site.territory, site.good_friday), holidays_words(values.territory, values.good_friday)),
        (_("Fuseau horaire"), site.timezone, values.zone),
        (_("État"), _state(site.closed), _state(values.closed)),
    ]
    return Pending(
        title=_("Calendrier du site %(name)s", name=site.name),
        done=_("Le site %(name)s est enregistré.", name=values.name),
        why=f"nouveau calendrier du site {values.name}",
        facts=[line for line in facts if line[1] != line[2]],
        change=SiteChange(site.id, values.territory, values.good_friday, values.zone),
        condition=open_at_site(site.id),
        carry_out=lambda moved: services.edit_site(session, actor, clock, site.id, seen, values, moved),
        back=url_for("contracts.client", organisation_id=site.organisation_id),
    )


def _state(closed: bool) -> str:
    return str(_("fermé") if closed else _("ouvert"))


def of_day(session: Session, actor: Actor, clock: Clock, special: SpecialDay, label: str) -> Pending:
    """Return the addition of an exceptional day. Raises Invalid when it cannot be added."""
    day_services.check_day(session, actor, clock, special)
    return Pending(
        title=_("Ajouter un jour exceptionnel"),
        done=_("Le jour exceptionnel est enregistré."),
        why=_why(_m("jour exceptionnel ajouté"), special, label),
        facts=[(paris_date(special.day), _("horaires habituels"), f"{day_hours_words(special)} ({label})")],
        change=DayChange(special),
        condition=_notified_by(special),
        carry_out=lambda moved: day_services.add_day(session, actor, clock, special, label, moved),
        back=url_for("contracts.exceptional_days"),
    )


def of_day_removal(session: Session, actor: Actor, clock: Clock, day_id: int) -> Pending:
    """Return the removal of an exceptional day. Raises NotFound, Forbidden."""
    row = day_services.get_day(session, actor, day_id)
    special = read_days(row.code)[0]
    return Pending(
        title=_("Retirer un jour exceptionnel"),
        done=_("Le jour exceptionnel est retiré."),
        why=_why(_m("jour exceptionnel retiré"), special, row.label),
        facts=[(paris_date(special.day), f"{day_hours_words(special)} ({row.label})", _("horaires habituels"))],
        change=DayChange(special, added=False),
        condition=_notified_by(special),
        carry_out=lambda moved: day_services.remove_day(session, actor, clock, day_id, moved),
        back=url_for("contracts.exceptional_days"),
    )


def _notified_by(special: SpecialDay) -> ColumnElement[bool]:
    """The open tickets that a day may matter to: it begins and ends at other instants overseas, hence the margin."""
    return open_before(datetime.combine(special.day, time(), tzinfo=UTC) + timedelta(days=2))


def _why(what: str, special: SpecialDay, label: str) -> str:
    """In French whatever the person's own language: the client reads it (FL-20)."""
    with force_locale("fr"):
        return f"{what} : {special_words(special)} ({label})"


def of_level(session: Session, actor: Actor, clock: Clock, version_id: int) -> Pending:
    """Return the application of a version to the open tickets that are under another version of its level. Raises NotFound."""
    found = level_version(session, version_id)
    if found is None:
        raise NotFound
    rows = {row.number: row for row in listing.versions(session, found.level_id)}
    before = next((terms_of_row(rows[number]) for number in sorted(rows, reverse=True) if number < found.number), None)
    name = f"{found.label} v{found.number}"

    def carry_out(moved: dict[str, Any]) -> None:
        rank_again(session, Ticket.level_version_id == version_id)
        level_services.note_applied(session, actor, clock, found.level_id, found.number, moved)

    return Pending(
        title=_("Appliquer %(level)s aux tickets ouverts", level=name),
        done=_("Le niveau %(level)s est appliqué.", level=name),
        why=f"niveau {name}",
        facts=level_facts(before, found.terms) if before else [],
        change=LevelChange(found.terms),
        condition=open_under(found.level_id, version_id),
        carry_out=carry_out,
        back=url_for("contracts.level", level_id=found.level_id),
        level_version_id=version_id,
    )


def terms_of_row(row: Any) -> LevelTerms:
    """Return the terms of a version read as a row of columns."""
    return LevelTerms(
        row.response_days,
        row.response_minutes,
        row.restoration_days,
        row.restoration_minutes,
        row.rule,
        row.hours_code,
        row.warning_minutes,
        day_rule=row.day_rule,
    )


def level_facts(before: LevelTerms, after: LevelTerms) -> list[tuple[str, str, str]]:
    """Return what differs between two promises, line by line."""
    lines = [
        (_("Première réponse"), *(target_words(terms.response_days, terms.response_minutes) for terms in (before, after))),
        (_("Rétablissement (GTR)"), *(target_words(terms.restoration_days, terms.restoration_minutes) for terms in (before, after))),
        (_("Délais en jours ouvrés"), *(day_rule_words(terms.day_rule) for terms in (before, after))),
        (_("Heures d’ouverture"), *("; ".join(" ".join(pair) for pair in hours_words(terms.hours_code)) for terms in (before, after))),
    ]
    return [(name, one, two) for name, one, two in lines if one != two]
