"""Filling a return in offline: down, back, seen and accepted by sections, by its declarant alone. SO-1, SO-10, SO-CFG."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from tests.conftest import People, SignedIn
from tests.support.client import CheckingClient
from tests.support.statements import statements
from tests.support.workbooks import Edited
from tests.tables.books import grid, with_parts
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.declarations.models import Campaign, CellValue, DeclarationImport, Return, SectionShare
from webapp.declarations.offline_view import SHOWN
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.workflow import CampaignState, ReturnState
from webapp.declarations.services.offline import forget_old_imports

DECLARANT = "declarant-breton"
CELL = ("demandes", "ouvriers", "engagements")
OTHER = ("demandes", "cadres", "engagements")


@pytest.fixture
def number(number_of: Callable[[str], str], fill: Callable[..., None]) -> str:
    """A return filled in with figures that hold."""
    found = number_of("atpro-bretagne")
    fill(found)
    return found


def download(client: CheckingClient, number: str) -> Edited:
    response = client.get(f"/declarations/{number}/classeur.xlsx")
    assert response.status_code == 200
    return Edited(response.data)


def send(client: CheckingClient, number: str, data: bytes, status: int = 303) -> str:
    """Send a workbook; returns the address of its preview."""
    client.get(f"/declarations/{number}/classeur")
    response = client.submit("form#envoyer", {"fichier": [(io.BytesIO(data), "retour.xlsx")]}, content_type="multipart/form-data")
    assert response.status_code == status, client.text()[:600]
    return response.headers.get("Location", "")


def figure(session: GuichetSession, key: CellKey) -> Decimal | None:
    query = select(CellValue.value).filter_by(table_code=key[0], row_code=key[1], column_code=key[2])
    found = session.scalars(query).one()
    session.commit()
    return found


def type_online(client: CheckingClient, number: str, key: CellKey, text: str) -> None:
    client.get(f"/declarations/{number}/tableaux/{key[0]}")
    assert client.submit("form#grille", {f"{key[1]}.{key[2]}": text}).status_code == 303


def test_a_workbook_comes_back_is_seen_and_its_sections_are_accepted(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    before = figure(session, CELL)
    where = send(client, number, download(client, number).type(CELL, 4321.5).data())
    client.get(where)
    assert "4 321,50" in client.text().replace("\u202f", " ")
    assert figure(session, CELL) == before  # nothing before somebody accepts
    assert client.submit("form#accepter").status_code == 303
    assert figure(session, CELL) == Decimal("4321.5")
    client.get(where)
    assert "Il n’y a rien à reprendre" in client.text()
    assert not client.tree.cssselect("form#accepter button")
    assert session.scalars(select(DeclarationImport.done_at)).one() is not None
    session.commit()
    client.get(f"/declarations/{number}/classeur")
    assert "Classeurs à reprendre" not in client.text()


def test_an_unchanged_workbook_changes_nothing(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(send(client, number, download(client, number).data()))
    assert "Il n’y a rien à reprendre" in client.text()
    assert not client.tree.cssselect("#remarques")


def test_only_the_sections_ticked_are_saved(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    before = figure(session, CELL)
    where = send(client, number, download(client, number).type(CELL, 4321.5).data())
    client.get(where)
    assert client.submit("form#accepter", {"section": []}).status_code == 422
    assert "Cochez au moins une section" in client.text()
    assert figure(session, CELL) == before


def test_a_conflict_is_settled_by_the_person(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    book = download(client, number).type(CELL, 1).type(OTHER, 2)
    type_online(client, number, CELL, "77")
    where = send(client, number, book.data())
    client.get(where)
    assert "À choisir" in client.text()
    assert client.submit("form#accepter").status_code == 409
    assert "choisissez, pour chaque cellule" in client.text()
    assert (figure(session, CELL), figure(session, OTHER)) != (1, 2)
    choice = client.tree.cssselect("[type=radio][value^=mine]")[0]
    type_online(client, number, CELL, "78")  # once more, after the page was shown
    client.get(where)
    assert client.submit("form#accepter", {choice.get("name"): choice.get("value")}).status_code == 409
    assert figure(session, CELL) == 78
    choice = client.tree.cssselect("[type=radio][value^=theirs]")[0]
    assert client.submit("form#accepter", {choice.get("name"): choice.get("value")}).status_code == 303
    assert (figure(session, CELL), figure(session, OTHER)) == (78, 2)
    client.get(where)
    assert "En ligne gardé" in client.text()
    assert client.tree.cssselect("[type=radio][value^=theirs]")[0].get("checked") is not None


def test_all_conflicts_of_a_section_are_settled_at_once(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    book = download(client, number).type(CELL, 1).type(OTHER, 2)
    type_online(client, number, CELL, "77")
    type_online(client, number, OTHER, "77")
    client.get(send(client, number, book.data()))
    select_all = client.tree.cssselect("select[name^='tous.']")[0].get("name")
    assert client.submit("form#accepter", {select_all: "mine"}).status_code == 303
    assert (figure(session, CELL), figure(session, OTHER)) == (1, 2)


def test_a_mistake_is_kept_and_marked_as_in_entry(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(send(client, number, download(client, number).type(CELL, "douze").data()))
    assert "Illisible" in client.text()
    client.submit("form#accepter")
    client.get(f"/declarations/{number}/tableaux/demandes")
    assert client.tree.cssselect("[name='ouvriers.engagements']")[0].get("value") == "douze"


def test_a_return_submitted_meanwhile_keeps_the_preview(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    before = figure(session, CELL)
    where = send(client, number, download(client, number).type(CELL, 5).data())
    client.get(where)
    form = client.form("form#accepter")
    assert form is not None
    session.execute(update(Return).values(state=ReturnState.SUBMITTED))
    session.commit()
    assert client.submit("form#accepter").status_code == 409
    assert "n’accepte plus de saisie" in client.text()
    assert figure(session, CELL) == before
    client.get(where)
    assert "cet aperçu est gardé" in client.text()
    session.execute(update(Return).values(state=ReturnState.RETURNED))
    session.commit()
    client.get(where)
    assert client.submit("form#accepter").status_code == 303
    assert figure(session, CELL) == 5


def test_a_campaign_closed_meanwhile_keeps_the_preview(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    where = send(client, number, download(client, number).type(CELL, 5).data())
    client.get(where)
    session.execute(update(Campaign).values(state=CampaignState.CLOSED))
    session.commit()
    assert client.submit("form#accepter").status_code == 409
    assert "sa campagne est close" in client.text()
    assert client.get(where).status_code == 200
    client.get(send(client, number, download(client, number).type(CELL, 6).data()))  # it is kept all the same
    assert not client.tree.cssselect("form#accepter button")


def test_a_section_reserved_to_somebody_else_is_shown_and_cannot_be_accepted(
    session: GuichetSession, signed_in: SignedIn, people: People, number: str
) -> None:
    client = signed_in(DECLARANT)
    before = figure(session, CELL)
    where = send(client, number, download(client, number).type(CELL, 5).data())
    client.get(where)
    file = session.scalars(select(Return).where(Return.number == number)).one()
    holder = people.actors["declarant-corse"]
    share = {"section_code": "projets", "entrusted_to": holder.account_id, "entrusted_name": "Une collègue", "reserved": True}
    session.add(SectionShare(organisation_id=file.organisation_id, return_id=file.id, **share))
    session.commit()
    assert client.submit("form#accepter").status_code == 409
    client.get(where)
    assert "Cette section est réservée à Une collègue" in client.text()
    assert not client.tree.cssselect("form#accepter [name=section]")
    assert figure(session, CELL) == before


def test_a_long_section_is_shown_in_part_until_one_asks_for_all(
    signed_in: SignedIn, number_of: Callable[[str], str], database: Database
) -> None:
    client, number = signed_in("declarante"), number_of("opco")
    book = download(client, number)
    section = get_model("esf-opco", "2025.1").sections[0]
    keys = [cell.key for table in section.tables for cell in table.entry_cells]
    assert len(keys) > SHOWN
    for key in keys:
        book.type(key, 3)
    where = send(client, number, book.data())
    with statements(database.engine) as sent:
        client.get(where)
    assert len(sent) <= 6, sent
    assert len(client.tree.cssselect("#accepter tbody tr")) == SHOWN
    more = client.tree.cssselect("#accepter a[href*='?section=']")[0]
    client.get(more.get("href").partition("#")[0])
    assert len(client.tree.cssselect("#accepter tbody tr")) == len(keys)


BAD = {
    "nothing": (b"", "est vide"),
    "text": (b"a;b\n1;2\n", "abîmé ou n’en est pas un"),
    "damaged": (b"PK\x03\x04" + b"\0" * 50, "abîmé ou n’en est pas un"),
    "another workbook": (grid([["a", "b"]]), "sa feuille cachée manque"),
    "a zip bomb": (with_parts(grid([["a"]]), {"xl/media/image1.png": b"\0" * 61_000_000}), "se déploierait en trop de données"),
    "entities": (with_parts(grid([["a"]]), {"xl/styles.xml": b'<!DOCTYPE x [<!ENTITY a "aa">]><x/>'}), "définition XML"),
    "macros": (with_parts(grid([["a"]]), {"xl/vbaProject.bin": b"x"}), "contient des macros"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_workbook_of_the_return_is_refused_beside_the_field(signed_in: SignedIn, number: str, what: str) -> None:
    content, words = BAD[what]
    client = signed_in(DECLARANT)
    send(client, number, content, 422)
    assert words in client.tree.cssselect("#fichier-erreur")[0].text
    assert client.tree.cssselect("#fichier[aria-invalid=true]")


def test_a_row_at_the_end_of_a_sheet_of_a_million_is_refused(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    book = download(client, number)
    name = next(name for name in book.sheets if name[0].isalpha() and name not in ("guichet", "Mode d’emploi"))
    rows = book.insert_rows(name, 6, 1_040_000)
    send(client, number, rows.data(), 422)
    assert "très loin des autres" in client.tree.cssselect("#fichier-erreur")[0].text


def test_a_sheet_whose_cells_were_shifted_is_refused_with_the_place(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    book = download(client, number)
    sheet, place = book.place(CELL)
    send(client, number, book.shift_down(sheet, place[0], int(place[1:])).data(), 422)
    assert f"La feuille « {sheet} » est décalée" in client.tree.cssselect("#fichier-erreur")[0].text


def test_no_file_is_asked_for(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/classeur")
    assert client.submit("form#envoyer", content_type="multipart/form-data").status_code == 422
    assert "Choisissez le classeur" in client.text()


def test_the_workbook_of_another_body_is_refused(signed_in: SignedIn, number: str, number_of: Callable[[str], str]) -> None:
    theirs = number_of("atpro-corse")
    data = download(signed_in("declarant-corse"), theirs).data()
    client = signed_in(DECLARANT)
    send(client, number, data, 422)
    assert f"celui de la déclaration {theirs}" in client.tree.cssselect("#fichier-erreur")[0].text


def test_the_pages_exist_for_the_declarants_of_the_return_alone(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    where = send(client, number, download(client, number).type(CELL, 5).data())
    for path in (f"/declarations/{number}/classeur", f"/declarations/{number}/classeur.xlsx", where):
        assert signed_in("declarant-corse").get(path).status_code == 404
        assert signed_in("nationale").get(path).status_code == 403


def test_an_import_is_forgotten_on_demand_and_after_thirty_days(
    session: GuichetSession, signed_in: SignedIn, number: str, clock: FrozenClock
) -> None:
    client = signed_in(DECLARANT)
    first = send(client, number, download(client, number).type(CELL, 5).data())
    second = send(client, number, download(client, number).type(CELL, 6).data())
    client.get(first)
    assert client.submit("form[action$=abandon]").status_code == 303
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    clock.advance(timedelta(days=31))
    forget_old_imports(session, clock)
    session.commit()
    assert session.scalars(select(DeclarationImport.id)).all() == []
    session.commit()


def test_the_page_of_the_return_leads_there(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    for path in (f"/declarations/{number}", f"/declarations/{number}/tableaux/demandes"):
        client.get(path)
        assert client.tree.cssselect(f'main a[href$="/declarations/{number}/classeur"]'), path
