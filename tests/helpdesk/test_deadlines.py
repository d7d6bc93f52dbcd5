"""What a report promises before it is sent (FL-12.1, FL-12.4)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import desk, paris
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason, replay
from webapp.helpdesk.rules.deadlines import Target, Urgency, next_due, promise, restoration_due, urgency

CALENDAR = desk()
TWO_DAYS = Target(days=2)
FOUR_HOURS = Target(time=timedelta(hours=4))


def test_two_business_days_from_a_friday_morning() -> None:
    promised = promise(CALENDAR, paris("2026-11-20 11:10"), TWO_DAYS, FOUR_HOURS)
    assert promised.first_response == paris("2026-11-24 11:10")
    assert promised.restoration == paris("2026-11-20 16:40")


def test_outside_hours_the_promise_counts_from_the_first_business_hour() -> None:
    promised = promise(CALENDAR, paris("2026-11-21 11:10"), TWO_DAYS, TWO_DAYS)
    assert promised.counts_from == paris("2026-11-23 08:30")
    assert promised.first_response == promised.restoration == paris("2026-11-25 08:30")


@given(st.integers(0, 60 * 24 * 400))
def test_a_promise_in_days_is_one_instant_for_response_and_restoration(minutes: int) -> None:
    promised = promise(CALENDAR, paris("2026-01-01 00:00") + timedelta(minutes=minutes), TWO_DAYS, TWO_DAYS)
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
