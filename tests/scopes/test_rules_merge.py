"""The three-way merge of a line, against a model that is too simple to be wrong (FX-8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.scopes.rules.merge import Fate, Merged, State, merge_line, merge_value

KEYS = ("objet", "methode", "remarques")
VALUE = st.sampled_from(["", "a", "b", "c"])
STATE = st.builds(State, st.sampled_from(["1", "2"]), st.fixed_dictionaries(dict.fromkeys(KEYS, VALUE)))
MAYBE = st.none() | STATE


def touched(before: State, after: State) -> dict[str, str]:
    """The edits that lead from one state to another, the general line under the empty key."""
    old, new = {"": before.general, **before.cells}, {"": after.general, **after.cells}
    return {key: new[key] for key in new if new[key] != old[key]}


@settings(max_examples=400, deadline=None)
@given(STATE, STATE, STATE)
def test_a_merge_is_both_sides_edits_replayed_over_the_base(base: State, mine: State, theirs: State) -> None:
    # FX-8a
    merged = merge_line(base, mine, theirs, KEYS)
    ours, others = touched(base, mine), touched(base, theirs)
    fought_over = {key for key in ours.keys() & others.keys() if ours[key] != others[key]}
    assert set(merged.conflicts) == fought_over
    replayed = {"": base.general, **base.cells, **ours, **others}  # where they fight, theirs stands until it is settled
    assert merged.general is not None
    assert {"": merged.general.value, **{key: value.value for key, value in merged.cells.items()}} == replayed


@settings(max_examples=200, deadline=None)
@given(STATE, STATE, STATE)
def test_swapping_the_sides_swaps_the_fates(base: State, mine: State, theirs: State) -> None:
    swap = {Fate.MINE: Fate.THEIRS, Fate.THEIRS: Fate.MINE}
    one, other = merge_line(base, mine, theirs, KEYS), merge_line(base, theirs, mine, KEYS)
    assert {key: swap.get(value.fate, value.fate) for key, value in one.cells.items()} == {
        key: value.fate for key, value in other.cells.items()
    }


@settings(max_examples=200, deadline=None)
@given(STATE, MAYBE, MAYBE)
def test_a_deletion_goes_through_only_when_the_other_side_left_the_line_alone(
    base: State, mine: State | None, theirs: State | None
) -> None:
    presence = merge_line(base, mine, theirs, KEYS).presence
    if mine is None and theirs is None:
        assert presence is Fate.SAME
    elif mine is None:
        assert presence is (Fate.MINE if theirs == base else Fate.CONFLICT)
    elif theirs is None:
        assert presence is (Fate.THEIRS if mine == base else Fate.CONFLICT)
    else:
        assert presence is Fate.UNTOUCHED


@settings(max_examples=100, deadline=None)
@given(STATE, MAYBE)
def test_without_a_base_nothing_is_overwritten_silently(mine: State, theirs: State | None) -> None:
    merged = merge_line(None, mine, theirs, KEYS)
    assert Fate.MINE not in merged.fates
    if theirs is None:
        assert merged.presence is Fate.CONFLICT
    else:
        assert set(merged.conflicts) == set(touched(theirs, mine))


@given(STATE)
def test_an_untouched_line_merges_to_itself(state: State) -> None:
    merged = merge_line(state, state, state, KEYS)
    assert merged.fates == {Fate.UNTOUCHED}
    assert not merged.conflicts


def test_a_column_that_the_sheet_does_not_have_stays_theirs() -> None:
    base, theirs = State("1", {"objet": "a", "remarques": "x"}), State("1", {"objet": "a", "remarques": "y"})
    merged = merge_line(base, State("1", {"objet": "b"}), theirs, ("objet",))
    assert merged.cells.keys() == {"objet"}
    assert merged.cells["objet"].value == "b"
    # Deleting the line would take away what somebody wrote in it, though: that is asked.
    assert merge_line(base, None, theirs, ("objet",)).presence is Fate.CONFLICT
    assert merge_line(base, State("1", {"objet": "a"}), None, ("objet",)).presence is Fate.THEIRS


@pytest.mark.parametrize(
    "base, mine, theirs, fate",
    [
        ("a", "a", "a", Fate.UNTOUCHED),
        ("a", "b", "a", Fate.MINE),
        ("a", "a", "b", Fate.THEIRS),
        ("a", "b", "b", Fate.SAME),
        ("a", "b", "c", Fate.CONFLICT),
        ("a", "", "c", Fate.CONFLICT),
        (None, "a", "a", Fate.SAME),
        (None, "a", "b", Fate.CONFLICT),
    ],
)
def test_each_fate_of_a_value(base: str | None, mine: str, theirs: str, fate: Fate) -> None:
    assert merge_value(base, mine, theirs).fate is fate


def test_two_deletions_leave_nothing_to_merge() -> None:
    assert merge_line(State("1", {}), None, None, KEYS) == Merged(Fate.SAME)
