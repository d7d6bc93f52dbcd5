"""Blocks of cells as spreadsheets put them on the clipboard, and CSV files (FX-8)."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webapp.spreadsheet import csv_lines
from webapp.tables.table import CELL_TOO_LARGE, NOTHING, TOO_MANY_CELLS, Table, TableRefused
from webapp.tables.text import LED, NOT_TEXT, READ_AS_WINDOWS, parse_block, parse_csv, write_block

#: What a cell of a spreadsheet holds: no carriage return (a line break in a cell is LF), no half characters.
CELL = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]) | st.sampled_from("\t\n\";,'é\u00a0 "), max_size=12)


def cells(read: Table) -> list[list[str]]:
    return [list(row.cells) for row in read.rows]


def trimmed(rows: list[list[str]]) -> list[tuple[int, list[str]]]:
    """The same by slow and obvious means: rows with their numbers, without the empty rows and columns around."""
    kept = [(number, row) for number, row in enumerate(rows, 1) if "".join(row).strip()]
    while kept and not any(row[0].strip() for _number, row in kept):
        kept = [(number, row[1:]) for number, row in kept]
    while kept and not any(row[-1].strip() for _number, row in kept):
        kept = [(number, row[:-1]) for number, row in kept]
    return kept


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6))


@settings(max_examples=300, deadline=None)
@given(grids())
@example([['"'], ['a"b'], ['"a"'], ['"a\tb"'], ["\n"], ["x"]])
def test_what_a_spreadsheet_copies_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    # FX-8a
    expected = trimmed(rows)
    if not expected:
        with pytest.raises(TableRefused):
            parse_block(write_block(rows))
        return
    table = parse_block(write_block(rows))
    assert [(row.number, list(row.cells)) for row in table.rows] == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.text(st.sampled_from('\t\r\n"a'), max_size=40))
def test_no_text_breaks_the_reader_and_no_letter_is_lost(pasted: str) -> None:
    try:
        table = parse_block(pasted)
    except TableRefused:
        assert not pasted.removeprefix("\ufeff").replace('"', "").strip()
        return
    seen = "".join(char for row in table.rows for cell in row.cells for char in cell if not char.isspace() and char != '"')
    assert seen == "".join(char for char in pasted.removeprefix("\ufeff") if not char.isspace() and char != '"')


def test_a_cell_with_tab_line_break_and_doubled_quotes_is_one_cell() -> None:
    assert cells(parse_block('a\t"deux\tmots\r\nsur ""deux"" lignes"\tb\r\n')) == [["a", 'deux\tmots\nsur "deux" lignes', "b"]]


def test_quotation_marks_that_enclose_nothing_special_belong_to_the_text() -> None:
    assert cells(parse_block('"Fer"\tcoude 5" acier\t"\tfin')) == [['"Fer"', 'coude 5" acier', '"', "fin"]]
    assert cells(parse_block('"a" et b\tc')) == [['"a" et b', "c"]]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_each_kind_of_line_end_ends_a_row(end: str) -> None:
    assert cells(parse_block(f"a\tb{end}c\td{end}")) == [["a", "b"], ["c", "d"]]


def test_empty_rows_and_columns_around_go_and_rows_keep_their_numbers() -> None:
    table = parse_block("\t\t\r\n\t\u00a0\t\r\n\ta\tb\r\n\t\t\r\n\tc\r\n\t\t\t\r\n")
    assert [(row.number, row.cells) for row in table.rows] == [(3, ("a", "b")), (5, ("c", ""))]
    assert table.indent == 1


def test_decimal_commas_and_no_break_spaces_stay_as_typed() -> None:
    assert cells(parse_block("0,05\u00a0°C\t−1,5\t1\u202f000")) == [["0,05\u00a0°C", "−1,5", "1\u202f000"]]


def test_nothing_at_all_is_refused_with_words() -> None:
    with pytest.raises(TableRefused) as refused:
        parse_block(" \t\r\n\r\n")
    assert refused.value.text == NOTHING


def test_a_cell_of_more_than_100_kb_is_refused_and_named() -> None:
    with pytest.raises(TableRefused) as refused:
        parse_block("a\tb\nc\t" + "é" * 50_001)
    assert (refused.value.text, refused.value.values) == (CELL_TOO_LARGE, {"column": 2, "row": 2})
    assert len(parse_block("a\t" + "é" * 50_000).rows) == 1


def test_more_than_200_000_cells_are_refused() -> None:
    with pytest.raises(TableRefused) as refused:
        parse_block("1\t2\t3\t4\t5\n" * 40_001)
    assert refused.value.text == TOO_MANY_CELLS
    with pytest.raises(TableRefused):  # few cells, far apart
        parse_block("a\n" + "\t" * 400_000 + "b\n" + "c\n" * 5)


@settings(max_examples=150, deadline=None)
@given(grids(), st.sampled_from(";,\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_csv_file_is_read_back_whatever_its_delimiter_and_encoding(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    # A first row of plain words shows the delimiter, as headings do.
    width = len(rows[0]) + 1
    rows = [["tête"] * width, *([*row, "fin"] for row in rows)]
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter).writerows(rows)
    plain = all(not LED.match(cell) for row in rows for cell in row)
    if plain:
        assert cells(parse_csv(held.getvalue().encode(encoding))) == rows


def test_our_own_csv_comes_back_without_the_apostrophes_that_guard_it() -> None:
    rows = [["=1+1", "-40 °C", "@x", "l’eau"], ["+5", "'ainsi'", "a", "b"]]
    assert cells(parse_csv(b"".join(csv_lines(["a", "b", "c", "d"], rows))))[1:] == rows


def test_a_windows_file_is_read_and_the_reader_told() -> None:
    table = parse_csv("Objet;Étendue\r\nSolvant;−40\r\n".replace("−", "-").encode("cp1252"))
    assert cells(table) == [["Objet", "Étendue"], ["Solvant", "-40"]]
    assert table.notes == (READ_AS_WINDOWS,)


def test_commas_inside_semicolon_cells_do_not_fool_the_reader() -> None:
    assert cells(parse_csv(b"Etendue;CMC\n0,5 a 1,5;0,05\n1,5 a 2,5;0,15\n")) == [
        ["Etendue", "CMC"],
        ["0,5 a 1,5", "0,05"],
        ["1,5 a 2,5", "0,15"],
    ]


def test_a_first_line_may_name_the_delimiter_and_rows_keep_their_numbers() -> None:
    table = parse_csv(b"sep=,\r\na,b\r\n\r\nc;c,d\r\n")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("a", "b")), (4, ("c;c", "d"))]


@pytest.mark.parametrize("content", [b"a;b\0c", b"\x81\x8d;\xff", b"\xff\xfea"])
def test_what_is_no_text_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(TableRefused) as refused:
        parse_csv(content)
    assert refused.value.text == NOT_TEXT
