"""What a change of calendar or of level makes of open tickets (FL-12.1, FL-12.4, FL-12.5a): pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import paris
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.rules import GENERAL_TERMS, DayRule, DurationRule, LevelTerms, calendar_named, service_calendar
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.shift import (
    DayChange,
    LevelChange,
    Outcome,
    Place,
    Promise,
    SiteChange,
    Standing,
    after,
    digest,
    outcomes,
    reckoned,
)
from webapp.worktime import Territory

DESK = service_calendar().version
TWO_DAYS = Target(days=2)
LONG_DAYS = LevelTerms(0, 60, 0, 240, DurationRule.BUSINESS, "0-5.0800-2000", 60)
CHRISTMAS_EVE = SpecialDay(date(2026, 12, 24))


def standing(notified: str | datetime, *events: ClockEvent, places: tuple[Place, ...] = (), target: Target = TWO_DAYS) -> Standing:
    """Return a ticket as its own clock would have stored it."""
    at = paris(notified) if isinstance(notified, str) else notified
    calendar = places[0].calendar if places else DESK
    bare = Standing(1, 1, 1, at, Promise(calendar, TWO_DAYS, target), False, True, at, None, None, places, events)
    return reckoned(bare, bare.promise, places)


def paused(notified: str, since: str, until: str | None) -> Standing:
    events = [ClockEvent(EventKind.STARTED, paris(notified)), ClockEvent(EventKind.PAUSED, paris(since), Reason.SITE_ACCESS)]
    return standing(notified, *events, *([ClockEvent(EventKind.RESUMED, paris(until))] if until else []))


def test_a_closed_day_moves_the_deadlines_that_it_meets_and_only_those() -> None:  # FL-12.5a
    change = DayChange(CHRISTMAS_EVE)
    met, before = standing("2026-12-23 10:00"), standing("2026-12-17 10:00")
    assert met.restoration_due_at == paris("2026-12-28 10:00")
    assert after(change, met).restoration_due_at == paris("2026-12-29 10:00")
    assert Outcome(met, after(change, met)).moved == 2
    kept = Outcome(before, after(change, before))
    assert (kept.moved, kept.changed) == (0, True)
    assert kept.after.promise.calendar == f"{DESK}+20261224"


def test_a_ticket_notified_after_the_day_is_left_as_it_is() -> None:
    late = standing("2026-12-28 10:00")
    assert after(DayChange(CHRISTMAS_EVE), late) is late


@given(st.integers(0, 60 * 24 * 60), st.sampled_from([(), ("0900-1200",)]))
def test_taking_a_day_back_undoes_adding_it(minutes: int, hours: tuple[str, ...]) -> None:
    given_hours = tuple((datetime.strptime(h[:4], "%H%M").time(), datetime.strptime(h[5:], "%H%M").time()) for h in hours)  # noqa: DTZ007 -- wall times
    special = SpecialDay(date(2026, 12, 24), given_hours)
    ticket = standing(paris("2026-11-01 00:00") + timedelta(minutes=minutes))
    assert after(DayChange(special, added=False), after(DayChange(special), ticket)) == ticket


def test_a_site_that_gets_its_holidays_moves_its_own_clock_and_that_of_its_ticket() -> None:  # FL-12.4
    places = (Place(7, DESK), Place(8, DESK))
    ticket = standing("2026-12-24 17:00", places=places)
    moved = after(SiteChange(7, Territory.ALSACE_MOSELLE, True, "Europe/Paris"), ticket)
    assert moved.places[0].calendar == "desk-1:alsace_moselle:Europe/Paris"
    assert moved.places[1] == ticket.places[1]
    assert moved.restoration_due_at == min(place.due_at for place in moved.places if place.due_at)


def test_a_ticket_of_two_sites_stays_on_the_one_it_was_counted_on_where_they_promise_the_same() -> None:
    reunion = service_calendar(Territory.REUNION, False, "Indian/Reunion").version
    ticket = standing("2026-11-20 13:42", places=(Place(1, reunion), Place(2, DESK)))
    ticket = replace(ticket, promise=replace(ticket.promise, calendar=DESK))
    assert after(DayChange(CHRISTMAS_EVE), ticket).promise.calendar == f"{DESK}+20261224"


def test_another_level_keeps_every_pause() -> None:  # FL-12.6b
    ticket = paused("2026-11-23 09:00", "2026-11-23 10:00", "2026-11-23 16:00")
    moved = after(LevelChange(LONG_DAYS), ticket)
    assert moved.promise.calendar == "0-5.0800-2000:metropolitan:Europe/Paris"
    assert moved.response_due_at == paris("2026-11-23 10:00")
    assert moved.restoration_due_at == paris("2026-11-23 19:00")  # 1 h before the pause, 3 h after it


def test_another_level_while_the_clock_is_paused_leaves_the_deadline_open() -> None:
    ticket = paused("2026-11-23 09:00", "2026-11-23 10:00", None)
    moved = after(LevelChange(LONG_DAYS), ticket)
    assert moved.restoration_due_at is None
    assert moved.due_at == paris("2026-11-23 10:00")


@given(st.integers(0, 60 * 24 * 30), st.sampled_from(list(DayRule)))
def test_the_short_way_gives_what_a_replay_gives(minutes: int, rule: DayRule) -> None:
    target = Target(days=2, day_rule=rule)
    at = paris("2026-12-01 00:00") + timedelta(minutes=minutes)
    plain = standing(at, target=target)
    replayed = replace(plain, events=(ClockEvent(EventKind.STARTED, at),))
    assert reckoned(replayed, plain.promise, ()).restoration_due_at == plain.restoration_due_at


def test_the_same_level_changes_nothing() -> None:
    ticket = standing("2026-11-23 09:00")
    assert after(LevelChange(GENERAL_TERMS), ticket) is ticket


def test_work_that_is_no_interruption_has_no_deadline_to_move() -> None:  # FL-12.6a
    stopped = ClockEvent(EventKind.NOT_INTERRUPTION, paris("2026-12-23 11:00"))
    offered = replace(standing("2026-12-23 10:00", ClockEvent(EventKind.STARTED, paris("2026-12-23 10:00")), stopped), interruption=False)
    outcome = Outcome(offered, after(DayChange(CHRISTMAS_EVE), offered))
    assert (outcome.moved, outcome.redated, outcome.changed) == (0, 2, True), "kept true for the day it is reopened, and counted by nobody"


def test_a_site_whose_own_deadline_moves_is_named_even_when_the_ticket_s_stays() -> None:  # FL-12.4
    nearer = service_calendar(code="0-5.0800-2000").version
    ticket = standing("2026-12-28 10:00", places=(Place(7, nearer), Place(8, DESK)), target=Target(time=timedelta(hours=10)))
    outcome = Outcome(ticket, after(SiteChange(8, Territory.REUNION, False, "Indian/Reunion"), ticket))
    assert outcome.before.restoration_due_at == outcome.after.restoration_due_at == paris("2026-12-28 20:00")
    assert [(one.site_id, one.due_at != two.due_at) for one, two in outcome.moved_places] == [(8, True)]
    assert outcome.moved == 1


def test_the_digest_tells_what_would_move_apart() -> None:
    tickets = [standing("2026-12-23 10:00"), replace(standing("2026-12-22 10:00"), ticket_id=2)]
    moved = list(outcomes(DayChange(CHRISTMAS_EVE), tickets))
    assert digest(moved) == digest(moved[::-1])
    assert digest(moved) != digest(moved[:1])
    assert calendar_named(moved[0].after.promise.calendar).between(paris("2026-12-24 08:00"), paris("2026-12-24 18:00")) == timedelta()
