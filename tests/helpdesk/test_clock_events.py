"""The replay of clock events, and the account that adds up to the second (FL-12.4, FL-12.6b, FL-12.8)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import desk, paris
from webapp.helpdesk.rules.account import CLAUSES, Cause, account
from webapp.helpdesk.rules.clock import (
    ClockError,
    ClockEvent,
    ClockInputs,
    EventKind,
    Reason,
    planned_exclusion,
    replay,
)
from webapp.worktime import PieceKind, SlaClock

CALENDAR = desk()
START = paris("2026-11-20 11:10")


def started(at: datetime = START) -> ClockEvent:
    return ClockEvent(EventKind.STARTED, at)


def lives() -> st.SearchStrategy[list[ClockEvent]]:
    """Consistent lives of a clock: pauses, restorations, relapses, planned work, an end or not."""

    def build(offsets: list[int], choices: list[int]) -> list[ClockEvent]:
        at, events, paused, stopped, closed = START, [started()], False, False, False
        for minutes, choice in zip(offsets, choices, strict=False):
            at += timedelta(minutes=minutes, seconds=choice)
            if closed or stopped:
                reason = Reason.RELAPSE if choice % 2 else Reason.NOT_RESTORED
                events.append(ClockEvent(EventKind.REOPENED, at, reason, "Inès Garnier"))
                closed = stopped = False
            elif paused:
                events.append(ClockEvent(EventKind.RESUMED if choice % 3 else EventKind.RESTORED, at))
                paused, stopped = False, choice % 3 == 0
            elif choice % 4 == 0:
                since = at - timedelta(hours=choice)
                events.append(ClockEvent(EventKind.EXCLUDED, at, Reason.PLANNED, "", since, since + timedelta(hours=9)))
            elif choice % 4 == 1:
                events.append(ClockEvent(EventKind.PAUSED, at, Reason.SITE_ACCESS, "Camille Roux"))
                paused = True
            else:
                events.append(ClockEvent(EventKind.RESTORED if choice % 4 == 2 else EventKind.CLOSED, at))
                stopped, closed = True, choice % 4 == 3
        return events

    return st.builds(build, st.lists(st.integers(0, 6000), max_size=9), st.lists(st.integers(0, 40), min_size=9, max_size=9))


@given(lives(), st.integers(0, 80_000))
def test_the_account_adds_up_and_agrees_with_the_clock(events: list[ClockEvent], minutes: int) -> None:
    inputs = replay(events)
    at = START + timedelta(minutes=minutes)
    told = account(CALENDAR, inputs, at)
    end = max(START, min(at, inputs.stopped_at) if inputs.stopped_at else at)
    assert [piece.start for piece in told.pieces] == [START, *[piece.end for piece in told.pieces]][: len(told.pieces)]
    assert told.until == end
    sums = told.durations()
    assert sum((piece.length for piece in told.pieces), timedelta()) == sums.total == end - START
    clock = SlaClock(CALENDAR, START, timedelta(hours=16), pauses=inputs.spans(), stopped_at=inputs.stopped_at)
    assert sums.business == clock.elapsed(at)
    waiting = sum((piece.length for piece in told.pieces if piece.cause is Cause.BEFORE_OPENING), timedelta())
    assert sums.elapsed + sums.paused + waiting == sums.total
    assert all(piece.clause == CLAUSES[piece.cause] for piece in told.pieces)


def test_a_friday_report_until_monday_reads_hour_by_hour() -> None:
    # FL-12.6c
    told = account(CALENDAR, replay([started()]), paris("2026-11-23 09:00"))
    assert [(piece.kind, piece.cause, piece.length) for piece in told.pieces] == [
        (PieceKind.COUNTED, Cause.OPEN_HOURS, timedelta(minutes=50)),
        (PieceKind.CLOSED, Cause.LUNCH, timedelta(minutes=90)),
        (PieceKind.COUNTED, Cause.OPEN_HOURS, timedelta(hours=4, minutes=30)),
        (PieceKind.CLOSED, Cause.WEEKEND, timedelta(hours=62, minutes=30)),
        (PieceKind.COUNTED, Cause.OPEN_HOURS, timedelta(minutes=30)),
    ]


def test_a_report_at_night_counts_from_the_first_business_hour() -> None:  # FL-12.4
    night = paris("2026-11-20 20:00")
    told = account(CALENDAR, replay([started(night)]), paris("2026-11-23 10:00"))
    assert [piece.cause for piece in told.pieces] == [Cause.BEFORE_OPENING, Cause.OPEN_HOURS]
    assert told.durations().business == told.durations().elapsed == timedelta(minutes=90)


def test_elapsed_time_runs_through_noon_and_night_but_not_through_a_pause() -> None:  # FL-12.4, FL-12.6b
    events = [
        started(),
        ClockEvent(EventKind.PAUSED, paris("2026-11-20 16:00"), Reason.SITE_ACCESS, "Camille Roux"),
        ClockEvent(EventKind.RESUMED, paris("2026-11-23 10:00")),
        ClockEvent(EventKind.RESTORED, paris("2026-11-23 11:00")),
        ClockEvent(EventKind.CLOSED, paris("2026-11-23 15:00")),
    ]
    told = account(CALENDAR, replay(events), paris("2026-12-01 12:00"))
    sums = told.durations()
    assert sums.business == timedelta(hours=0, minutes=50) + timedelta(hours=2, minutes=30) + timedelta(hours=1)
    assert sums.elapsed == timedelta(hours=4, minutes=50) + timedelta(hours=1)
    assert sums.paused == timedelta(days=2, hours=18)
    pause = next(piece for piece in told.pieces if piece.kind is PieceKind.PAUSED)
    assert (pause.cause, pause.clause, pause.asked_by) == (Cause.SITE_ACCESS, "FL-12.6b", "Camille Roux")


def test_a_holiday_is_named() -> None:
    told = account(CALENDAR, replay([started(paris("2026-11-10 17:00"))]), paris("2026-11-12 09:00"))
    assert [piece.cause for piece in told.pieces] == [Cause.OPEN_HOURS, Cause.HOLIDAY, Cause.OPEN_HOURS]


def test_a_relapse_leaves_out_the_restored_time_and_a_false_notice_does_not() -> None:
    base = [started(), ClockEvent(EventKind.RESTORED, paris("2026-11-20 14:30"))]
    back = paris("2026-11-20 16:30")
    relapse = replay([*base, ClockEvent(EventKind.REOPENED, back, Reason.RELAPSE)])
    false_notice = replay([*base, ClockEvent(EventKind.REOPENED, back, Reason.NOT_RESTORED)])
    at = paris("2026-11-20 17:30")
    assert account(CALENDAR, false_notice, at).durations().business == timedelta(hours=4, minutes=50)
    assert account(CALENDAR, relapse, at).durations().business == timedelta(hours=2, minutes=50)


def test_restoring_during_a_pause_ends_the_pause() -> None:
    inputs = replay([started(), ClockEvent(EventKind.PAUSED, START), ClockEvent(EventKind.RESTORED, START + timedelta(hours=3))])
    assert not inputs.paused
    assert inputs.pauses[0].end == inputs.stopped_at


def test_overlapping_suspensions_keep_their_own_causes() -> None:
    events = [
        started(),
        ClockEvent(EventKind.PAUSED, paris("2026-11-20 14:00"), Reason.SITE_ACCESS),
        ClockEvent(
            EventKind.EXCLUDED,
            paris("2026-11-20 15:00"),
            Reason.PLANNED,
            "",
            paris("2026-11-20 15:00"),
            paris("2026-11-20 17:00"),
        ),
        ClockEvent(EventKind.RESUMED, paris("2026-11-20 16:00")),
    ]
    told = account(CALENDAR, replay(events), paris("2026-11-20 17:30"))
    causes = [(piece.cause, piece.length) for piece in told.pieces if piece.kind is PieceKind.PAUSED]
    assert causes == [(Cause.SITE_ACCESS, timedelta(hours=2)), (Cause.PLANNED, timedelta(hours=1))]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [ClockEvent(EventKind.RESUMED, START)],
        [started(), started()],
        [started(), ClockEvent(EventKind.RESUMED, START)],
        [started(), ClockEvent(EventKind.PAUSED, START), ClockEvent(EventKind.PAUSED, START)],
        [started(), ClockEvent(EventKind.REOPENED, START)],
        [started(), ClockEvent(EventKind.RESTORED, START), ClockEvent(EventKind.RESTORED, START)],
        [started(), ClockEvent(EventKind.RESTORED, START), ClockEvent(EventKind.PAUSED, START)],
        [started(), ClockEvent(EventKind.CLOSED, START), ClockEvent(EventKind.CLOSED, START)],
        [started(), ClockEvent(EventKind.EXCLUDED, START)],
        [started(), ClockEvent(EventKind.RESTORED, START - timedelta(seconds=1))],
    ],
)
def test_events_that_contradict_each_other_are_refused(events: list[ClockEvent]) -> None:
    with pytest.raises(ClockError):
        replay(events)


def test_planned_work_is_left_out_up_to_eight_business_hours() -> None:  # FL-12.8
    window = (paris("2026-11-20 09:00"), paris("2026-11-24 12:00"))
    assert planned_exclusion(CALENDAR, window, START, None) == (START, paris("2026-11-23 09:00"))
    assert planned_exclusion(CALENDAR, window, START, paris("2026-11-20 15:00")) == (START, paris("2026-11-20 15:00"))
    assert planned_exclusion(CALENDAR, window, paris("2026-11-25 09:00"), None) is None


def test_an_account_asked_before_the_start_is_empty() -> None:
    told = account(CALENDAR, ClockInputs(START, (), None, None), START - timedelta(days=1))
    assert told.pieces == ()
    assert told.durations().total == timedelta()
