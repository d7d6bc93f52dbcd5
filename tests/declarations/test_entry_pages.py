"""Entering figures through the real pages, with and without scripts."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.conftest import SignedIn
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.declarations.models import Campaign, CellValue, Return
from webapp.declarations.rules.values import ValueKind
from webapp.declarations.rules.workflow import CampaignState, ReturnState

Numbers = Callable[[str], str]
HTMX = {"HX-Request": "true"}


def stored(session: GuichetSession, number: str) -> dict[str, CellValue]:
    session.expire_all()
    query = select(CellValue).join(Return, Return.id == CellValue.return_id).where(Return.number == number).order_by(CellValue.row_code)
    cells = {f"{cell.table_code}.{cell.row_code}.{cell.column_code}": cell for cell in session.scalars(query)}
    session.commit()  # the write lock is not held while a client works
    return cells


def url(number: str, table: str = "demandes") -> str:
    return f"/declarations/{number}/tableaux/{table}"


def field(client: object, name: str) -> object:
    return client.tree.cssselect(f'input[name="{name}"]')[0]


@pytest.fixture
def number(number_of: Numbers) -> str:
    return number_of("atpro-bretagne")


def test_a_table_is_filled_in_and_saved_without_scripts(session: GuichetSession, signed_in: SignedIn, number: str) -> None:  # SO-1
    client = signed_in("declarant-breton")
    assert client.get(url(number)).status_code == 200
    typed = {"ouvriers.deposees": "1\u202f200", "employes.deposees": "800", "ouvriers.acceptees": "NC", "cadres.deposees": "0"}
    assert client.submit("form#grille", typed).status_code == 303
    client.follow()
    assert "4 cellules enregistrées" in client.text()
    assert "2 000" in client.tree.cssselect("#v-total-deposees")[0].text_content().replace("\u202f", " ")
    cells = stored(session, number)
    assert cells["demandes.ouvriers.deposees"].value == Decimal(1200)
    assert {name: cell.kind for name, cell in cells.items()} == {
        "demandes.cadres.deposees": ValueKind.VALUE,
        "demandes.employes.deposees": ValueKind.VALUE,
        "demandes.ouvriers.acceptees": ValueKind.NOT_COMMUNICATED,
        "demandes.ouvriers.deposees": ValueKind.VALUE,
    }


def test_what_cannot_be_read_is_kept_and_marked_and_blocks_nothing(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    response = client.submit("form#grille", {"ouvriers.deposees": "<b>douze</b>", "employes.deposees": "12", "cadres.deposees": "-3"})
    assert response.status_code == 303
    client.follow()
    shown = field(client, "ouvriers.deposees")
    assert shown.get("value") == "<b>douze</b>"
    assert shown.get("aria-invalid") == "true"
    assert "Ce n’est pas un nombre" in client.text()
    assert "ne peut pas être négative" in client.text()
    assert client.tree.cssselect("#v-total-deposees")[0].text_content().strip() == "?"
    assert stored(session, number)["demandes.employes.deposees"].value == Decimal(12)


@pytest.mark.parametrize("typed", ["1e309", "NaN", "=1+1", "9" * 400, "\x00\x01", "1 234,567", "30 février", "🙂", "é" * 1000])
def test_hostile_texts_are_kept_within_bounds_and_never_become_figures(
    session: GuichetSession, signed_in: SignedIn, number: str, typed: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    assert client.submit("form#grille", {"ouvriers.deposees": typed}).status_code == 303
    assert client.follow().status_code == 200
    cell = stored(session, number).get("demandes.ouvriers.deposees")
    assert cell is None or (cell.kind is ValueKind.INVALID and cell.value is None and len(cell.raw) <= 200)


def test_the_grid_comes_before_the_other_tables_which_stay_one_link_away(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    inside = [node.tag for node in client.tree.cssselect("main")[0].iter("table", "details")]
    assert inside[:2] == ["table", "details"]
    links = {node.get("href") for node in client.tree.cssselect("main details a")}
    steps = [node.get("href") for node in client.tree.cssselect("main a[rel=next], main a[rel=prev]")]
    assert steps
    assert set(steps) <= links
    assert url(number) not in links
    client.get(steps[0])
    assert url(number) in [node.get("href") for node in client.tree.cssselect("main a[rel=next], main a[rel=prev]")]


def test_cells_are_saved_by_a_fragment_with_its_totals_and_controls(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    token = field(client, "csrf_token").get("value")
    data = {"csrf_token": token, "ouvriers.deposees": "10", "ouvriers.deposees~": "0|"}
    response = client.post(url(number), data=data, headers=HTMX)
    assert response.status_code == 200
    assert stored(session, number)["demandes.ouvriers.deposees"].value == Decimal(10)
    ids = [node.get("id") for node in client.tree.cssselect("[hx-swap-oob]")]
    assert {"v-total-deposees", "controles", "p-demandes", "status"} <= set(ids)
    assert "v-total-engagements" not in ids
    data = {"csrf_token": token, "ouvriers.acceptees": "12", "ouvriers.acceptees~": "0|"}
    client.post(url(number), data=data, headers=HTMX)
    assert "Écart : 2" in client.text()
    assert "plus de demandes acceptées" in client.text()


def test_the_swapped_parts_are_those_of_a_fresh_page(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    token = field(client, "csrf_token").get("value")
    for name, typed in (("ouvriers.deposees", "10"), ("ouvriers.acceptees", "12"), ("employes.deposees", "oups")):
        data = {"csrf_token": token, name: typed, f"{name}~": "0|"}
        client.post(url(number), data=data, headers=HTMX)
        swapped = {
            node.get("id"): node for node in client.tree.cssselect("[hx-swap-oob], div[id^=v-]") if node.get("id") not in ("status", "pas")
        }
        client.get(url(number))
        for identifier, node in swapped.items():
            fresh = client.tree.get_element_by_id(identifier)
            assert " ".join(node.text_content().split()) == " ".join(fresh.text_content().split()), identifier
            for one, other in zip(node.cssselect("input"), fresh.cssselect("input"), strict=True):
                assert dict(one.attrib) == dict(other.attrib)


def test_a_stale_cell_shows_both_values_and_a_way_on(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    mine, theirs = signed_in("declarant-breton"), signed_in("declarant-breton")
    mine.get(url(number))
    theirs.get(url(number))
    theirs.submit("form#grille", {"ouvriers.deposees": "70", "cadres.deposees": "5"})
    response = mine.submit("form#grille", {"ouvriers.deposees": "80", "employes.deposees": "3"})
    assert response.status_code == 409
    assert "a enregistré entre-temps : 70" in mine.text()
    assert field(mine, "ouvriers.deposees").get("value") == "80"
    assert field(mine, "employes.deposees").get("value") == "3"
    assert field(mine, "cadres.deposees").get("value") == "5"
    assert stored(session, number)["demandes.ouvriers.deposees"].value == Decimal(70)
    assert "demandes.employes.deposees" not in stored(session, number)
    assert mine.submit("form#grille", button="Garder 80").status_code == 303
    cells = stored(session, number)
    assert [cells[f"demandes.{row}.deposees"].value for row in ("ouvriers", "employes", "cadres")] == [80, 3, 5]


def test_the_other_value_can_be_taken_instead(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    mine, theirs = signed_in("declarant-breton"), signed_in("declarant-breton")
    mine.get(url(number))
    theirs.get(url(number))
    theirs.submit("form#grille", {"ouvriers.deposees": "70"})
    mine.submit("form#grille", {"ouvriers.deposees": "80", "employes.deposees": "3"})
    assert mine.submit("form#grille", button="Reprendre 70").status_code == 303
    cells = stored(session, number)
    assert (cells["demandes.ouvriers.deposees"].value, cells["demandes.employes.deposees"].value) == (70, 3)


def test_two_people_on_different_cells_do_not_disturb_each_other(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    one, other = signed_in("declarant-breton"), signed_in("declarant-breton")
    one.get(url(number))
    other.get(url(number))
    assert one.submit("form#grille", {"ouvriers.deposees": "1"}).status_code == 303
    assert other.submit("form#grille", {"employes.deposees": "2"}).status_code == 303
    cells = stored(session, number)
    assert (cells["demandes.ouvriers.deposees"].value, cells["demandes.employes.deposees"].value) == (1, 2)


def test_a_fragment_shows_a_conflict_and_saves_the_other_cells(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    first = {"csrf_token": field(client, "csrf_token").get("value"), "ouvriers.deposees": "10", "ouvriers.deposees~": "0|"}
    client.post(url(number), data=first, headers=HTMX)
    both = first | {"ouvriers.deposees": "20", "cadres.deposees": "4", "cadres.deposees~": "0|"}
    response = client.post(url(number), data=both, headers=HTMX)
    assert response.status_code == 200  # what is refused by 4xx is rolled back: the other cell would be lost
    assert "a enregistré entre-temps : 10" in client.text()
    assert field(client, "ouvriers.deposees").get("value") == "20"
    assert {name: cell.value for name, cell in stored(session, number).items()} == {
        "demandes.ouvriers.deposees": 10,
        "demandes.cadres.deposees": 4,
    }
    client.post(url(number), data=first, headers=HTMX)  # the same value is no conflict
    assert "entre-temps" not in client.text()


@pytest.mark.parametrize("path", ["/cellules/ouvriers/rien", "/cellules/x/y", "/cellule?ligne=x&colonne=y", "/cellule"])
def test_a_cell_that_the_table_has_not_does_not_exist(signed_in: SignedIn, number: str, path: str) -> None:
    assert signed_in("declarant-breton").get(url(number) + path).status_code == 404


def test_a_computed_cell_cannot_be_forged_through_the_form(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    client.submit("form#grille", {"total.deposees": "9", "total.deposees~": "0|", "ouvriers.deposees": "1"})
    assert set(stored(session, number)) == {"demandes.ouvriers.deposees"}


@pytest.mark.parametrize("closing", ["submitted", "closed"])
def test_what_was_typed_is_still_shown_when_the_entry_closed_meanwhile(
    session: GuichetSession, signed_in: SignedIn, number: str, closing: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    file = session.scalars(select(Return).where(Return.number == number)).one()
    if closing == "submitted":
        file.state = ReturnState.SUBMITTED
    else:
        session.get_one(Campaign, file.campaign_id).state = CampaignState.CLOSED
    session.commit()
    response = client.submit("form#grille", {"ouvriers.deposees": "4242"})
    assert response.status_code == 409
    assert "n’accepte plus de saisie" in client.text()
    assert field(client, "ouvriers.deposees").get("value") == "4242"
    assert not stored(session, number)
    token = field(client, "csrf_token").get("value")
    data = {"csrf_token": token, "ouvriers.deposees": "4242", "ouvriers.deposees~": "0|"}
    assert client.post(url(number), data=data, headers=HTMX).status_code == 409
    assert "Non enregistré" in client.text()
    assert not stored(session, number)


def test_entry_waits_for_the_opening_day(
    session: GuichetSession, signed_in: SignedIn, number: str, clock: FrozenClock, opened: dict[str, int]
) -> None:
    session.get_one(Campaign, opened["ATPRO"]).opens_on = clock.now().date().replace(day=24)
    session.commit()
    client = signed_in("declarant-breton")
    client.get(url(number))
    assert not client.tree.cssselect("form#grille")


def test_a_table_page_needs_few_statements(signed_in: SignedIn, number_of: Numbers, database: Database, fill: Callable[..., None]) -> None:
    number = number_of("opco")
    fill(number)
    client = signed_in("declarante")
    client.get(url(number, "frais"))
    with statements(database.engine) as sent:
        assert client.get(url(number, "frais")).status_code == 200
    assert 0 < len(sent) <= 6, sent


def test_the_page_of_a_return_shows_how_far_it_and_each_section_are(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    client.submit("form#grille", {"ouvriers.deposees": "3"})
    client.get(f"/declarations/{number}")
    whole, *sections = client.tree.cssselect("progress")
    assert whole.get("value") == "1"
    assert sum(int(bar.get("value")) for bar in sections) == 1
    assert sum(int(bar.get("max")) for bar in sections) == int(whole.get("max"))


def test_a_table_leaves_as_csv_with_what_its_page_shows(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    client.submit("form#grille", {"ouvriers.deposees": "1\u202f200", "employes.deposees": "NC", "cadres.deposees": "=1+1"})
    client.get(url(number))
    address = client.tree.cssselect('main a[href$=".csv"]')[0].get("href")
    text = client.get(address).get_data(as_text=True)
    head, *rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    found = {row[0]: row[1] for row in rows}
    assert head[0] == "Ligne"
    # The total of what cannot be read is unknown; no text becomes a formula.
    assert sorted(text for text in found.values() if text) == ["'=1+1", "1200", "?", "NC"]
    assert signed_in("declarant-corse").get(address).status_code == 404
