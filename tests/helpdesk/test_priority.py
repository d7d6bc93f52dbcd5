"""The order of priority that a level defines (FL-12.2, FL-12.3)."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.helpdesk.rules.priority import Impact, rank

DEGREES = st.integers(1, 3)


def test_priority_weighs_more_than_impact() -> None:
    assert rank(1, Impact.ONE_PERSON) < rank(2, Impact.EVERYBODY)


@given(DEGREES, DEGREES, DEGREES, DEGREES)
def test_a_paying_client_comes_before_any_freemium_one_where_the_level_says_so(a: int, b: int, c: int, d: int) -> None:
    assert rank(a, b, paying=True, paying_first=True) < rank(c, d, paying=False, paying_first=True)
    assert rank(a, b, paying=True) == rank(a, b, paying=False)
