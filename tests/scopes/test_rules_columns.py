"""The kinds of columns: what is typed becomes what is stored, and private cells reach nothing that is published."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules import snapshot, values
from webapp.scopes.rules.activities import (
    Activity,
    ColumnRole,
    activity,
    all_activities,
    clean_cells,
    private_keys,
    public_cells,
    read,
)
from webapp.scopes.rules.flexibility import in_force
from webapp.scopes.rules.lines import Line, difference, digest, duplicate_key
from webapp.scopes.services.publication import published_rows

CALIBRATIONS = activity("etalonnages")
EVIDENCE = (ColumnRole.EVIDENCE_REFERENCE, ColumnRole.EVIDENCE_DATE, ColumnRole.EVIDENCE_PERSON)


@pytest.mark.parametrize("of", all_activities(), ids=lambda of: of.code)
def test_every_activity_has_one_method_remarks_evidence_and_a_private_note(of: Activity) -> None:
    roles = [column.role for column in of.columns if column.role]
    assert len(roles) == len(set(roles))
    assert {ColumnRole.METHOD, ColumnRole.REMARK, ColumnRole.NOTE, *EVIDENCE} <= set(roles)
    assert {column.role for column in of.private_columns} == {ColumnRole.NOTE, *EVIDENCE}
    assert of.keys == tuple(column.key for column in (*of.public_columns, *of.private_columns))


def test_lists_hold_the_words_of_the_field() -> None:
    place = CALIBRATIONS.column_of(ColumnRole.PLACE)
    assert place is not None
    assert place.choices() == ("En laboratoire", "Sur site", "En laboratoire et sur site")
    site = activity("biologie").column_of(ColumnRole.SITE)
    assert site is not None
    assert (site.choices(), site.choices(("Site central",))) == ((), ("Site central",))
    assert activity("inspection").column_of(ColumnRole.SITE) is None
    assert next(column for column in activity("inspection").columns if column.key == "type").values == ("A", "B", "C")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("{key: a, label: A, width: 5, required: true, kind: list}", "a list, and only a list"),
        ("{key: a, label: A, width: 5, required: true, values: [x]}", "a list, and only a list"),
        ("{key: a, label: A, width: 5, required: true, kind: list, source: moons}", "sites"),
        ("{key: a, label: A, width: 5, required: true}, {key: b, label: B, width: 5, required: true, private: true}", "never always"),
        ("{key: a, label: A, width: 5, required: true, kind: number}", "number"),
    ],
)
def test_a_description_of_the_wrong_kind_is_refused(columns: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(f"{{code: x, label: X, section: 1, reference: R, flexibilities: [A], columns: [{columns}]}}")


def test_evidence_is_asked_for_levels_of_the_activity_only() -> None:
    text = "{code: x, label: X, section: 1, reference: R, flexibilities: [A], evidence: {FLEX3: required}, columns: [%s]}"
    with pytest.raises(ValueError, match="for a flexibility of the activity"):
        read(text % "{key: a, label: A, width: 5, required: true}")


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("lieu", "en  LABORATOIRE", "En laboratoire"),
        ("lieu", "Chez le client", "Chez le client"),
        ("preuve_date", "3/2/2026", "2026-02-03"),
        ("preuve_date", "1er mars 2026", "2026-03-01"),
        ("preuve_date", "31/02/2026", "31/02/2026"),
        ("site", "Brest;Quimper ; Brest", "Brest ; Quimper"),
        ("objet", "a\u00a0b\n c", "a b c"),
    ],
)
def test_a_cell_is_stored_as_its_kind_reads_it_or_as_it_was_typed(key: str, typed: str, stored: str) -> None:
    assert clean_cells(CALIBRATIONS, {key: typed})[key] == stored


@given(st.dates(date(1000, 1, 1)))
def test_a_day_is_read_the_same_however_it_is_written(day: date) -> None:
    forms = (day.isoformat(), f"{day:%d/%m}/{day.year:04}", f"{day.day}.{day.month}.{day.year:04}")
    assert {values.clean_day(form) for form in forms} == {day.isoformat()}


@given(st.sampled_from(all_activities()), st.lists(st.text(max_size=30), min_size=13, max_size=13))
def test_cleaning_twice_is_cleaning_once(of: Activity, typed: list[str]) -> None:
    once = clean_cells(of, dict(zip(of.keys, typed, strict=False)))
    assert clean_cells(of, once) == once


@pytest.mark.parametrize(("item", "near"), [("laboratoire", "En laboratoire"), ("Sur le site", "Sur site"), ("zzz", "")])
def test_the_nearest_known_value_is_suggested(item: str, near: str) -> None:
    place = CALIBRATIONS.column_of(ColumnRole.PLACE)
    assert place is not None
    assert values.nearest(item, place.values) == near


@pytest.mark.parametrize(
    ("text", "code"),
    [("Plomb\u200b", "U+200B"), ("a\u202eb", "U+202E"), ("a\ufffe", "U+FFFE"), ("b\U000e0041", "U+E0041"), ("µΩ − ’é", ""), ("", "")],
)
def test_unseen_characters_are_named(text: str, code: str) -> None:
    assert values.unseen(text) == code


def _published(cells: dict[str, str]) -> tuple[str, list[dict[str, object]]]:
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    line = Line(1, "1", cells)
    image = snapshot.build(
        snapshot.VersionHead("1-0042", "Vauban", 1, at, at), activity("essais"), [], [line], in_force("LAB REF 08", at.date())
    )
    return snapshot.canonical(image), published_rows(1, 1, [line])


@given(st.dictionaries(st.sampled_from(sorted(private_keys())), st.text(min_size=1, max_size=20), min_size=1))
def test_a_private_cell_changes_nothing_that_is_published(private: dict[str, str]) -> None:
    public = {"objet": "Eaux", "caracteristique": "Plomb", "principe": "ICP", "reference": "NF EN ISO 11885"}
    assert digest("1", public) == digest("1", public | private)
    assert duplicate_key("1", public) == duplicate_key("1", public | private)
    assert not difference([Line(1, "1", public)], [Line(1, "1", public | private)]).count
    assert _published(public) == _published(public | private)
    text, _rows = _published(public | private)
    assert not private_keys() & set(json.loads(text)["lines"][0]["cells"])
    assert public_cells(public | private) == public


def test_a_key_is_private_everywhere_or_nowhere() -> None:
    for of in all_activities():
        assert private_keys() & set(of.keys) == {column.key for column in of.private_columns}
