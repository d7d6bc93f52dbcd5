"""Last year's figures: prefilled where the cell is empty, compared where a control says so, frozen with the submission."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.declarations.rich_model import TEXT
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import Campaign, CellValue, Return, Submission
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import RecordField
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.justifications import needs_justification
from webapp.declarations.rules.prefill import prefills
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.snapshots import sheet_from, take_snapshot
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.declarations.rules.workflow import Audience, Kind, ReturnState
from webapp.declarations.services import campaigns, saving
from webapp.demonstration.declaration_figures import invent

Fill = Callable[..., None]
RICH = load_model(TEXT)


def test_an_empty_cell_is_offered_what_is_known_and_a_filled_one_nothing() -> None:
    previous = {("regions@N-1", "corse", "charges"): Decimal("1234.50"), ("regions@N-1", "bretagne", "charges"): Decimal(-5)}
    sheet = Sheet(RICH, {}, previous=previous)
    offered = prefills(sheet, RICH.tables["regions"], {})
    assert {key: entry.value for key, entry in offered.items()} == {("regions", "corse", "precedent"): Decimal("1234.5")}  # no negative
    filled = Sheet(RICH, {("regions", "corse", "precedent"): RICH.cells["regions", "corse", "precedent"].read("7")}, previous=previous)
    assert prefills(filled, RICH.tables["regions"], {}) == {}
    assert prefills(Sheet(RICH, {}), RICH.tables["regions"], {}) == {}


def test_the_body_s_record_fills_its_cells() -> None:
    offered = prefills(Sheet(RICH, {}), RICH.tables["fiche"], {RecordField.SIRET: "77567227200018"})
    assert {key: entry.raw for key, entry in offered.items()} == {("fiche", "siret", "reponse"): "77567227200018"}
    assert prefills(Sheet(RICH, {}), RICH.tables["fiche"], {RecordField.SIRET: ""}) == {}


@pytest.fixture
def last_year(session: GuichetSession, people: People, clock: FrozenClock, opened: dict[str, int]) -> dict[tuple[str, str, str], Entry]:
    """The OPCO's return of 2024, submitted; its entries."""
    actor = people.actors["nationale"]
    campaign = campaigns.create(
        session,
        actor,
        clock,
        kind=Kind.ESF,
        year=2024,
        audience=Audience.OPCO,
        opens_on=date(2025, 10, 1),
        deadline=date(2025, 12, 31),
    )
    campaigns.open_campaign(session, actor, clock, campaign.id, version=campaign.version)
    opco = people.organisations["opco"].id
    file = session.scalars(select(Return).where(Return.organisation_id == opco, Return.campaign_id == campaign.id)).one()
    model = get_model("esf-opco", "2024.1")
    entries = invent(model, "last year")
    text = workflow.canonical(
        take_snapshot(Sheet(model, entries), receipt="R-1", number=file.number, declarant={}, by="Essai", at=clock.now())
    )
    session.add(
        Submission(
            organisation_id=opco,
            return_id=file.id,
            rank=1,
            receipt="R-1",
            submitted_at=clock.now(),
            submitted_by_name="Essai",
            late=False,
            snapshot=text,
            sha256=workflow.digest(text),
        )
    )
    file.state = ReturnState.ACCEPTED
    session.commit()
    return entries


@pytest.fixture
def number(session: GuichetSession, people: People, opened: dict[str, int]) -> str:
    """The number of the OPCO's return of 2025."""
    opco = people.organisations["opco"].id
    found = session.scalars(select(Return.number).join(Campaign).where(Return.organisation_id == opco, Campaign.year == 2025)).one()
    session.commit()
    return found


def test_a_table_is_prefilled_in_one_act_that_replaces_nothing(
    session: GuichetSession, signed_in: SignedIn, number: str, last_year: dict[tuple[str, str, str], Entry]
) -> None:
    declarant = signed_in("declarante")
    address = f"/declarations/{number}/tableaux/produits"
    declarant.get(address)
    declarant.submit("form#grille", {"fc_pdc.precedent": "7"})
    assert "Préremplir 7 cellules vides" in declarant.get(address).text
    assert declarant.submit("form#preremplir").status_code == 303
    page = declarant.get(address)
    assert "preremplir" not in page.text
    stored = {
        (cell.row_code, cell.column_code): cell.value
        for cell in session.scalars(select(CellValue).where(CellValue.table_code == "produits"))
    }
    session.commit()
    assert stored.pop(("fc_pdc", "precedent")) == 7
    assert stored == {
        (row, "precedent"): entry.value
        for (table, row, column), entry in last_year.items()
        if (table, column) == ("produits", "exercice") and row != "fc_pdc"
    }


def test_without_a_return_last_year_nothing_is_offered_and_controls_of_last_year_wait(
    session: GuichetSession, signed_in: SignedIn, people: People, number: str
) -> None:
    assert "preremplir" not in signed_in("declarante").get(f"/declarations/{number}/tableaux/produits").text
    file = queries.find_return(session, people.actors["declarante"], number)
    assert file.previous == {}
    session.commit()


def test_what_differs_from_last_year_s_submission_is_said_and_frozen(
    session: GuichetSession, signed_in: SignedIn, people: People, number: str, fill: Fill, last_year: dict[tuple[str, str, str], Entry]
) -> None:
    fill(number)
    declarant = people.actors["declarante"]
    file = queries.find_return(session, declarant, number)
    sheet = saving.sheet_of(file, queries.stored_cells(session, file.id))
    found = {finding.control.code: finding for finding in sheet.findings()}
    assert found["E-08"].failed
    total = sum(entry.value or 0 for (table, _row, column), entry in last_year.items() if (table, column) == ("produits", "exercice"))
    assert found["E-08"].right == total
    session.commit()
    client = signed_in("declarante")
    for code in [code for code, finding in found.items() if needs_justification(finding)]:
        client.get(f"/declarations/{number}/justifications/{code}")
        client.submit("form#justifier", {"text": "Écart vérifié avec le commissaire aux comptes."})
    client.get(f"/declarations/{number}/depot")
    assert client.submit("form#deposer").status_code == 303, client.text()[-500:]
    snapshot = session.scalars(select(Submission.snapshot).order_by(Submission.id.desc()).limit(1)).one()
    frozen = json.loads(snapshot)
    assert frozen["previous"]["produits@N-1.total.exercice"] == str(total).rstrip("0").rstrip(".")
    again = {finding.control.code: finding for finding in sheet_from(frozen, file.model).findings()}
    assert again["E-08"].right == total
    session.commit()


def test_another_body_s_return_of_last_year_is_never_read(
    session: GuichetSession, people: People, opened: dict[str, int], last_year: dict[tuple[str, str, str], Entry]
) -> None:
    other = people.organisations["autre-opco"].id
    theirs = session.scalars(select(Return.number).join(Campaign).where(Return.organisation_id == other, Campaign.year == 2025)).one()
    assert queries.find_return(session, people.actors["nationale"], theirs).previous == {}
    session.commit()


def test_what_was_prefilled_is_an_entry_like_any_other() -> None:
    cell = RICH.cells["regions", "corse", "precedent"]
    entry = prefills(Sheet(RICH, {}, previous={("regions@N-1", "corse", "charges"): Decimal("0.1")}), RICH.tables["regions"], {})[cell.key]
    assert entry == Entry(ValueKind.VALUE, "0,10", Decimal("0.10"))
