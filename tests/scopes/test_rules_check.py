"""The control before publication, the data of the activities, the numbers and the snapshots."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import CODES, UnknownActivity, activity, all_activities, clean_cells, read
from webapp.scopes.rules.check import FINDING_TEXTS, Severity, blocks, check_line, check_scope, is_internal_method
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Line, difference, digest, duplicate_key, rank_between
from webapp.scopes.rules.numbers import parse, parse_typed

TESTS = activity("essais")
FLEX1 = GeneralFacts("1", Flexibility.FLEX1, GeneralStatus.ACTIVE)
FLEX3 = GeneralFacts("2", Flexibility.FLEX3, GeneralStatus.ACTIVE)
FIXED = GeneralFacts("3", Flexibility.FIXE, GeneralStatus.ACTIVE)


def line(number: int, general: str = "1", **cells: str) -> Line:
    values = {
        "objet": "Eaux douces",
        "caracteristique": f"Paramètre {number}",
        "principe": "Gravimétrie",
        "reference": "NF EN 872",
        "remarques": "",
    }
    return Line(number, general, values | cells)


def codes(findings: list) -> list[tuple[str, int | None, str]]:
    return [(finding.code, finding.line, finding.column) for finding in findings]


def test_a_complete_line_in_force_draws_no_remark() -> None:
    assert check_scope(TESTS, [line(1)], [FLEX1]) == []


def test_an_empty_scope_is_the_only_finding() -> None:
    assert codes(check_scope(TESTS, [], [FLEX1])) == [("empty_scope", None, "")]


def test_each_missing_cell_is_named_with_its_line_and_column() -> None:
    found = check_scope(TESTS, [line(7, principe="", reference="")], [FLEX1])
    assert codes(found) == [("required", 7, "principe"), ("required", 7, "reference")]
    assert FINDING_TEXTS["required"] % found[0].params == "Renseignez « Principe de la méthode »."


def test_a_cell_over_its_limit_is_said_with_both_lengths() -> None:
    found = check_line(TESTS, line(1, objet="é" * 501), FLEX1)
    assert codes(found) == [("too_long", 1, "objet")]
    assert FINDING_TEXTS["too_long"] % found[0].params == "« Objet soumis à essai » dépasse 500 caractères (501)."


@pytest.mark.parametrize(
    ("general", "code"),
    [
        ([], "general_unknown"),
        ([replace(FLEX1, status=GeneralStatus.SUSPENDED), FLEX3], "general_suspended"),
        ([replace(FLEX1, status=GeneralStatus.TERMINATED), FLEX3], "general_terminated"),
    ],
)
def test_a_line_hangs_on_a_general_line_in_force(general: list[GeneralFacts], code: str) -> None:
    found = check_scope(TESTS, [line(1), line(2, "2")], [*general])
    assert (code, 1, "") in codes(found)
    assert blocks(found)


def test_a_general_line_without_any_line_is_a_warning_only() -> None:
    found = check_scope(TESTS, [line(1)], [FLEX1, FLEX3])
    assert codes(found) == [("general_empty", None, "")]
    assert found[0].severity is Severity.WARNING
    assert not blocks(found)


def test_a_duplicate_is_told_with_the_line_it_repeats_whatever_the_accents_and_case() -> None:
    first = line(3, caracteristique="Œstradiol  total")
    again = line(9, caracteristique="oestradiol Total")
    found = check_scope(TESTS, [first, again], [FLEX1])
    assert codes(found) == [("duplicate", 9, "")]
    assert FINDING_TEXTS["duplicate"] % found[0].params == "Identique à la ligne 3."


def test_the_same_contents_under_two_general_lines_are_not_duplicates() -> None:
    twin = replace(line(2, "2"), cells=line(1).cells)
    assert check_scope(TESTS, [line(1), twin], [FLEX1, FLEX3]) == []


@pytest.mark.parametrize(
    ("reference", "internal"),
    [
        ("Méthode interne MO-17", True),
        ("MO-17 révision 3", True),
        ("Procédure interne PT 12", True),
        ("NF EN ISO 10304-1:2009", False),
        ("NF T 90-015-2", False),
        ("Norme interne au client", False),
        ("MOCON 12", False),
    ],
)
def test_a_method_of_the_bodys_own_is_recognised(reference: str, internal: bool) -> None:
    assert is_internal_method(reference) is internal


def test_a_method_of_the_bodys_own_needs_the_widest_flexibility() -> None:
    own = {"reference": "Méthode interne MO-17"}
    found = check_line(TESTS, line(1, **own), FLEX1)
    assert FINDING_TEXTS["internal_method"] % found[0].params == "Méthode interne : demande FLEX3."
    assert check_line(TESTS, line(1, "2", **own), FLEX3) == []
    # Under FIXE the method is the one that was assessed, were it the body's own.
    assert check_line(TESTS, line(1, "3", **own), FIXED) == []
    biology = activity("biologie")
    cells = {"echantillon": "Sang", "examen": "Glucose", "principe": "Spectro", "reference": "Méthode interne"}
    found = check_line(biology, Line(1, "1", cells), GeneralFacts("1", Flexibility.A, GeneralStatus.ACTIVE))
    assert found[0].params == {"needed": "B"}


def test_under_fixe_nothing_is_added_or_changed_without_an_extension() -> None:
    online = [line(1, "3"), line(2, "3"), line(3, "3")]
    draft = [line(1, "3"), line(2, "3", principe="Filtration"), line(4, "3")]
    assert codes(check_scope(TESTS, draft, [FIXED], online, 7)) == [("fixed_changed", 2, ""), ("fixed_added", 4, "")]
    assert check_scope(TESTS, draft, [replace(FIXED, extended=True)], online, 7) == []
    # Before any version, the first definition is free.
    assert check_scope(TESTS, draft, [FIXED]) == []


def test_a_version_without_change_is_said_but_not_stopped() -> None:
    found = check_scope(TESTS, [line(1)], [FLEX1], [line(1)], 4)
    assert codes(found) == [("unchanged", None, "")]
    assert FINDING_TEXTS["unchanged"] % found[0].params == "Rien n’a changé depuis la version 4."
    assert not blocks(found)


def test_thousand_lines_are_checked_well_under_a_second() -> None:
    lines = [line(number) for number in range(1, 1001)]
    assert check_scope(TESTS, lines, [FLEX1], lines[:500], 1) == []


def test_the_difference_goes_by_permanent_number_not_by_place() -> None:
    changes = difference([line(1), line(2), line(3)], [line(3), line(1, objet="Boues"), line(4)])
    assert [item.number for item in changes.added] == [4]
    assert [(item.after.number, item.keys) for item in changes.changed] == [(1, ("objet",))]
    assert [item.number for item in changes.removed] == [2]
    assert changes.count == 3


def test_moving_a_line_to_another_general_line_is_a_change() -> None:
    assert difference([line(1, "1")], [line(1, "2")]).count == 1


cells = st.dictionaries(st.sampled_from(TESTS.keys), st.text(max_size=12), max_size=5)


@given(cells)
def test_digests_ignore_the_order_of_keys_and_empty_cells(values: dict[str, str]) -> None:
    reversed_order = dict(reversed(list(values.items())))
    assert digest("1", values) == digest("1", reversed_order | {"autre": ""})
    assert digest("1", values) != digest("2", values)


def test_a_duplicate_key_folds_what_a_digest_tells_apart() -> None:
    assert digest("1", {"objet": "Été"}) != digest("1", {"objet": "ete"})
    assert duplicate_key("1", {"objet": "Été"}) == duplicate_key("1", {"objet": "ete"})


@given(st.integers(-(10**6), 10**6), st.integers(1, 5000))
def test_a_rank_between_two_neighbours_lies_strictly_between_them(low: int, gap: int) -> None:
    middle = rank_between(low, low + gap)
    assert (middle is None) if gap == 1 else (middle is not None and low < middle < low + gap)
    assert (rank_between(low, None) or 0) > low or rank_between(low, None) == 0
    top = rank_between(None, low)
    assert top is not None
    assert top < low


def test_every_activity_is_described_with_help_and_a_method_column() -> None:
    assert {item.code for item in all_activities()} == set(CODES)
    for item in all_activities():
        assert item.flexibilities[0] is Flexibility.FIXE
        assert len(item.flexibilities) >= 3
        assert sum(column.role == "method" for column in item.columns) == 1
        assert all(column.help and column.label and 4 <= column.width <= 40 for column in item.columns)
    with pytest.raises(UnknownActivity):
        activity("../essais")


def test_a_description_with_two_equal_keys_is_refused() -> None:
    column = "{key: a, label: A, width: 5, required: true}"
    text = f"{{code: x, label: X, section: 1, reference: R, flexibilities: [A], columns: [{column}, {column}]}}"
    with pytest.raises(ValueError, match="must differ"):
        read(text)


@given(st.text(max_size=60))
def test_cleaned_cells_are_stable_one_line_texts(value: str) -> None:
    once = clean_cells(TESTS, {"objet": value, "inconnue": "x"})
    assert set(once) == set(TESTS.keys)
    assert clean_cells(TESTS, once) == once
    assert "\n" not in once["objet"]
    assert "\x00" not in once["objet"]


@pytest.mark.parametrize("text", ["1-0042", "8-1234", "1-12345", "9-0001"])
def test_a_canonical_number_reads_back_as_itself(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", ["", "1-42", "0-0042", "1-0000", "1-00042", "1_0042", "1-0042 ", "１-0042", "1-123456", "x"])
def test_anything_else_is_not_a_number(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["1-42", " n° 1 - 0042 ", "1–0042", "１-００４２", "No 1-00042"])
def test_a_number_is_read_as_people_type_it(text: str) -> None:
    assert str(parse_typed(text)) == "1-0042"


@pytest.mark.parametrize("text", ["nitrates", "1-0", "1-0042-3", "12-0042", ""])
def test_words_are_not_taken_for_a_number(text: str) -> None:
    assert parse_typed(text) is None


def _image() -> dict[str, object]:
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    head = snapshot.VersionHead("1-0042", "Laboratoire Vauban", 3, at, at)
    general = [snapshot.GeneralTitle("1", "Eaux", "FLEX1", "active")]
    return snapshot.build(head, TESTS, general, [line(2), line(1)])


def test_a_snapshot_is_canonical_and_can_be_checked_by_anybody() -> None:
    text = snapshot.canonical(_image())
    assert snapshot.canonical(json.loads(text)) == text
    assert " " not in text.split('"lines"')[0].replace("Laboratoire Vauban", "").replace("LAB REF 08", "").split('"columns"')[0]
    assert snapshot.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert '"effective_at":"2026-11-20T10:00:00.000000Z"' in text


def test_a_snapshot_keeps_the_order_and_the_numbers_of_its_lines() -> None:
    assert [item.number for item in snapshot.lines_of(_image())] == [2, 1]
