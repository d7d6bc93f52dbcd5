"""French public holidays against dates that the law and the calendar give."""

from datetime import date, timedelta

import pytest

from webapp.worktime import TIME_ZONES, Territory, WorkCalendar, french_holidays, holidays_in
from webapp.worktime.holidays import _good_friday

ELEVEN = {(1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}


def test_metropolitan_france_has_eleven_public_holidays() -> None:  # Code du travail, L3133-1
    assert holidays_in(Territory.METROPOLITAN, 2026) == {date(2026, month, day) for month, day in ELEVEN}


def test_alsace_moselle_has_two_more() -> None:  # Code du travail, L3134-13
    more = holidays_in(Territory.ALSACE_MOSELLE, 2026) - holidays_in(Territory.METROPOLITAN, 2026)
    assert more == {date(2026, 4, 3), date(2026, 12, 26)}
    fewer = holidays_in(Territory.ALSACE_MOSELLE, 2026, good_friday=False)
    assert fewer - holidays_in(Territory.METROPOLITAN, 2026) == {date(2026, 12, 26)}


@pytest.mark.parametrize(
    ("territory", "month", "day"),
    [
        (Territory.MAYOTTE, 4, 27),
        (Territory.MARTINIQUE, 5, 22),
        (Territory.GUADELOUPE, 5, 27),
        (Territory.SAINT_MARTIN, 5, 28),
        (Territory.GUYANE, 6, 10),
        (Territory.SAINT_BARTHELEMY, 10, 9),
        (Territory.REUNION, 12, 20),
    ],
)
def test_the_abolition_of_slavery_is_kept_where_the_law_says(territory: Territory, month: int, day: int) -> None:
    # Code du travail, L3422-2
    assert date(2026, month, day) in holidays_in(territory, 2026)
    assert date(2026, month, day) not in holidays_in(Territory.METROPOLITAN, 2026)


@pytest.mark.parametrize("territory", Territory)
def test_every_territory_has_a_zone_and_the_eleven(territory: Territory) -> None:
    assert holidays_in(territory, 2026) >= holidays_in(Territory.METROPOLITAN, 2026)
    assert WorkCalendar(TIME_ZONES[territory], {}, french_holidays(territory)).timezone == TIME_ZONES[territory]


def test_good_friday_is_where_the_library_puts_it_for_two_centuries() -> None:
    for year in range(1900, 2100):
        assert _good_friday(year) in holidays_in(Territory.ALSACE_MOSELLE, year)
        assert _good_friday(year) + timedelta(days=3) in holidays_in(Territory.METROPOLITAN, year)  # Easter Monday


def test_the_holidays_are_frozen() -> None:
    assert isinstance(french_holidays(Territory.REUNION)(2026), frozenset)
