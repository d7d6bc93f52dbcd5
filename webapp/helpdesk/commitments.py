"""The one place where the help desk asks the contracts what was promised: levels, calendars, sites."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.contracts import queries as contracts
from webapp.contracts.models import Site
from webapp.contracts.presenting import hours_words
from webapp.contracts.queries import LevelInForce
from webapp.contracts.rules import (
    GENERAL_TERMS,
    HOSTING_LABELS,
    TERRITORY_LABELS,
    DurationRule,
    Hosting,
    LevelTerms,
    calendar_named,
    service_calendar,
)
from webapp.db import Rows
from webapp.helpdesk.models import TicketSite
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.deadlines import Target
from webapp.worktime import Territory, WorkCalendar

__all__ = [
    "Offer",
    "calendar_named",
    "calendar_words",
    "desk_hours",
    "level_label",
    "offer_key",
    "offers",
    "sites_of",
    "sites_of_ticket",
    "with_sites",
]


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice of the contract list: its form value, its words, what it promises, and the level behind it (None: FL-12.1 alone)."""

    key: str
    label: str
    commitment: Commitment
    level: LevelInForce | None = None


def desk_hours() -> WorkCalendar:
    """Return the desk's own calendar: FL-12.5a, metropolitan holidays."""
    return service_calendar()


def offers(session: Session, organisation_id: int, at: datetime) -> list[Offer]:
    """Return what the organisation may report under at an instant: its contracts in force, else the default level (FL-12.1)."""
    found = contracts.contracts_in_force(session, organisation_id, at)
    if not found:
        return [_default_offer(session, at)]
    return [
        Offer(
            key=str(item.contract_id),
            label=_subscribed(item),
            commitment=_commitment(item.level, item.level.terms, item.contract_id, in_house=item.hosting is Hosting.IN_HOUSE),
            level=item.level,
        )
        for item in found
    ]


def _subscribed(item: contracts.Subscription) -> str:
    """Return the words of a contract, its level and its hosting, as a line of a list."""
    words = f"{_contract(item.number)} · {_level(item.level.label, item.level.number)} · {HOSTING_LABELS[item.hosting]}"
    return words[:1].upper() + words[1:]


def _default_offer(session: Session, at: datetime) -> Offer:
    level = contracts.default_level(session, at)
    if level is None:
        return Offer("", str(_("Conditions générales")), _commitment(None, GENERAL_TERMS))
    return Offer("", _level(level.label, level.number), _commitment(level, level.terms), level)


def _commitment(level: LevelInForce | None, terms: LevelTerms, contract_id: int | None = None, *, in_house: bool = False) -> Commitment:
    elapsed = terms.rule is DurationRule.ELAPSED and terms.restoration_minutes > 0
    return Commitment(
        calendar=level.calendar() if level else service_calendar(code=terms.hours_code),
        first_response=Target(terms.response_days, terms.response_time),
        restoration=Target(terms.restoration_days, terms.restoration_time, elapsed),
        contract_id=contract_id,
        level_version_id=level.version_id if level else None,
        in_house=in_house,
    )


def with_sites(session: Session, offer: Offer, site_ids: tuple[int, ...], at: datetime) -> Offer:
    """Return the offer on the calendar of the chosen sites; where they differ, the one that gives the earliest restoration."""
    if not site_ids:
        return offer
    code = (offer.level.terms if offer.level else GENERAL_TERMS).hours_code
    calendars = [contracts.calendar_for_site(site, code) for site in contracts.sites_by_id(session, site_ids)]
    choices = [replace(offer.commitment, calendar=calendar) for calendar in dict.fromkeys(calendars)]
    if not choices:
        return offer
    return replace(offer, commitment=min(choices, key=lambda choice: choice.deadlines(at).restoration or at))


def offer_key(contract_id: int | None) -> str:
    """Return the form value of the contract that a ticket is under."""
    return str(contract_id) if contract_id is not None else ""


def level_label(row: Any) -> str:
    """Return the words for the contract and level of a ticket read with its names."""
    level = _level(row.level_label, row.level_number) if row.level_label else str(_("conditions générales"))
    return f"{_contract(row.contract_number)} · {level}" if row.contract_number else level


def calendar_words(version: str) -> str:
    """Say a stored calendar as people do: its hours, its holidays, its time zone."""
    code, _code, rest = version.partition(":")
    place, _place, zone = rest.partition(":")
    territory = Territory(place.removesuffix("-no-good-friday"))
    hours = ", ".join(f"{days} {said}" for days, said in hours_words(code))
    holidays = _("jours fériés : %(territory)s", territory=_(TERRITORY_LABELS[territory]))
    where = _("fuseau horaire : %(zone)s", zone=zone)
    return f"{hours} · {holidays} · {where}"


def _contract(number: str) -> str:
    return str(_("contrat %(number)s", number=number))


def _level(label: str, number: int) -> str:
    return f"{label} v{number}"


def sites_of(session: Session, organisation_id: int) -> list[tuple[int, str]]:
    """Return the organisation's sites in use, as (id, name), by name."""
    return [(row.id, row.name) for row in contracts.sites_of(session, organisation_id)]


def sites_of_ticket(session: Session, ticket_id: int) -> Rows:
    """Return the sites that a ticket concerns (id, name), by name."""
    return session.execute(
        select(Site.id, Site.name)
        .join(TicketSite, TicketSite.site_id == Site.id)
        .where(TicketSite.ticket_id == ticket_id)
        .order_by(Site.name, Site.id)
    ).all()
