"""What a notice does to the state of the services, and the steps it may take."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.service_status.rules import (
    OVER,
    STATE_LABELS,
    STEPS,
    Health,
    Kind,
    NoticeFacts,
    State,
    is_active,
    is_late_notice,
    is_upcoming,
    next_states,
    worst,
)

START = datetime(2026, 11, 30, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned(state: State) -> NoticeFacts:
    return NoticeFacts(Kind.PLANNED, state, Health.MAINTENANCE, START, START + 2 * HOUR)


def test_the_worst_state_is_the_services_state() -> None:
    assert worst([]) is Health.WORKING
    assert worst([Health.MAINTENANCE, Health.DOWN, Health.DEGRADED]) is Health.DOWN


def test_a_planned_interruption_weighs_only_between_its_start_and_its_expected_end() -> None:  # FL-12.8
    notice = planned(State.ANNOUNCED)
    assert not is_active(notice, START - timedelta(microseconds=1))
    assert is_upcoming(notice, START - timedelta(microseconds=1))
    assert is_active(notice, START)
    assert not is_upcoming(notice, START)
    assert not is_active(notice, START + 2 * HOUR)


def test_an_interruption_declared_under_way_lasts_until_somebody_ends_it() -> None:
    assert is_active(planned(State.UNDER_WAY), START + 5 * HOUR)
    assert not is_active(planned(State.ENDED), START + HOUR)


def test_an_incident_without_expected_end_lasts_and_one_under_watch_is_restored() -> None:
    incident = NoticeFacts(Kind.INCIDENT, State.IDENTIFIED, Health.DOWN, START, None)
    assert is_active(incident, START + 500 * HOUR)
    assert not is_active(NoticeFacts(Kind.INCIDENT, State.WATCHING, Health.DOWN, START, None), START + HOUR)


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_and_what_is_over_goes_nowhere(state: State) -> None:
    assert STATE_LABELS[state]
    assert (next_states(state) == ()) == (state in OVER)
    assert set(STEPS[state]) <= set(State)


def test_five_calendar_days_are_counted_in_paris() -> None:  # FL-12.8
    now = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)  # still the 23rd in Paris
    assert not is_late_notice(now, datetime(2026, 11, 27, 23, 0, tzinfo=UTC))  # already the 28th in Paris
    assert is_late_notice(now, datetime(2026, 11, 27, 22, 59, tzinfo=UTC))
    assert is_late_notice(now + timedelta(minutes=1), datetime(2026, 11, 27, 23, 0, tzinfo=UTC))
