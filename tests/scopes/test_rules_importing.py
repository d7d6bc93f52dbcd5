"""What an import would do to the draft: by row, by column, against a model for the round trip (FX-8)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.check import FINDING_TEXTS, context
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.importing.columns import (
    DELETE,
    GENERAL,
    HEADINGS,
    LINE,
    VERSION,
    Source,
    best_sheet,
    by_position,
    free_fields,
    meta_rows,
    name_of,
    named,
    read_meta,
    recognise,
)
from webapp.scopes.rules.importing.draft import PRESENCE, Draft, DraftRow, Options, stale
from webapp.scopes.rules.importing.plan import TEXTS, Plan, PlannedRow, Status, Weight
from webapp.scopes.rules.importing.planning import plan
from webapp.scopes.rules.lines import duplicate_key
from webapp.scopes.rules.merge import State
from webapp.tables.table import Row
from webapp.tables.text import parse_block

OF = activity("essais")
KEYS = OF.keys
GENERALS = (
    GeneralFacts("1", Flexibility.FLEX1, GeneralStatus.ACTIVE),
    GeneralFacts("2", Flexibility.FLEX3, GeneralStatus.ACTIVE),
    GeneralFacts("9", Flexibility.FLEX3, GeneralStatus.SUSPENDED),
)
LABELS = {column.key: column.label for column in OF.columns}
FULL = {"objet": "Eaux douces", "caracteristique": "Nitrates", "principe": "Chromatographie", "reference": "NF EN ISO 10304-1"}


def line(number: int, name: str = "Nitrates", version: int = 1, general: str = "1", deleted: bool = False, **cells: str) -> DraftRow:
    full = dict.fromkeys(KEYS, "") | FULL | {"caracteristique": name} | cells
    return DraftRow(number, general, full, version, duplicate_key(general, full), deleted)


def draft(*lines: DraftRow, bases: Mapping[tuple[int, int], State] | None = None) -> Draft:
    return Draft("1-0042", lines, GENERALS, bases or {})


def sheet(headings: Sequence[str], *rows: Sequence[str], **more: object) -> Source:
    table = [Row(1, tuple(headings)), *(Row(number, tuple(row)) for number, row in enumerate(rows, 2))]
    return Source(tuple(table), **more)


def exported(lines: Sequence[DraftRow]) -> Source:
    headings = [HEADINGS[LINE], HEADINGS[VERSION], HEADINGS[GENERAL], *LABELS.values(), HEADINGS[DELETE]]
    rows = [[str(item.number), str(item.version), item.general, *(item.cells[key] for key in KEYS), ""] for item in lines]
    return sheet(headings, *rows, file="1-0042", versions={item.number: item.version for item in lines})


def planned(source: Source, present: Draft, **options: object) -> Plan:
    columns = recognise(OF, source.rows) or by_position(OF, len(source.rows[0].cells))
    return plan(OF, source, columns, present, Options(**options))


def only(found: Plan) -> PlannedRow:
    (row,) = found.rows
    return row


def problems(row: PlannedRow) -> list[tuple[str, str]]:
    return [(remark.column, remark.text % remark.params) for remark in row.problems]


# Headings


def test_columns_are_found_by_label_or_key_in_any_order_below_a_title() -> None:
    rows = [
        Row(1, ("Portée du laboratoire", "", "", "")),
        Row(3, ("  référence DE la méthode ", "Ligne", "CARACTERISTIQUE", "Prix")),
        Row(4, ("NF 1", "3", "Nitrates", "12")),
    ]
    columns = recognise(OF, rows)
    assert columns is not None
    assert (columns.header, dict(columns.keys), dict(columns.unknown)) == (
        3,
        {0: "reference", 1: LINE, 2: "caracteristique"},
        {3: "Prix"},
    )


def test_a_column_that_stands_twice_is_taken_once_and_told() -> None:
    columns = recognise(OF, [Row(1, ("Objet soumis à essai", "Remarques", "remarques"))])
    assert columns is not None
    assert (columns.keys, columns.repeated) == ({0: "objet", 1: "remarques"}, {2: "remarques"})


def test_an_unknown_column_is_named_by_hand_and_a_field_goes_to_the_first_that_asks() -> None:
    found = recognise(OF, [Row(1, ("Ligne", "Objet soumis à essai", "Analyte", "analyte !", "N° CAS", "Prix"))])
    assert found is not None
    assert (found.unknown, found.repeated) == ({2: "Analyte", 4: "N° CAS", 5: "Prix"}, {3: "analyte !"})
    free = free_fields(OF, found)
    assert not {LINE, "objet"} & set(free)
    assert {GENERAL, DELETE, "caracteristique"} <= set(free)
    chosen = {name_of("ANALYTE"): "caracteristique", name_of("N° CAS"): "caracteristique", name_of("Prix"): LINE}
    columns = named(found, chosen, free)
    assert columns.keys == {0: LINE, 1: "objet", 2: "caracteristique"}
    assert columns.unknown == {4: "N° CAS", 5: "Prix"}


def test_plain_rows_have_no_headings() -> None:
    assert recognise(OF, [Row(1, ("Eaux", "Nitrates", "CI", "ISO 1"))]) is None


def test_the_visible_sheet_whose_headings_match_best_is_read() -> None:
    good = [Row(1, tuple(LABELS.values()))]
    some = [Row(1, tuple(LABELS.values())[:2])]
    sheets = [("Notice", False, [Row(1, ("Bonjour",))]), ("Vieux", False, some), ("Caché", True, good), ("Lignes", False, good)]
    assert best_sheet(OF, sheets) == "Lignes"
    assert best_sheet(OF, sheets[:1]) is None


def test_what_an_export_says_of_itself_is_read_back() -> None:
    rows = [[str(cell) for cell in row] for row in meta_rows("1-0042", "2026-11-23T10:00:00Z", 7, [(1, 3), (5, 1)])]
    expected = {"file": "1-0042", "exported_at": "2026-11-23T10:00:00Z", "next_line": 7, "versions": {1: 3, 5: 1}}
    assert read_meta(rows) == expected
    assert read_meta([["n'importe", "quoi"], []]) == {"versions": {}}


# New lines


def test_rows_without_number_are_added_under_the_general_line_they_name_or_the_one_asked_for() -> None:
    source = sheet(["Portée générale", *LABELS.values()], ["2", *FULL.values(), ""], ["", *FULL.values(), "note"])
    found = planned(source, draft(), general="1")
    assert [(row.row, row.status, row.general, row.cells["objet"]) for row in found.rows] == [
        (2, Status.ADDED, "2", "Eaux douces"),
        (3, Status.ADDED, "1", "Eaux douces"),
    ]


def test_a_block_without_headings_goes_by_position_and_keeps_its_row_numbers() -> None:
    block = parse_block("\n\nEaux\tNitrates\tCI\tISO 1\n\nEaux\tChlorures\tCI\tISO 1\n")
    found = planned(Source(block.rows), draft(), general="1")
    assert [(row.row, row.status, row.cells["caracteristique"]) for row in found.rows] == [
        (3, Status.ADDED, "Nitrates"),
        (5, Status.ADDED, "Chlorures"),
    ]


def test_what_is_wrong_is_said_by_row_and_by_column() -> None:
    headings = ["Ligne", "Version", "Portée générale", *LABELS.values(), "Supprimer"]
    present = draft(line(1), line(2, "Chlorures"))
    good = [*FULL.values(), *[""] * (len(LABELS) - len(FULL))]
    source = sheet(
        headings,
        ["", "", "7", *good, ""],
        ["", "", "9", *good, ""],
        ["", "", "", *good, ""],
        ["", "", "1", "", *good[1:], ""],
        ["", "", "1", "x" * 2001, *good[1:], ""],
        ["99", "", "1", *good, ""],
        ["abc", "", "1", *good, ""],
        ["1", "", "1", *good, ""],
        ["1", "", "1", *good, ""],
        ["2", "8", "1", *good, ""],
        ["", "", "1", *good, "x"],
        ["2", "", "1", *good, "peut-être"],
    )
    found = {row.row: problems(row) for row in planned(source, present).bad}
    assert found[2] == [(GENERAL, TEXTS["general_unknown"] % {"general": "7"})]
    assert found[3] == [(GENERAL, TEXTS["general_closed"] % {"general": "9"})]
    assert found[4] == [(GENERAL, TEXTS["no_general"])]
    assert found[5] == [("objet", "Renseignez « Objet soumis à essai ».")]
    assert found[6] == [("objet", TEXTS["too_long"] % {"column": LABELS["objet"], "limit": 2000})]  # one fault, one limit
    assert found[7] == [(LINE, TEXTS["line_unknown"] % {"line": 99})]
    assert found[8][0] == (LINE, TEXTS["line_unreadable"] % {"text": "abc"})
    assert 9 not in found
    assert found[10] == [(LINE, TEXTS["line_twice"] % {"line": 1, "row": 9})]
    assert found[11] == [(VERSION, TEXTS["version_ahead"] % {"version": 8})]
    assert found[12] == [(DELETE, TEXTS["delete_new"])]
    assert found[13][0] == (DELETE, TEXTS["delete_unreadable"] % {"text": "peut-être"})


def test_incomplete_lines_go_in_when_asked_for_and_impossible_ones_never() -> None:
    source = sheet(["Portée générale", *LABELS.values()], ["1", "", *list(FULL.values())[1:], ""], ["7", *FULL.values(), ""])
    statuses = [row.status for row in planned(source, draft(), incomplete=True).rows]
    assert statuses == [Status.ADDED, Status.ERROR]


def test_a_line_that_is_there_already_is_a_double_in_the_draft_or_in_the_table() -> None:
    rows = [
        ["1", *FULL.values(), ""],
        ["1", "eaux  DOUCES", "Chlorures", "CI", "ISO", ""],
        ["1", "Eaux douces", "chlorures", "CI", "ISO", ""],
    ]
    found = planned(sheet(["Portée générale", *LABELS.values()], *rows), draft(line(4)))
    assert [row.status for row in found.rows] == [Status.DUPLICATE, Status.ADDED, Status.DUPLICATE]
    said = [row.remarks[0].text % row.remarks[0].params for row in found.rows if row.remarks]
    assert said == [TEXTS["twin_draft"] % {"line": 4}, TEXTS["twin_table"] % {"row": 3}]


def test_rows_of_another_file_are_refused_by_name() -> None:
    source = sheet(["Dossier", "Portée générale", *LABELS.values()], ["1-0077", "1", *FULL.values(), ""])
    assert problems(only(planned(source, draft())))[0][1] == TEXTS["other_file"] % {"other": "1-0077", "file": "1-0042"}


def test_characters_that_control_hide_or_turn_the_text_are_told() -> None:
    source = sheet(list(LABELS.values()), ["Eaux\x07\u202e douces", *list(FULL.values())[1:], ""])
    row = only(planned(source, draft(), general="1"))
    assert (row.status, row.cells["objet"]) == (Status.ERROR, "Eaux \u202e douces")
    said = [(remark.column, remark.text % remark.params, remark.weight) for remark in row.remarks]
    unseen = FINDING_TEXTS["unseen"] % {"column": LABELS["objet"], "character": "U+202E"}
    assert said == [("objet", TEXTS["control_chars"], Weight.NOTE), ("objet", unseen, Weight.SOFT)]


def test_a_line_that_the_flexibility_does_not_allow_is_told_why_and_stays_out() -> None:
    held = context(OF, GENERALS, {"1": ["NF EN ISO 10304-1:2009"]})
    rows = [["1", *FULL.values(), ""], ["1", *list(FULL.values())[:3], "NF EN ISO 99999:2020", ""]]
    present = replace(draft(), held=held, online=True)
    found = planned(sheet(["Portée générale", *LABELS.values()], *rows), present)
    assert [row.status for row in found.rows] == [Status.ADDED, Status.ERROR]
    ((column, _words),) = problems(found.rows[1])
    assert column == "reference"


def test_a_line_added_under_a_fixed_general_line_is_told() -> None:
    fixed = GeneralFacts("3", Flexibility.FIXE, GeneralStatus.ACTIVE)
    present = replace(draft(), generals=(*GENERALS, fixed), online=True)
    row = only(planned(sheet(["Portée générale", *LABELS.values()], ["3", *FULL.values(), ""]), present))
    assert FINDING_TEXTS["fixed_added"] % {"general": "3"} in [words for _column, words in problems(row)]


def test_what_the_reader_of_workbooks_remarked_is_told_at_its_cell() -> None:
    marks = {"formulas": frozenset({(2, 1)}), "errors": frozenset({(2, 2)}), "dates": frozenset({(2, 4)})}
    row = only(planned(sheet(list(LABELS.values()), [*FULL.values(), ""], marks=marks), draft(), general="1"))
    assert row.status is Status.ERROR
    assert {(remark.column, remark.text) for remark in row.remarks} == {
        ("objet", TEXTS["formula"]),
        ("caracteristique", TEXTS["formula_error"]),
        ("reference", TEXTS["date"]),
    }
    edited = planned(
        sheet(list(LABELS.values()), [*FULL.values(), ""], marks=marks), draft(), general="1", edits={"2/caracteristique": "Fer"}
    )
    assert (only(edited).status, only(edited).cells["caracteristique"]) == (Status.ADDED, "Fer")


# Over the lines of the grid


def test_a_block_pasted_from_a_cell_on_lies_over_the_lines_below_and_then_adds() -> None:
    present = draft(line(1), line(7, "Chlorures"), line(3, "Sulfates", general="2"))
    block = parse_block("CI\tISO 1\nCI\tISO 2\nCI\tISO 3\n")
    columns = by_position(OF, 2, start="principe")
    found = plan(OF, Source(block.rows), columns, present, Options(start=7, incomplete=True))
    assert [(row.status, row.line, row.general, row.cells["reference"], row.changed) for row in found.rows] == [
        (Status.CHANGED, 7, "1", "ISO 1", ("principe", "reference")),
        (Status.CHANGED, 3, "2", "ISO 2", ("principe", "reference")),
        (Status.ADDED, None, "2", "ISO 3", ("", "principe", "reference")),
    ]
    assert found.rows[0].cells["caracteristique"] == "Chlorures"


# The round trip


def test_a_sheet_that_comes_back_untouched_does_nothing() -> None:
    present = draft(line(1), line(2, "Chlorures", version=5), line(3, "Sulfates", general="2"))
    found = planned(exported(present.lines), present)
    assert [row.status for row in found.rows] == [Status.UNCHANGED] * 3
    assert not stale(exported(present.lines), recognise(OF, exported(present.lines).rows), present)


def test_lines_that_are_not_in_the_sheet_stay_unless_the_person_says_otherwise() -> None:
    lines = [line(1), line(2, "Chlorures"), line(3, "Sulfates")]
    source = exported(lines)
    source = Source(source.rows[:2], file=source.file, versions=source.versions)
    added_since = line(8, "Fer")
    present = draft(*lines, added_since)
    assert [row.line for row in planned(source, present).rows] == [1]
    found = planned(source, present, absent=True)
    assert [(row.key, row.line, row.status) for row in found.rows] == [
        ("2", 1, Status.UNCHANGED),
        ("L2", 2, Status.DELETED),
        ("L3", 3, Status.DELETED),
    ]


CELL = st.sampled_from(["", "a", "b", "c"])
CELLS = st.fixed_dictionaries({"objet": CELL, "caracteristique": CELL, "remarques": CELL}).filter(lambda cells: any(cells.values()))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), st.data())
def test_a_mailed_sheet_changes_only_what_was_changed_in_it(triples: list[tuple[dict[str, str], ...]], data: st.DataObject) -> None:
    """Model: the draft with the sheet’s own edits; where both changed a cell otherwise, nothing is written."""
    rows, present, bases = [], [], {}
    for number, (base, mine, theirs) in enumerate(triples, 1):
        moved = theirs != base
        present.append(line(number, version=2 if moved else 1, **theirs))
        bases[number, 1] = State("1", dict.fromkeys(KEYS, "") | FULL | base)
        rows.append([str(number), "1", mine["objet"], mine["caracteristique"], mine["remarques"]])
    source = sheet(["Ligne", "Version", LABELS["objet"], LABELS["caracteristique"], LABELS["remarques"]], *rows)
    wanted = stale(source, recognise(OF, source.rows), draft(*present))
    found = planned(source, draft(*present, bases={key: bases[key] for key in wanted}), incomplete=True)
    for row, (base, mine, theirs) in zip(found.rows, triples, strict=True):
        edits = {key: mine[key] for key in mine if mine[key] != base[key]}
        clash = {key for key in edits if theirs[key] not in (base[key], edits[key])}
        expected = theirs | {key: text for key, text in edits.items() if key not in clash}
        assert set(row.conflicts) == clash
        if clash:
            assert row.status is Status.CONFLICT
        elif row.status is not Status.ERROR:  # a line that both sides emptied together
            assert {key: row.cells[key] for key in theirs} == expected
            assert (row.status is Status.UNCHANGED) == (expected == theirs)


def conflicted(**options: object) -> PlannedRow:
    present = draft(line(1, "Cuivre", version=3), bases={(1, 1): State("1", line(1).cells)})
    return only(planned(exported([line(1, "Fer")]), present, **options))


def test_a_conflict_is_settled_by_mine_theirs_or_another_text() -> None:
    row = conflicted()
    value = row.conflicts["caracteristique"]
    assert (row.status, value.base, value.mine, value.theirs) == (Status.CONFLICT, "Nitrates", "Fer", "Cuivre")
    mine = conflicted(choices={"2/caracteristique": "mine"})
    assert (mine.status, mine.cells["caracteristique"]) == (Status.MERGED, "Fer")
    assert conflicted(choices={"2/caracteristique": "theirs"}).status is Status.UNCHANGED
    other = conflicted(edits={"2/caracteristique": "Zinc"})
    assert (other.status, other.cells["caracteristique"]) == (Status.MERGED, "Zinc")


def test_without_a_version_nothing_is_overwritten_silently() -> None:
    source = sheet(["Ligne", LABELS["caracteristique"]], ["1", "Fer"])
    row = only(planned(source, draft(line(1, "Cuivre"))))
    assert (row.status, set(row.conflicts)) == (Status.CONFLICT, {"caracteristique"})


def deletion(present: Draft, **options: object) -> PlannedRow:
    source = sheet(["Ligne", "Version", "Supprimer"], ["1", "1", "X"])
    return only(planned(source, present, **options))


def test_a_cross_deletes_unless_somebody_changed_the_line_meanwhile() -> None:
    assert deletion(draft(line(1))).status is Status.DELETED
    bases = {(1, 1): State("1", line(1).cells)}
    changed = draft(line(1, "Cuivre", version=2), bases=bases)
    assert (deletion(changed).status, deletion(changed).presence) == (Status.CONFLICT, "mine")
    assert deletion(changed, choices={f"2/{PRESENCE}": "mine"}).status is Status.DELETED
    assert deletion(changed, choices={f"2/{PRESENCE}": "theirs"}).status is Status.UNCHANGED
    assert deletion(draft(line(1, version=2, deleted=True), bases=bases)).status is Status.UNCHANGED


def test_a_line_changed_in_the_sheet_and_deleted_in_the_draft_is_asked() -> None:
    gone = draft(line(1, version=2, deleted=True), bases={(1, 1): State("1", line(1).cells)})
    row = only(planned(exported([line(1, "Fer")]), gone))
    assert (row.status, row.presence, row.cells["caracteristique"]) == (Status.CONFLICT, "theirs", "Fer")
    back = only(planned(exported([line(1, "Fer")]), gone, choices={f"2/{PRESENCE}": "mine"}))
    assert (back.status, back.before, back.cells["caracteristique"]) == (Status.CHANGED, None, "Fer")
    left = only(planned(exported([line(1)]), gone))
    assert (left.status, left.remarks[0].text) == (Status.UNCHANGED, TEXTS["gone"])


def test_an_old_fault_of_the_draft_does_not_keep_another_edit_out() -> None:
    present = draft(line(1, objet=""))
    assert only(planned(exported([line(1, "Fer", objet="")]), present)).status is Status.CHANGED
    row = only(planned(exported([line(1, "", objet="")]), present))
    assert problems(row) == [("caracteristique", "Renseignez « Caractéristique ou grandeur mesurée ».")]


@pytest.mark.parametrize("change", ["cell", "version", "order"])
def test_the_digest_changes_with_what_would_be_done(change: str) -> None:
    source = exported([line(1, "Fer"), line(2, "Zinc")])
    before = planned(source, draft(line(1), line(2, "Chlorures")))
    assert before.digest == planned(source, draft(line(1), line(2, "Chlorures"))).digest
    after = {
        "cell": planned(exported([line(1, "Fer"), line(2, "Plomb")]), draft(line(1), line(2, "Chlorures"))),
        "version": planned(source, draft(line(1, version=2), line(2, "Chlorures"), bases={(1, 1): State("1", line(1).cells)})),
        "order": planned(exported([line(2, "Zinc"), line(1, "Fer")]), draft(line(1), line(2, "Chlorures"))),
    }[change]
    assert after.digest != before.digest


def test_5000_lines_are_planned_in_well_under_a_second() -> None:
    lines = [line(number, f"Analyte {number}") for number in range(1, 5001)]
    changed = [line(number, f"Analyte {number} bis" if number % 2 else f"Analyte {number}") for number in range(1, 5001)]
    source, present = exported(changed), draft(*lines)
    begun = time.process_time()
    found = planned(source, present)
    assert time.process_time() - begun < 3
    assert found.counts == {Status.CHANGED: 2500, Status.UNCHANGED: 2500}
