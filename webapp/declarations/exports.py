"""A submission as a PDF and as a workbook, from its frozen snapshot alone. In French, which binds (FL-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp import pdf, spreadsheet
from webapp.declarations.grid import GridCell, grid
from webapp.declarations.queries import ReturnFile, Submitted
from webapp.declarations.rules import workflow
from webapp.declarations.rules.document import DrawnCell, DrawnSection, DrawnTable, tables_of
from webapp.declarations.rules.documents import frozen_documents
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import NIL
from webapp.qr import qr_svg
from webapp.uploads.rules.limits import size_words
from webapp.web.i18n import paris

#: Columns that an upright page holds; with more it is turned.
WIDEST = 6


@force_locale("fr")
def facts_of(file: ReturnFile, submitted: Submitted) -> list[tuple[str, str]]:
    """What a receipt says, label and value: the same on every document."""
    declarant = submitted.content["declarant"]
    return [
        (_("Numéro du récépissé"), submitted.receipt),
        (_("Déclaration"), f"{file.number}, {_(workflow.KIND_LABELS[file.kind])}, {_('exercice %(year)s', year=file.year)}"),
        (_("Organisme"), " · ".join(part for part in (declarant["name"], declarant["siret"], declarant["region"]) if part)),
        (_("Formulaire"), f"{submitted.content['model']['title']} (version {submitted.content['model']['version']})"),
        (_("Déposée"), f"{paris(submitted.at)}, {submitted.by}" + (f" ({_('hors délai')})" if submitted.late else "")),
        (_("Empreinte SHA-256"), submitted.sha256),
    ]


@force_locale("fr")
def receipt_pdf(file: ReturnFile, submitted: Submitted, address: str) -> bytes:
    """The receipt on one page, with the QR code of its public page. Raises ``PdfError``."""
    return _document(file, submitted, address, _("Récépissé de dépôt"), ())


@force_locale("fr")
def return_pdf(file: ReturnFile, submitted: Submitted, address: str, sections: Sequence[DrawnSection]) -> bytes:
    """The receipt and every table as submitted. Raises ``PdfError``."""
    return _document(file, submitted, address, _("Déclaration %(number)s", number=file.number), sections)


def _document(file: ReturnFile, submitted: Submitted, address: str, title: str, sections: Sequence[DrawnSection]) -> bytes:
    day = workflow.today(submitted.at)
    data = {
        "title": title,
        "author": "Guichet",
        "date": [day.year, day.month, day.day],
        "footer": submitted.receipt,
        "facts": [[_("%(label)s :", label=label), value] for label, value in facts_of(file, submitted)],
        "notice": submitted.content["model"].get("notice", ""),
        "code": qr_svg(address),
        "address": address,
        "wide": any(len(table.columns) > WIDEST for table in tables_of(sections)),
        "documents": [[item.label, item.name, size_words(item.size), item.sha256] for item in frozen_documents(submitted.content)],
        "sections": [{"title": section.title, "tables": [_pdf_table(table) for table in section.tables]} for section in sections],
        "controls": [
            [control["code"], explained(control), control.get("difference", "")]
            for control in submitted.content["controls"]
            if control["verdict"] == "false" and sections
        ],
    }
    return pdf.render("declaration", data)


def explained(control: Mapping[str, str]) -> str:
    """What a control says, and why its declarant holds it for no mistake; the first snapshots do not say who wrote that."""
    message = control.get("message", "")
    if "justification" not in control:
        return message
    who = _("Justification de %(name)s : ", name=control["justified_by"]) if "justified_by" in control else _("Justification : ")
    return f"{message} {who}{control['justification']}"


def _pdf_table(table: DrawnTable) -> dict[str, Any]:
    return {
        "title": table.heading,
        "columns": [label for _code, label in table.columns],
        "rows": [{"total": row.is_total, "cells": [row.label, *(cell.text for cell in row.cells)]} for row in table.rows],
    }


@force_locale("fr")
def workbook(file: ReturnFile, submitted: Submitted, sections: Sequence[DrawnSection]) -> bytes:
    """A workbook with a sheet for the receipt and one for each table."""
    receipt = spreadsheet.Sheet(_("Récépissé"), (_("Récépissé de dépôt"), ""), facts_of(file, submitted))
    sheets = [
        spreadsheet.Sheet(table.heading, ("", *(label for _code, label in table.columns)), _rows(table)) for table in tables_of(sections)
    ]
    if listed := frozen_documents(submitted.content):
        rows = [(item.label, item.name, item.media_type, item.size, item.sha256) for item in listed]
        headings = (_("Pièce"), _("Fichier"), _("Type"), _("Taille (octets)"), _("Empreinte SHA-256"))
        sheets.append(spreadsheet.Sheet(_("Pièces jointes"), headings, rows))
    return spreadsheet.xlsx((receipt, *sheets), title=f"{file.number} {submitted.receipt}")


@force_locale("fr")
def table_rows(table: Table, sheet: Sheet) -> tuple[Sequence[str], list[Sequence[spreadsheet.Cell]]]:
    """The headings and the lines of a table as its page draws them; figures as numbers, what was answered otherwise as text."""
    headings = (
        _("Ligne"),
        *(
            f"{column.label} ({column.unit.symbol})" if column.unit and column.unit.symbol else column.label
            for column in sheet.shown_columns(table)
        ),
    )
    return headings, [(row.label, *(_typed(item, sheet, table) for item in items)) for row, items in grid(table, sheet, {})]


def _typed(item: GridCell | None, sheet: Sheet, table: Table) -> spreadsheet.Cell:
    if item is None:
        return None
    figure = sheet.figure((table.code, item.row, item.column))
    return figure if isinstance(figure, Decimal) and item.is_figure and item.text != NIL.raw else item.text or None


def _rows(table: DrawnTable) -> Iterator[Sequence[spreadsheet.Cell]]:
    for row in table.rows:
        yield (row.label, *(_in_workbook(cell) for cell in row.cells))


def _in_workbook(cell: DrawnCell) -> spreadsheet.Cell:
    return cell.text or None if cell.figure is None else figure_or_text(cell.figure, cell.text)


def figure_or_text(figure: Decimal, text: str) -> Decimal | str:
    """The figure as a number when a spreadsheet holds it exactly (binary, fifteen digits), as text otherwise."""
    return figure if Decimal(format(float(figure), ".15g")) == figure else text
