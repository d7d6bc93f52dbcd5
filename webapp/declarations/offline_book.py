"""A return's workbook to fill in offline: one protected sheet a table, drawn from the form model. In French, which binds (FL-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.declarations.exports import figure_or_text
from webapp.declarations.grid import figure_text
from webapp.declarations.queries import ReturnFile, StoredCell
from webapp.declarations.rules.answers import day_of
from webapp.declarations.rules.form_models.model import Cell, FormModel, Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.book import HEADING, KIND, RECORD
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import NIL, NOT_COMMUNICATED, Unit, ValueKind, display
from webapp.spreadsheet import Cell as Value
from webapp.spreadsheet_forms import DAY, TEXT, Field, FormBook, FormRow, FormTable, Item, Locked, form_book
from webapp.web.i18n import paris

#: Before this day spreadsheets number days in two ways.
_FIRST_DAY = date(1900, 3, 1)
_WORDS = (NOT_COMMUNICATED.raw, NIL.raw, "neant")


@force_locale("fr")
def offline_workbook(file: ReturnFile, sheet: Sheet, cells: Mapping[CellKey, StoredCell], now: datetime) -> bytes:
    """The workbook of a return with what is in it now, and a hidden record of it: what comes back is held against that."""
    tables = [_table(table, sheet) for table in sheet.model.tables.values()]
    title = _("Déclaration %(number)s", number=file.number)
    return form_book(
        FormBook(title, (_("Mode d’emploi"), _introduction(file, sheet.model, now)), tables, (RECORD, _record(file, sheet, cells, now)))
    )


def _introduction(file: ReturnFile, model: FormModel, now: datetime) -> list[str]:
    return [
        f"{file.organisation} · {_('exercice %(year)s', year=file.year)} · {model.title} (version {model.version})",
        _("Classeur téléchargé : %(instant)s.", instant=paris(now)),
        "",
        _("1. Remplissez les cellules jaunes ; les autres sont verrouillées. Une feuille correspond à un tableau de la déclaration."),
        _("2. Vide : pas encore rempli ; 0 : valeur nulle ; « néant » : rien à déclarer ; « NC » : non communiqué."),
        _("3. Les cellules grises à chiffre sont calculées : elles ne bougent pas ici et sont recalculées en ligne."),
        _("4. N’insérez, ne triez et ne déplacez ni ligne ni colonne ; copier et coller des valeurs entre cellules jaunes est permis."),
        _("5. Enregistrez au format .xlsx, puis envoyez le classeur depuis la page de la déclaration : rien ne change avant votre accord."),
        _("6. Ce qui aura changé en ligne entre-temps vous sera montré en face de ce que vous avez saisi ici."),
    ]


def _table(table: Table, sheet: Sheet) -> FormTable:
    columns = [
        (column.code, f"{column.label} ({column.unit.symbol})" if column.unit and column.unit.symbol else column.label)
        for column in table.columns
    ]
    rows = []
    for row in table.rows:
        found = [table.cells.get((row.code, column.code)) for column in table.columns]
        own = next((cell.unit.symbol for cell in found if cell), "") if not table.columns[0].unit else ""
        label = f"{row.label} ({own})" if own else row.label
        rows.append(FormRow(row.code, label, [_item(cell, sheet) for cell in found], row.is_total))
    asked = [] if sheet.shows(table) else [_("Ce tableau n’est pas demandé d’après vos réponses actuelles.")]
    hints = [text for text in (table.help, table.legal) if text]
    return FormTable(f"{table.number} {table.title}", table.code, f"{table.number} · {table.title}", [*hints, *asked], columns, rows)


def _item(cell: Cell | None, sheet: Sheet) -> Item:
    if cell is None:
        return None
    if cell.formula is not None:
        figure, text = sheet.figure(cell.key), figure_text(sheet.figure(cell.key), cell.decimals)[0]
        return Locked(figure_or_text(figure, text) if isinstance(figure, Decimal) else text, _pattern(cell))
    value = _value(cell, sheet)
    choices = tuple(label for _code, label in cell.choices)
    return Field(value, _pattern(cell), choices, _WORDS if cell.unit.is_figure else ())


def _value(cell: Cell, sheet: Sheet) -> Value:
    """What stands in a cell: a figure or a day as such when a spreadsheet gives it back as it was, its text otherwise."""
    entry = sheet.entry(cell.key)
    text = display(entry, cell.decimals)
    if entry.kind is not ValueKind.VALUE:
        return text
    if entry.value is not None:
        return figure_or_text(entry.value, text)
    day = day_of(entry.raw) if cell.unit is Unit.DATE else None
    return day if day is not None and day >= _FIRST_DAY else text


def _pattern(cell: Cell) -> str:
    """The format of a cell: as many decimals as it takes, days as French sheets write them, all else as text."""
    if cell.unit is Unit.DATE:
        return DAY
    if not cell.unit.is_figure:
        return TEXT
    return "#,##0" + (f".{'0' * cell.decimals}" if cell.decimals else "")


def _record(file: ReturnFile, sheet: Sheet, cells: Mapping[CellKey, StoredCell], now: datetime) -> Iterator[tuple[Value, ...]]:
    yield (KIND,)
    values = (file.number, sheet.model.code, sheet.model.version, str(file.year), now.astimezone(PARIS).isoformat(timespec="seconds"))
    yield from zip(HEADING, values, strict=True)
    for key, cell in sheet.model.cells.items():
        if cell.formula is not None:
            yield (*key, "", figure_text(sheet.figure(key), cell.decimals)[0])
        else:
            version = cells[key].version if key in cells else 0
            yield (*key, str(version), display(sheet.entry(key), cell.decimals))
