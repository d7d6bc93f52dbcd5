"""What people type, paste and send where a figure, a percentage, a date or a text is asked for: by the whole form, and cell by cell.

Nothing that was typed is lost, each refusal says why beside its cell, and what leaves as CSV is no formula. FX-10, SO-1.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import SignedIn
from tests.declarations.test_model_check import HOSTILE
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations.models import CellValue, Return
from webapp.declarations.rules import answers, values
from webapp.declarations.rules.values import ValueKind

Numbers = Callable[[str], str]
Send = Callable[[str, str], CheckingClient]
FIGURE, SIGNED, PERCENT = "frais.personnel.alternance", "contrib.conventionnelles.report", "plafond.taux.valeur"
TEXT, DATE = "branches.l1.branche", "branches.l1.accord"
NO_BREAK, NARROW = "\u00a0", "\u202f"


@dataclass(frozen=True)
class Case:
    """What is typed in a cell; the figure or the text that is kept, or why there is none."""

    cell: str
    typed: str
    value: str | None = None
    problem: str = ""
    text: str | None = None
    """What the field shows again, when it is not what was typed."""


CASES = [
    Case(FIGURE, "1 234,56", "1234.56", text=f"1{NARROW}234,56"),
    Case(FIGURE, f"1{NO_BREAK}234,56", "1234.56", text=f"1{NARROW}234,56"),
    Case(FIGURE, f"1{NARROW}234,56", "1234.56"),
    Case(FIGURE, "1,234.56", "1234.56", text=f"1{NARROW}234,56"),
    Case(SIGNED, "(1 234)", "-1234", text=f"\u22121{NARROW}234"),
    Case(FIGURE, "(1 234)", problem=values.NEGATIVE),
    Case(PERCENT, "12 %", "12", text="12"),
    Case(FIGURE, "12 %", problem=values.WRONG_UNIT),
    Case(FIGURE, "1e309", problem=values.UNREADABLE),
    Case(FIGURE, "NaN", problem=values.UNREADABLE),
    Case(FIGURE, "Infinity", problem=values.UNREADABLE),
    Case(FIGURE, "-0", "0", text="0"),
    Case(FIGURE, str(2**63), problem=values.TOO_BIG),
    Case(FIGURE, "9" * 400, problem=values.TOO_BIG, text="9" * 200),
    Case(FIGURE, f"1{' ' * 300}2", problem=values.TOO_LONG, text=f"1{' ' * 199}"),
    Case(TEXT, "é" * 400, problem=answers.TOO_LONG_TEXT, text="é" * 200),
    Case(FIGURE, "1,234", problem=values.AMBIGUOUS),
    Case(DATE, "30 février", problem=answers.NOT_A_DATE),
    Case(DATE, "30/02/2026", problem=answers.NO_SUCH_DAY),
    Case(FIGURE, "<script>alert(1)</script>", problem=values.UNREADABLE),
    Case(TEXT, '"><img src=x onerror=alert(1)>'),
    Case(FIGURE, "=cmd|'/c calc'!A1", problem=values.UNREADABLE),
    Case(TEXT, "=cmd|'/c calc'!A1"),
    Case(TEXT, "@SUM(1+1)"),
]


@pytest.fixture
def number(number_of: Numbers) -> str:
    return number_of("opco")


@pytest.fixture(params=["form", "fragment"])
def send(request: pytest.FixtureRequest, signed_in: SignedIn, number: str) -> Send:
    """Return a function that saves one cell: by the whole form and its redirect, or alone by the script; its answer shows the cell."""

    def by_form(cell: str, typed: str) -> CheckingClient:
        client, (table, name) = signed_in("declarante"), cell.split(".", 1)
        client.get(f"/declarations/{number}/tableaux/{table}")
        assert client.submit("form#grille", {name: typed}).status_code == 303
        assert client.follow().status_code == 200
        return client

    def by_fragment(cell: str, typed: str) -> CheckingClient:
        client, (table, name) = signed_in("declarante"), cell.split(".", 1)
        client.get(f"/declarations/{number}/tableaux/{table}")
        assert fragment(client, number, table, name, typed).status_code == 200
        return client

    return by_form if request.param == "form" else by_fragment


def fragment(client: CheckingClient, number: str, table: str, name: str, typed: str):
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    return client.post(
        f"/declarations/{number}/tableaux/{table}",
        data={"csrf_token": token, name: typed, f"{name}~": "0|"},
        headers={"HX-Request": "true"},
    )


def stored(session: GuichetSession, number: str) -> dict[str, CellValue]:
    session.expire_all()
    rows = session.scalars(select(CellValue).join(Return, Return.id == CellValue.return_id).where(Return.number == number)).all()
    session.commit()
    return {f"{row.table_code}.{row.row_code}.{row.column_code}": row for row in rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.cell.split('.')[0]} {case.typed[:24]!a}")
def test_what_is_typed_is_read_or_kept_with_its_reason(session: GuichetSession, send: Send, number: str, case: Case) -> None:
    client = send(case.cell, case.typed)
    kept = stored(session, number)[case.cell]
    shown = client.tree.cssselect(f'input[name="{case.cell.split(".", 1)[1]}"]')[0]
    assert shown.get("value") == (case.typed if case.text is None else case.text)
    assert kept.value == (None if case.value is None else Decimal(case.value))
    assert kept.kind is (ValueKind.INVALID if case.problem else ValueKind.VALUE)
    assert shown.get("aria-invalid") == ("true" if case.problem else None)
    if case.problem:
        described = client.tree.get_element_by_id(shown.get("aria-describedby"))
        assert described.text_content().strip() == case.problem
    assert not client.tree.cssselect("main script, [onerror]")


@pytest.mark.parametrize("typed", ["=cmd|'/c calc'!A1", "+1+1|x", "-2+3", "@SUM(1)", "\uff1d1+1", "<b>1</b>"])
def test_what_leaves_as_csv_is_no_formula(signed_in: SignedIn, number: str, typed: str) -> None:
    client = signed_in("declarante")
    client.get(f"/declarations/{number}/tableaux/branches")
    client.submit("form#grille", {"l1.branche": typed, "l1.collecte": typed})
    client.follow()
    text = client.get(f"/declarations/{number}/tableaux/branches.csv").get_data(as_text=True)
    row = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))[1]
    assert {row[1], row[4]} == {typed if typed.startswith("<") else f"'{typed}"}


def test_a_cell_that_no_longer_exists_is_said_with_what_was_typed_and_the_rest_is_saved(
    session: GuichetSession, signed_in: SignedIn, number: str
) -> None:
    client = signed_in("declarante")
    client.get(f"/declarations/{number}/tableaux/frais")
    gone = {"disparue.alternance": "4 321", "disparue.alternance~": "0|", "inchangee.pdc": "7", "inchangee.pdc~": "1|7"}
    assert client.submit("form#grille", {"personnel.alternance": "12", **gone}).status_code == 303
    client.follow()
    assert stored(session, number)["frais.personnel.alternance"].value == Decimal(12)
    words = client.tree.cssselect("#status")[0].text_content()
    assert "n’existe plus" in words
    assert "4 321" in words
    assert "inchangee" not in words


def test_a_cell_that_no_longer_exists_leaves_what_was_typed_in_its_field(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarante")
    client.get(f"/declarations/{number}/tableaux/frais")
    response = fragment(client, number, "frais", "disparue.alternance", "4 321")
    assert response.status_code == 200
    assert not client.tree.cssselect("[id^=v-disparue]")
    words = client.tree.cssselect("#status")[0].text_content()
    assert "n’existe plus" in words
    assert "4 321" in words
    assert "déjà enregistré" not in words


def test_a_deadline_that_passes_while_the_form_is_open_loses_nothing_and_is_said(
    session: GuichetSession, signed_in: SignedIn, number: str, clock: FrozenClock
) -> None:
    client = signed_in("declarante")
    client.get(f"/declarations/{number}/tableaux/frais")
    file = session.scalars(select(Return).where(Return.number == number)).one()
    file.due_on = clock.now().date().replace(day=1)
    session.commit()
    assert fragment(client, number, "frais", "personnel.pdc", "5").status_code == 200
    assert "hors délai" in client.text()
    client.get(f"/declarations/{number}/tableaux/frais")
    client.submit("form#grille", {"personnel.alternance": "12"})
    client.follow()
    assert "hors délai" in client.tree.cssselect("#status")[0].text_content()
    assert {name: cell.value for name, cell in stored(session, number).items()} == {
        "frais.personnel.alternance": Decimal(12),
        "frais.personnel.pdc": Decimal(5),
    }


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_command_refuses_a_hostile_model_with_its_line(app: Flask, tmp_path: Path, text: str) -> None:
    file = tmp_path / "modele.yaml"
    file.write_text(text)
    result = app.test_cli_runner().invoke(args=["declarations", "model", "check", str(file)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "problème(s)." in result.output
    assert all(line.startswith(f"{file}:") for line in result.output.splitlines()[:-1])
