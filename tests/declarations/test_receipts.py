"""One frozen snapshot feeds receipt, PDF, workbook and screen; a public page vouches for it and tells nothing else."""

import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.conftest import SignedIn
from tests.declarations.test_rules import small_sheet, snapshot
from tests.declarations.test_workflow_pages import submit
from webapp.db import GuichetSession
from webapp.declarations.models import Submission
from webapp.declarations.rules import workflow
from webapp.declarations.rules.document import DrawnCell, sections_of, tables_of
from webapp.declarations.rules.values import format_number

Numbers = Callable[[str], str]
Fill = Callable[..., None]


@pytest.fixture
def filed(signed_in: SignedIn, number_of: Numbers, fill: Fill) -> tuple[str, str]:
    """A submitted return: its number and its receipt."""
    number = number_of("atpro-bretagne")
    fill(number)
    return number, submit(signed_in, "declarant-breton", number)


def test_a_snapshot_is_canonical_json_that_any_implementation_recomputes() -> None:
    text = workflow.canonical(snapshot(small_sheet()))
    assert text.encode() == rfc8785.dumps(json.loads(text))
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_the_figures_of_a_snapshot_are_drawn_without_the_model() -> None:
    frozen = json.loads(workflow.canonical(snapshot(small_sheet())))
    purchases, balance = tables_of(sections_of(frozen, frozen["form"]))
    assert purchases.heading == "A1 · Achats"
    assert [label for _code, label in purchases.columns] == ["Nombre (nb)", "Montant (€)", "Moyenne (€)"]
    books, paper, total = purchases.rows
    assert books.cells[1] == DrawnCell("achats.livres.montant", "1\u202f234,50", Decimal("1234.5"))
    assert (paper.cells[1].text, paper.cells[1].figure) == ("NC", None)
    assert (total.is_total, total.cells[1].text) == (True, "1\u202f234,50")
    assert [cell.text for row in balance.rows for cell in row.cells] == ["1\u202f000", "\u2212234,50"]
    assert purchases.label(books, 1) == "A1 · Livres · Montant (€)"


def test_the_documents_of_a_receipt_hold_the_same_figures(
    session: GuichetSession, signed_in: SignedIn, filed: tuple[str, str]
) -> None:  # SO-34
    number, receipt = filed
    client = signed_in("declarant-breton")
    base = f"/declarations/{number}/recepisses/{receipt}"
    client.get(base)
    links = {node.get("href") for node in client.tree.cssselect("main a")}
    assert {f"{base}/{name}" for name in ("recepisse.pdf", "declaration.pdf", "declaration.xlsx", "instantane.json")} <= links
    assert client.tree.cssselect("[role=img] svg")
    frozen = json.loads(client.get(f"{base}/instantane.json").data)
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{base}/declaration.xlsx").data))
    shown = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    digest = session.scalars(select(Submission.sha256).where(Submission.receipt == receipt)).one()
    session.commit()
    assert {receipt, digest} <= shown
    for cell in frozen["entered"].values():
        if "value" not in cell:
            assert cell["raw"] in shown
            continue
        assert str(float(cell["value"])) in shown or format_number(Decimal(cell["value"]), 2) in shown
    for name in ("recepisse.pdf", "declaration.pdf"):
        answer = client.get(f"{base}/{name}")
        assert answer.mimetype == "application/pdf"
        assert b"/MarkInfo" in answer.data
        assert b"/StructTreeRoot" in answer.data
        assert b"<pdfuaid:part>1" in answer.data
    assert answer.data.count(b"/Table") > 4


def test_the_public_page_vouches_for_who_holds_the_receipt_and_tells_nothing_else(
    client: Any, signed_in: SignedIn, filed: tuple[str, str], session: GuichetSession
) -> None:
    number, receipt = filed
    holder = signed_in("declarant-breton")
    text = holder.get(f"/declarations/{number}/recepisses/{receipt}/instantane.json").data
    digest = hashlib.sha256(text).hexdigest()
    assert client.get(f"/verification/{receipt}/{digest}").status_code == 200
    assert "Ce récépissé est authentique" in client.text()
    assert all(secret not in client.last.text for secret in ("Bretagne", "declarant", "Transitions Pro", "Acceptée", "Déclaration ESF"))
    client.get("/verification")
    assert (
        client.submit("form#verifier", {"recepisse": receipt.lower(), "empreinte": f" {digest.upper()[:32]} {digest[32:]} "}).status_code
        == 200
    )
    assert "Ce récépissé est authentique" in client.text()


def test_a_receipt_that_exists_and_one_that_does_not_get_the_same_answer(client: Any, filed: tuple[str, str]) -> None:
    _number, receipt = filed
    absent = workflow.receipt_number("ESF-2025-ATPRO-9999", 1)
    answers = []
    for tried in (receipt, absent):
        answer = client.get(f"/verification/{tried}/{'0' * 64}")
        answers.append((answer.status_code, client.text().replace(tried, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert client.get("/verification/ESF-2025-ATPRO-0001-D1-0/abc").status_code == 404
    assert "mal recopié" in client.text()
    for query in ("recepisse=%00&empreinte=1", "recepisse=&empreinte=" + "f" * 500, "empreinte=é"):
        assert client.get(f"/verification?{query}").status_code == 404


def test_a_snapshot_that_was_tampered_with_is_vouched_for_by_nobody(client: Any, filed: tuple[str, str], session: GuichetSession) -> None:
    row = session.scalars(select(Submission).where(Submission.receipt == filed[1])).one()
    row.snapshot = row.snapshot.replace("Bretagne", "Bretagna")
    digest = row.sha256
    session.commit()
    assert client.get(f"/verification/{filed[1]}/{digest}").status_code == 404


def test_another_declarant_gets_none_of_the_documents(signed_in: SignedIn, filed: tuple[str, str]) -> None:  # SO-10
    number, receipt = filed
    for username in ("declarant-corse", "declarante"):
        client = signed_in(username)
        for name in ("", "/recepisse.pdf", "/declaration.pdf", "/declaration.xlsx", "/instantane.json"):
            assert client.get(f"/declarations/{number}/recepisses/{receipt}{name}").status_code == 404
