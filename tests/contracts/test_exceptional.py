"""The operator's exceptional days, and the name of a calendar that carries them (FL-12.5a)."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.clock import PARIS
from webapp.contracts.exceptional import LONGEST_DAYS, SpecialDay, fits, read_days, write_days
from webapp.contracts.rules import CalendarName, calendar_named, read_calendar
from webapp.worktime import TIME_ZONES, Closure, Territory


def _paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[misc]  # -- year, month, day, hour


SPECIAL = st.builds(
    SpecialDay, st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from([(), ((time(8, 30), time(12)),), ((time(0), time(0)),)])
)


@given(st.lists(SPECIAL, max_size=8, unique_by=lambda special: special.day))
def test_days_are_read_as_they_were_written(days: list[SpecialDay]) -> None:
    assert list(read_days(write_days(days, date.min))) == sorted(days, key=lambda special: special.day)


@given(
    st.sampled_from(sorted(Territory)),
    st.booleans(),
    st.sampled_from(sorted({*TIME_ZONES.values(), "Etc/GMT+3"})),
    st.lists(SPECIAL, max_size=4, unique_by=lambda special: special.day),
)
def test_a_calendar_explains_itself(territory: Territory, good_friday: bool, zone: str, days: list[SpecialDay]) -> None:
    name = CalendarName("0-6.0000-0000", territory, good_friday, zone, write_days(days, date.min))
    assert read_calendar(str(name)) == name
    assert calendar_named(str(name)).version == str(name)


def test_an_exceptional_day_wins_over_holidays_and_weekly_hours() -> None:
    calendar = calendar_named("desk-1:metropolitan:Europe/Paris+20261224,20261225x0900-1100")
    noon = calendar.next_open(calendar.add(calendar.next_open(_paris(2026, 12, 23, 17)), timedelta(hours=1)))
    assert noon == _paris(2026, 12, 25, 9)
    assert calendar.closure(_paris(2026, 12, 24, 8), _paris(2026, 12, 24, 18)) is Closure.EXCEPTIONAL


def test_a_calendar_always_fits_in_a_ticket() -> None:
    days = [SpecialDay(date(2027, 1, 1 + n), ((time(8, 30), time(12)),)) for n in range(20)]
    assert len(write_days(days, date.min)) <= LONGEST_DAYS
    assert not fits(days, date(2026, 12, 1))
    assert fits(days[:8], date(2026, 12, 1))


@pytest.mark.parametrize("text", ["2026", "20261224y0900-1200", "20261324"])
def test_a_text_that_stands_for_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|format|data"):
        read_days(text)
