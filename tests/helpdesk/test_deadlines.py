"""What a report promises before it is sent (FL-12.1, FL-12.4)."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import HOURS, desk, paris
from webapp.contracts.rules import DayRule
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason, replay
from webapp.helpdesk.rules.deadlines import Target, Urgency, next_due, promise, restoration_due, urgency
from webapp.worktime import WorkCalendar

CALENDAR = desk()
TWO_DAYS = Target(days=2)
FOUR_HOURS = Target(time=timedelta(hours=4))


SAME_TIME = Target(days=2, day_rule=DayRule.SAME_TIME)
END_OF_DAY = Target(days=2, day_rule=DayRule.END_OF_DAY)
EVERY_RULE = pytest.mark.parametrize("target", [TWO_DAYS, SAME_TIME, END_OF_DAY], ids=list(DayRule))


def test_two_business_days_from_a_friday_morning() -> None:
    promised = promise(CALENDAR, paris("2026-11-20 11:10"), TWO_DAYS, FOUR_HOURS)
    assert promised.first_response == paris("2026-11-24 11:10")
    assert promised.restoration == paris("2026-11-20 16:40")


def test_two_business_days_are_sixteen_business_hours_unless_the_level_says_otherwise() -> None:  # FL-12.1
    saturday, monday = paris("2026-11-21 11:10"), paris("2026-11-23 17:00")
    assert TWO_DAYS.length(CALENDAR, saturday) == timedelta(hours=16)
    assert [target.due(CALENDAR, saturday) for target in (TWO_DAYS, SAME_TIME, END_OF_DAY)] == [
        paris("2026-11-24 18:00"),
        paris("2026-11-25 08:30"),
        paris("2026-11-25 18:00"),
    ]
    assert [target.due(CALENDAR, monday) for target in (TWO_DAYS, SAME_TIME, END_OF_DAY)] == [
        paris("2026-11-25 17:00"),
        paris("2026-11-25 17:00"),
        paris("2026-11-25 18:00"),
    ]


def test_a_business_day_is_worth_what_most_days_of_the_level_are() -> None:
    short_friday = WorkCalendar("Europe/Paris", {**dict.fromkeys(range(4), HOURS[0]), 4: [(time(8, 30), time(12))]})
    never_closed = WorkCalendar("Europe/Paris", dict.fromkeys(range(7), ((time(0), time(0)),)))
    two_and_two = WorkCalendar("Europe/Paris", {0: [(time(8), time(12))], 1: [(time(8), time(18))]})
    friday = paris("2026-11-20 09:00")
    assert TWO_DAYS.length(short_friday, friday) == timedelta(hours=16)
    assert TWO_DAYS.length(never_closed, friday) == timedelta(hours=48)
    assert TWO_DAYS.length(two_and_two, friday) == timedelta(hours=20)


def test_the_end_of_the_day_is_that_of_the_day_itself_when_it_closes_early() -> None:
    half_saturday = WorkCalendar("Europe/Paris", {**HOURS, 5: [(time(9), time(12))]})
    thursday = paris("2026-11-19 15:00")
    assert END_OF_DAY.due(half_saturday, thursday) == paris("2026-11-21 12:00")
    assert SAME_TIME.due(half_saturday, thursday) == paris("2026-11-23 08:30")


@EVERY_RULE
@given(first=st.integers(0, 60 * 24 * 400), later=st.integers(0, 60 * 24 * 10))
def test_who_reports_later_is_never_promised_sooner(target: Target, first: int, later: int) -> None:
    earlier = paris("2026-01-01 00:00") + timedelta(minutes=first)
    assert target.due(CALENDAR, earlier) <= target.due(CALENDAR, earlier + timedelta(minutes=later))


@EVERY_RULE
@given(start=st.integers(0, 60 * 24 * 400), pause=st.integers(1, 60 * 24 * 3), wait=st.integers(0, 60 * 24))
def test_a_pause_moves_a_promise_in_days_by_its_business_time(target: Target, start: int, pause: int, wait: int) -> None:  # FL-12.6b
    at = paris("2026-01-01 00:00") + timedelta(minutes=start)
    asked, given_at = at + timedelta(minutes=wait), at + timedelta(minutes=wait + pause)
    started = ClockEvent(EventKind.STARTED, at)
    events = [started, ClockEvent(EventKind.PAUSED, asked, Reason.SITE_ACCESS), ClockEvent(EventKind.RESUMED, given_at)]
    plain, paused = restoration_due(CALENDAR, replay([started]), target), restoration_due(CALENDAR, replay(events), target)
    assert plain is not None
    assert paused is not None
    counted = CALENDAR.between(at, paused) - CALENDAR.between(asked, min(given_at, paused))
    assert counted == target.length(CALENDAR, at)
    assert paused >= plain


def test_outside_hours_the_promise_counts_from_the_first_business_hour() -> None:
    promised = promise(CALENDAR, paris("2026-11-21 11:10"), TWO_DAYS, TWO_DAYS)
    assert promised.counts_from == paris("2026-11-23 08:30")
    assert promised.first_response == promised.restoration == paris("2026-11-24 18:00")


@EVERY_RULE
@given(minutes=st.integers(0, 60 * 24 * 400))
def test_a_promise_in_days_is_one_instant_for_response_and_restoration(target: Target, minutes: int) -> None:
    promised = promise(CALENDAR, paris("2026-01-01 00:00") + timedelta(minutes=minutes), target, target)
    assert promised.first_response == promised.restoration


def test_a_pause_moves_the_restoration_and_an_open_one_hides_it() -> None:  # FL-12.6b
    start = paris("2026-11-23 09:00")
    events = [
        ClockEvent(EventKind.STARTED, start),
        ClockEvent(EventKind.PAUSED, paris("2026-11-23 10:00"), Reason.SITE_ACCESS),
    ]
    assert restoration_due(CALENDAR, replay(events), FOUR_HOURS) is None
    events.append(ClockEvent(EventKind.RESUMED, paris("2026-11-23 14:30")))
    assert restoration_due(CALENDAR, replay(events), FOUR_HOURS) == paris("2026-11-23 17:30")


def test_the_queue_is_sorted_by_what_is_owed_next() -> None:
    response, restoration = paris("2026-11-24 11:10"), paris("2026-11-26 11:10")
    assert next_due(response, restoration, responded=False, ended=False) == response
    assert next_due(response, restoration, responded=True, ended=False) == restoration
    assert next_due(response, None, responded=True, ended=False) is None
    assert next_due(response, restoration, responded=False, ended=True) is None


def test_urgency_has_three_degrees() -> None:
    assert urgency(timedelta(seconds=-1)) is Urgency.LATE
    assert urgency(timedelta(hours=3, minutes=59)) is Urgency.SOON
    assert urgency(timedelta(hours=4)) is Urgency.OK


@pytest.mark.parametrize("wrong", [{}, {"days": 1, "time": timedelta(hours=1)}, {"days": -1}])
def test_a_target_is_one_kind_of_promise(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="target"):
        Target(**wrong)
