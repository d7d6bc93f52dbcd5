"""The difference of two versions, its word marks, and the names of states."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.scopes.rules import refs
from webapp.scopes.rules.activities import private_keys
from webapp.scopes.rules.lines import Line, difference, fingerprint
from webapp.scopes.rules.words import Mark, Part, marked

WORDS = st.text(alphabet="ab -:é1", max_size=24)


def line(number: int, general: str = "1", **cells: str) -> Line:
    return Line(number, general, {"objet": "Eaux", **cells})


@settings(max_examples=150)
@given(WORDS, WORDS)
def test_the_parts_of_two_texts_make_both_of_them(before: str, after: str) -> None:
    parts = marked(before, after)
    assert "".join(part.text for part in parts if part.mark is not Mark.ADDED) == before
    assert "".join(part.text for part in parts if part.mark is not Mark.REMOVED) == after
    assert all(part.text for part in parts)


def test_a_new_year_of_a_standard_is_one_word_changed() -> None:
    assert marked("NF EN ISO 10304-1:2007", "NF EN ISO 10304-1:2009") == (
        Part(Mark.KEPT, "NF EN ISO 10304-1:"),
        Part(Mark.REMOVED, "2007"),
        Part(Mark.ADDED, "2009"),
    )


def test_words_that_only_spaces_part_are_one_change() -> None:
    assert marked("dosage par titrage", "mesure en flux") == (Part(Mark.REMOVED, "dosage par titrage"), Part(Mark.ADDED, "mesure en flux"))


def test_two_long_texts_with_nothing_in_common_take_no_time() -> None:
    before, after = " ".join("ab" for _ in range(2000)), " ".join("ba" if place % 3 else "ab" for place in range(2000))
    started = time.process_time()
    marked(before, after)
    assert time.process_time() - started < 10  # a comparison of every word with every other takes minutes


def test_a_difference_tells_added_changed_moved_removed_and_reordered_lines() -> None:
    before = [line(1), line(2), line(3), line(4), line(5, "2")]
    after = [line(2), line(3, objet="Boues"), line(1), line(5, "1"), line(6)]
    found = difference(before, after)
    assert [item.number for item in found.added] == [6]
    assert [(change.after.number, change.keys, change.moved) for change in found.changed] == [(3, ("objet",), False), (5, (), True)]
    assert [item.number for item in found.removed] == [4]
    assert [item.number for item in found.reordered] == [1]
    assert (found.count, found.moved, found.nothing) == (4, 1, False)


def test_an_absent_cell_is_an_empty_one_and_private_cells_are_nobody_s_difference() -> None:
    assert difference([line(1, remarques="")], [line(1)]).nothing
    assert "note" in private_keys()
    assert difference([line(1, note="a")], [line(1, note="b")]).nothing


LINES = st.lists(
    st.builds(line, st.integers(1, 12), st.sampled_from("12"), objet=st.sampled_from(["a", "b"])), max_size=12, unique_by=lambda x: x.number
)


@settings(max_examples=100)
@given(LINES, LINES)
def test_a_difference_is_enough_to_make_the_new_version_of_the_old_one(before: list[Line], after: list[Line]) -> None:
    found = difference(before, after)
    made = {item.number: item for item in before} | {item.number: item for item in found.added}
    made |= {change.after.number: change.after for change in found.changed}
    for item in found.removed:
        del made[item.number]
    assert made == {item.number: item for item in after}
    # Without the lines told, what is left of each general line stands in the same order in both.
    told = {item.number for item in (*found.added, *found.removed, *found.reordered)} | {item.after.number for item in found.changed}
    for general in "12":
        left = [[item.number for item in side if item.general == general and item.number not in told] for side in (before, after)]
        assert left[0] == left[1]
    assert difference(before, before).nothing


def test_a_fingerprint_knows_the_order_and_what_was_shown_beside() -> None:
    assert fingerprint([line(1), line(2)]) != fingerprint([line(2), line(1)])
    assert fingerprint([line(1)], {"title": "a"}) != fingerprint([line(1)], {"title": "b"})


def test_states_are_named_in_addresses() -> None:
    for text in ("v7", "n3", "brouillon"):
        assert str(refs.parse(text)) == text
    for text in ("", "v", "v0", "v07", "7", "V7", "n-1", "brouillons", "v1234567890", "v٣"):
        assert refs.parse(text) is None
