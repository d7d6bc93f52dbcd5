"""The one place where the help desk asks the contracts what was promised: levels, calendars, sites."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.contracts import queries as contracts
from webapp.contracts.exceptional import first_day, read_days
from webapp.contracts.models import Site
from webapp.contracts.presenting import holidays_words, hours_words, special_words
from webapp.contracts.queries import LevelInForce
from webapp.contracts.rules import (
    GENERAL_TERMS,
    HOSTING_LABELS,
    Hosting,
    LevelTerms,
    Plan,
    calendar_named,
    read_calendar,
    service_calendar,
)
from webapp.db import Rows
from webapp.helpdesk.ahead import remembered
from webapp.helpdesk.models import TicketSite
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.shift import targets_of
from webapp.worktime import WorkCalendar

__all__ = [
    "Offer",
    "calendar_named",
    "calendar_words",
    "desk_hours",
    "level_label",
    "offer_key",
    "offers",
    "site_calendars",
    "sites_of",
    "sites_of_ticket",
    "terms_of",
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


def desk_calendar_at(session: Session, at: datetime) -> WorkCalendar:
    """Return the desk's own calendar with the exceptional days known around an instant."""
    return service_calendar(days=contracts.days_since(session, at))


def offers(session: Session, organisation_id: int, at: datetime) -> list[Offer]:
    """Return what the organisation may report under at an instant: its contracts in force, else the default level (FL-12.1)."""
    found = contracts.contracts_in_force(session, organisation_id, at)
    if not found:
        return [_default_offer(session, at)]
    return [
        Offer(
            key=str(item.contract_id),
            label=_subscribed(item),
            commitment=_commitment(item.level, item.level.terms, item.level.calendar(since=first_day(at)), item),
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
        calendar = service_calendar(code=GENERAL_TERMS.hours_code, days=contracts.days_since(session, at))
        return Offer("", str(_("Conditions générales")), _commitment(None, GENERAL_TERMS, calendar))
    return Offer("", _level(level.label, level.number), _commitment(level, level.terms, level.calendar(since=first_day(at))), level)


def _commitment(
    level: LevelInForce | None, terms: LevelTerms, calendar: WorkCalendar, contract: contracts.Subscription | None = None
) -> Commitment:
    first_response, restoration = targets_of(terms)
    return Commitment(
        calendar=calendar,
        first_response=first_response,
        restoration=restoration,
        contract_id=contract.contract_id if contract else None,
        level_version_id=level.version_id if level else None,
        in_house=contract is not None and contract.hosting is Hosting.IN_HOUSE,
        paying=contract is not None and contract.plan is not Plan.FREEMIUM,
        paying_first=terms.paying_first,
    )


def with_sites(session: Session, offer: Offer, site_ids: tuple[int, ...], at: datetime) -> Offer:
    """Return the offer on the calendar of the chosen sites; where they differ, the one that promises the earliest restoration.

    Where that is the same instant, the one that promises the earliest first response.
    """
    if not site_ids:
        return offer
    name = read_calendar(offer.commitment.calendar.version)
    calendars = [contracts.calendar_for_site(site, name.code, name.days) for site in contracts.sites_by_id(session, site_ids)]
    choices = [replace(offer.commitment, calendar=calendar) for calendar in dict.fromkeys(calendars)]
    if not choices:
        return offer
    promised = ((choice, choice.deadlines(at)) for choice in choices)
    return replace(offer, commitment=min(promised, key=lambda pair: (pair[1].restoration or at, pair[1].first_response))[0])


def site_calendars(session: Session, version: str, site_ids: tuple[int, ...]) -> dict[int, str]:
    """Return the version of each site's calendar: the hours and exceptional days of the calendar ``version``, at that site."""
    name, rows = read_calendar(version), contracts.sites_by_id(session, site_ids) if site_ids else ()
    return {row.id: contracts.calendar_for_site(row, name.code, name.days).version for row in rows}


def terms_of(session: Session, level_version_id: int | None) -> LevelTerms:
    """Return what the version of a service level promises that a ticket keeps; the general conditions when it keeps none."""
    if level_version_id is None:
        return GENERAL_TERMS
    level = remembered(session, "level", level_version_id, lambda: contracts.level_version(session, level_version_id))
    return level.terms if level is not None else GENERAL_TERMS


def offer_key(contract_id: int | None) -> str:
    """Return the form value of the contract that a ticket is under."""
    return str(contract_id) if contract_id is not None else ""


def level_label(row: Any) -> str:
    """Return the words for the contract and level of a ticket read with its names."""
    level = _level(row.level_label, row.level_number) if row.level_label else str(_("conditions générales"))
    return f"{_contract(row.contract_number)} · {level}" if row.contract_number else level


def calendar_words(version: str) -> str:
    """Say a stored calendar as people do: its hours, its holidays, its time zone."""
    name = read_calendar(version)
    parts = [
        ", ".join(f"{days} {said}" for days, said in hours_words(name.code)),
        str(_("jours fériés : %(territory)s", territory=holidays_words(name.territory, name.good_friday))),
        str(_("fuseau horaire : %(zone)s", zone=name.timezone)),
    ]
    if name.days:
        parts.append(str(_("jours exceptionnels : %(days)s", days=", ".join(special_words(day) for day in read_days(name.days)))))
    return " · ".join(parts)


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
