"""Places among neighbours, and steps taken back: pure."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules.lines import placed
from webapp.scopes.rules.steps import concerns, taken_back


@st.composite
def groups(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[int | None]]:
    """A group of lines (number, rank), some without room between them, and the lines that new ones want to stand after."""
    gaps = draw(st.lists(st.sampled_from([1, 2, 3, 65_536]), max_size=8))
    rank, present = draw(st.integers(-100, 100)), []
    numbers = draw(st.permutations(range(1, len(gaps) + 1)))
    for number, gap in zip(numbers, gaps, strict=True):
        rank += gap
        present.append((number, rank))
    return present, draw(st.lists(st.none() | st.integers(0, 12), max_size=8))


def naive(present: list[tuple[int, int]], wanted: list[int | None]) -> list[str]:
    """The order that people expect, made by inserting the new lines one after the other into a list."""
    order: list[tuple[str, object]] = [(f"old {number}", number) for number, _rank in present]
    last = present[-1][0] if present else 0
    for index, after in enumerate(wanted):
        anchor = after if after == 0 or after in [number for number, _rank in present] else last
        places = [place for place, (_name, key) in enumerate(order) if key in (anchor, ("after", anchor))]
        order.insert(places[-1] + 1 if places else 0, (f"new {index}", ("after", anchor)))
    return [name for name, _key in order]


@given(groups())
def test_new_lines_stand_where_they_were_wanted_in_the_order_they_came(case: tuple[list[tuple[int, int]], list[int | None]]) -> None:
    present, wanted = case
    ranks, renumbered = placed(present, wanted)
    all_ranks = [(renumbered.get(number, rank), f"old {number}") for number, rank in present]
    all_ranks += [(rank, f"new {index}") for index, rank in enumerate(ranks)]
    assert len({rank for rank, _name in all_ranks}) == len(all_ranks)
    assert [name for _rank, name in sorted(all_ranks)] == naive(present, wanted)
    assert set(renumbered) in (set(), {number for number, _rank in present})


LINES = st.fixed_dictionaries(
    {
        "general": st.integers(1, 2),
        "cells": st.fixed_dictionaries({"objet": st.sampled_from(["a", "b", "c"])}),
        "rank": st.integers(1, 3),
        "deleted": st.booleans(),
    }
)


@given(LINES, LINES)
def test_a_step_taken_back_gives_the_line_as_it_was_and_done_again_as_it_became(before: dict[str, Any], after: dict[str, Any]) -> None:
    back = taken_back(after, before, after)
    assert back is not None
    assert back == before
    assert taken_back(back, after, back) == after


@given(LINES, LINES, LINES)
def test_what_others_did_to_the_rest_of_the_line_stays(before: dict[str, Any], after: dict[str, Any], present: dict[str, Any]) -> None:
    about = concerns(before, after)
    back = taken_back(present, before, after)
    changed = any(present[key] != after[key] for key in about)
    assert (back is None) is changed
    if back is not None and "general" not in about:
        assert all(back[key] == present[key] for key in present if key not in about)


@given(LINES)
def test_an_added_line_taken_back_is_a_deleted_one(line: dict[str, Any]) -> None:
    assert taken_back(line, None, line) == {**line, "deleted": True}
    assert taken_back(None, None, line) is None
