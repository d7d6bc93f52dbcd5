"""The rules of the figures against the plainest way of counting."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import paris
from webapp.clock import PARIS
from webapp.helpdesk.rules.figures import (
    CLASSES,
    Distribution,
    Facts,
    Period,
    Tally,
    Verdict,
    add_up,
    backlog,
    extremes,
    mean_score,
    midnight,
    response_verdict,
    restoration_verdict,
    seasons,
    share,
    usual_period,
    weekly_load,
)
from webapp.helpdesk.rules.states import State

NOW = paris("2026-11-23 10:00")
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def facts(**values: object) -> Facts:
    """A confirmed incident, due yesterday for its first response and tomorrow for its restoration."""
    given: dict[str, object] = {
        "state": State.CONFIRMED,
        "first_response_due_at": NOW - timedelta(days=1),
        "first_responded_at": None,
        "restoration_due_at": NOW + timedelta(days=1),
        "restored_at": None,
        "closed_at": None,
        **values,
    }
    return Facts(**given)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"first_responded_at": NOW - timedelta(days=1)}, Verdict.MET),
        ({"first_responded_at": NOW - timedelta(hours=23)}, Verdict.MISSED),
        ({}, Verdict.MISSED),
        ({"first_response_due_at": NOW}, Verdict.PENDING),
        ({"closed_at": NOW - timedelta(days=2), "state": State.DISMISSED}, Verdict.NONE),
        ({"closed_at": NOW - timedelta(hours=2), "state": State.DISMISSED}, Verdict.MISSED),
    ],
)
def test_a_first_response_is_in_time_until_the_very_instant_of_its_deadline(values: dict[str, object], verdict: Verdict) -> None:
    # FL-12.1
    assert response_verdict(facts(**values), NOW) is verdict


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"restored_at": NOW + timedelta(days=1)}, Verdict.MET),
        ({"restored_at": NOW + timedelta(days=1, seconds=1)}, Verdict.MISSED),
        ({}, Verdict.PENDING),
        ({"restoration_due_at": NOW - timedelta(seconds=1)}, Verdict.MISSED),
        ({"restoration_due_at": None, "state": State.WAITING_ACCESS}, Verdict.PENDING),
        ({"restoration_due_at": NOW - timedelta(days=1), "state": State.DISMISSED}, Verdict.NONE),
        ({"restoration_due_at": NOW - timedelta(days=1), "state": State.QUOTED}, Verdict.NONE),
    ],
)
def test_only_an_interruption_whose_count_runs_can_miss_its_restoration(values: dict[str, object], verdict: Verdict) -> None:
    # FL-12.4, FL-12.6a, FL-12.6b
    assert restoration_verdict(facts(**values), NOW) is verdict


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 9), min_size=5, max_size=5)), max_size=30))
def test_tallies_add_up_by_key(rows: list[tuple[str, list[int]]]) -> None:
    sums = add_up((key, Tally(*counts)) for key, counts in rows)
    for key, tally in sums.items():
        columns = list(zip(*[counts for name, counts in rows if name == key], strict=True))
        assert [sum(column) for column in columns] == [
            tally.tickets,
            tally.response_met,
            tally.response_missed,
            tally.restoration_met,
            tally.restoration_missed,
        ]
    assert sum(sums.values(), Tally()) == sum((Tally(*counts) for _key, counts in rows), Tally())


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_whole_only_when_nothing_is_missing(part: int, rest: int) -> None:
    found = share(part, part + rest)
    if not part + rest:
        assert found is None
        return
    assert found is not None
    assert abs(found - 100 * part / (part + rest)) <= 0.1
    assert (found == 100) == (rest == 0)
    assert (found == 0) == (part == 0)


@given(DAYS, st.integers(0, 400))
def test_the_months_of_a_period_touch_and_fill_it(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    months = period.months()
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert all(before.end == after.start for before, after in pairwise(months))
    for month in months:
        local = month.start.astimezone(PARIS)
        assert (local.year, local.month) == (month.first.year, month.first.month)
        last = (month.end - timedelta(seconds=1)).astimezone(PARIS)
        assert (last.year, last.month) == (month.first.year, month.first.month)
    assert len({month.first for month in months}) == len(months)


def test_the_usual_period_is_the_twelve_months_that_end_today() -> None:
    period = usual_period(date(2026, 11, 23))
    assert (period.first, period.last) == (date(2025, 12, 1), date(2026, 11, 23))
    assert len(period.months()) == 12
    assert usual_period(date(2024, 2, 29)).first == date(2023, 3, 1)


def test_midnight_in_paris_follows_the_season() -> None:
    assert midnight(date(2026, 1, 1)) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)


@given(DAYS, st.integers(0, 500), st.lists(st.integers(0, 500 * 86_400), max_size=40))
def test_the_load_is_that_of_the_clocks_on_the_walls_of_paris(first: date, length: int, offsets: list[int]) -> None:
    period = Period(first, first + timedelta(days=length))
    parts = seasons(period)
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    instants = [at for seconds in offsets if (at := period.start + timedelta(seconds=seconds)) < period.end]
    groups = Counter(((at.weekday() + 1) % 7, at.hour, next(part.hours_ahead for part in parts if at < part.end)) for at in instants)
    found = weekly_load((*key, count) for key, count in groups.items())
    wanted = Counter((local.weekday(), local.hour) for local in (at.astimezone(PARIS) for at in instants))
    assert {(day, hour): found[day][hour] for day in range(7) for hour in range(24) if found[day][hour]} == dict(wanted)


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 7)), max_size=60))
def test_the_backlog_is_what_was_open_when_each_month_ended(months: int, lives: list[tuple[int, int]]) -> None:
    known = [(came, min(came + length, months)) for came, length in lives if came < months and came + length >= 0]
    flows = backlog(Counter(known), months)
    for month, flow in enumerate(flows):
        assert flow.opened == sum(came == month for came, _ in known)
        assert flow.closed == sum(went == month for _, went in known)
        assert flow.open_at_end == sum(came <= month < went for came, went in known)


@given(st.lists(st.integers(0, 4000), max_size=80), st.sampled_from([1, 50, 75, 90, 95, 100]))
def test_a_percentile_is_a_duration_that_so_many_do_not_exceed(minutes: list[int], rank: int) -> None:
    found = Distribution(Counter(minutes))
    assert found.total == len(minutes) == sum(found.classes())
    for place, count in enumerate(found.classes()):
        low = CLASSES[place - 1] if place else 0
        high = CLASSES[place] if place < len(CLASSES) else 10**9
        assert count == sum(low <= value < high for value in minutes)
    value = found.percentile(rank)
    if not minutes:
        assert value is None
        return
    assert value in minutes
    assert sum(other <= value for other in minutes) * 100 >= rank * len(minutes)
    assert sum(other < value for other in minutes) * 100 < rank * len(minutes)


def test_the_mean_mark_counts_answers_only() -> None:
    assert mean_score({}) is None
    assert mean_score({5: 2, 1: 1}) == 3.7


def test_the_extremes_leave_out_what_has_no_value() -> None:
    assert extremes([None, 3.0, 1.0, 1.0, 5.0]) == (2, 4)
    assert extremes([None]) is None
