"""The clock of a ticket, as the service conditions count it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.worktime import Closure, PieceKind, SlaClock, desk_calendar

HOUR = timedelta(hours=1)
DESK = desk_calendar()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of March 2026 in Paris; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


def test_a_night_report_starts_counting_at_the_first_business_hour() -> None:  # FL-12.4
    clock = SlaClock(DESK, at(2, 22), 4 * HOUR)
    assert clock.elapsed(at(3, 9)) == HOUR / 2
    assert clock.due_at == at(3, 14)


def test_site_access_suspends_the_clock_and_moves_the_deadline() -> None:  # FL-12.6b
    clock = SlaClock(DESK, at(3, 9), 4 * HOUR, [(at(3, 10), at(4, 10))])
    assert clock.remaining(at(3, 17)) == 3 * HOUR
    assert clock.due_at == at(4, 14, 30)


def test_there_is_no_deadline_while_a_pause_is_open() -> None:  # FL-12.6b
    clock = SlaClock(DESK, at(3, 9), 4 * HOUR, [(at(3, 10), None)])
    assert clock.due_at is None
    assert clock.breached_at is None
    assert clock.elapsed(at(9, 9)) == HOUR


def test_a_target_missed_before_an_open_pause_stays_missed() -> None:
    clock = SlaClock(DESK, at(3, 9), HOUR, [(at(3, 11), None)])
    assert clock.due_at is None
    assert clock.breached_at == at(3, 10)
    assert clock.remaining(at(3, 12)) == -HOUR


def test_overlapping_pauses_count_once() -> None:
    pauses = [(at(3, 10), at(3, 11)), (at(3, 10, 30), at(3, 11, 30)), (at(3, 11, 30), at(3, 12))]
    clock = SlaClock(DESK, at(3, 9), 4 * HOUR, pauses)
    assert clock.due_at == at(3, 16, 30)
    assert [piece.kind for piece in clock.segments(at(3, 12))] == ["counted", "paused"]


def test_the_notice_of_restoration_stops_the_clock() -> None:  # FL-12.4
    clock = SlaClock(DESK, at(3, 9), 4 * HOUR, [(at(3, 10), None)], stopped_at=at(3, 11))
    assert clock.elapsed(at(9, 9)) == HOUR
    assert clock.due_at == at(3, 15, 30)  # the stop ends the pause
    assert clock.segments(at(9, 9))[-1].to == at(3, 11)


def test_each_piece_says_what_it_counted_for() -> None:
    clock = SlaClock(DESK, at(6, 11), 8 * HOUR, [(at(6, 16), at(9, 9), "accès au site")])
    assert [(piece.kind, piece.from_, piece.to, piece.reason) for piece in clock.segments(at(9, 13))] == [
        (PieceKind.COUNTED, at(6, 11), at(6, 12), "open"),
        (PieceKind.CLOSED, at(6, 12), at(6, 13, 30), Closure.BREAK),
        (PieceKind.COUNTED, at(6, 13, 30), at(6, 16), "open"),
        (PieceKind.PAUSED, at(6, 16), at(9, 9), "accès au site"),
        (PieceKind.COUNTED, at(9, 9), at(9, 12), "open"),
        (PieceKind.CLOSED, at(9, 12), at(9, 13), Closure.BREAK),
    ]


def test_nothing_has_elapsed_before_the_start() -> None:
    clock = SlaClock(DESK, at(3, 9), 4 * HOUR)
    assert clock.elapsed(at(2, 9)) == timedelta(0)
    assert clock.segments(at(2, 9)) == []


def test_a_deadline_exactly_at_closing_is_the_closing_time() -> None:
    assert SlaClock(DESK, at(3, 8, 30), 8 * HOUR).due_at == at(3, 18)
    paused_at_the_end = SlaClock(DESK, at(3, 8, 30), 8 * HOUR, [(at(3, 18), at(4, 10))])
    assert paused_at_the_end.due_at == at(3, 18)


def test_its_instants_are_in_utc() -> None:
    due = SlaClock(DESK, at(3, 9), HOUR).due_at
    assert due is not None
    assert due.tzinfo is UTC


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SlaClock(DESK, datetime(2026, 3, 3, 9), HOUR)  # noqa: DTZ001 -- naive on purpose
    with pytest.raises(ValueError, match="aware"):
        SlaClock(DESK, at(3, 9), HOUR).elapsed(datetime(2026, 3, 3, 9))  # noqa: DTZ001 -- naive on purpose
    with pytest.raises(ValueError, match="aware"):
        SlaClock(DESK, at(3, 9), HOUR, [(datetime(2026, 3, 3, 9), None)])  # noqa: DTZ001 -- naive on purpose
    with pytest.raises(ValueError, match="negative"):
        SlaClock(DESK, at(3, 9), -HOUR)
    with pytest.raises(ValueError, match="pause"):
        SlaClock(DESK, at(3, 9), HOUR, [(at(3, 11), at(3, 10))])
    with pytest.raises(ValueError, match="stop"):
        SlaClock(DESK, at(3, 9), HOUR, stopped_at=at(3, 8))
