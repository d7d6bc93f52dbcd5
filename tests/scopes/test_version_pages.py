"""Versions, differences, restoring and the life of lines through their real forms and links."""

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.scopes.models import Dossier
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.services import lines, versions

BASE = f"/portees/{NUMBER}"


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    """Two versions online, and a draft that adds, changes and removes."""
    file = make_file(session, people, clock)
    publish(session, people, clock)
    editor = people.actors["editrice"]
    lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrates (NO₃⁻)"))
    publish(session, people, clock)
    lines.save_line(session, editor, clock, NUMBER, 1, 2, cells("Nitrates (NO₃⁻) dissous"))
    lines.add_line(session, editor, clock, NUMBER, "2", cells("=Plomb"))
    lines.delete_line(session, editor, clock, NUMBER, 3, 1, "Arrêt")
    session.commit()
    return file


@pytest.fixture
def editor(file: Dossier, signed_in: SignedIn) -> CheckingClient:
    return signed_in("editrice")


def test_what_is_online_and_the_draft_are_said_together_with_every_version(editor: CheckingClient) -> None:
    editor.get(f"{BASE}/versions")
    assert "En ligne : v2 · brouillon : v3, 3 lignes : 1 ligne ajoutée, 1 ligne modifiée, 1 ligne supprimée depuis v2." in editor.text()
    assert [row.get("id") for row in editor.tree.cssselect("tr[id^=v]")] == ["v2", "v1"]
    assert "Editrice" in editor.text()


def test_a_draft_is_named_compared_and_deleted(editor: CheckingClient) -> None:
    editor.get(f"{BASE}/versions")
    assert editor.submit("form[action$=brouillons]", {"nom": "   "}).status_code == 422
    assert "Donnez un nom au brouillon." in editor.text()
    assert editor.submit("form[action$=brouillons]", {"nom": "Avant l’audit"}).status_code == 303
    editor.follow()
    name = editor.tree.cssselect("tr[id^=n] a")[0]
    assert name.text == "Avant l’audit"
    editor.get(name.get("href"))
    editor.get(editor.tree.cssselect("a[href*='..brouillon']")[0].get("href"))
    assert "Les deux disent la même chose, dans le même ordre." in editor.text()
    editor.get(name.get("href"))
    assert editor.submit("form[action$=suppression]").status_code == 303
    editor.follow()
    assert not editor.tree.cssselect("tr[id^=n]")


def test_the_page_of_a_named_draft_shows_its_lines_a_page_at_a_time_and_nothing_private(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    actor = people.actors["editrice"]
    for place in range(110):
        lines.add_line(session, actor, clock, NUMBER, "1", cells(f"Paramètre {place}") | {"note": "Secret"})
    named = versions.name_draft(session, actor, clock, NUMBER, "Longue").id
    session.commit()
    editor.get(f"{BASE}/versions/n{named}")
    shown = editor.tree.cssselect("#lignes tbody tr[id^=l]")
    assert len(shown) == 100
    assert "Nitrates" in shown[0].text_content()
    assert "Portée générale 1" in editor.tree.cssselect("#lignes tr.group")[0].text_content()
    editor.get(editor.tree.cssselect("nav.pages a[rel=next]")[0].get("href"))
    assert "Paramètre 109" in editor.text()
    assert "Secret" not in editor.text()
    assert not editor.tree.cssselect("#lignes input, #lignes textarea")
    editor.get(f"{BASE}/versions/n{named}?page=9")
    assert "Cette page ne contient pas de ligne." in editor.text()


def test_two_states_are_chosen_and_their_difference_is_shown_printed_and_taken_away(editor: CheckingClient) -> None:
    editor.get(f"{BASE}/versions")
    assert editor.submit("form[action$=comparaison]", {"de": "v1", "a": "brouillon"}).status_code == 303
    editor.follow()
    assert editor.last.request.path == f"{BASE}/versions/v1..brouillon"
    assert "1 ligne ajoutée, 1 ligne modifiée, 1 ligne supprimée, 1 inchangée." in editor.text()
    assert [node.text for node in editor.tree.cssselect("tbody ins")] == [" (NO₃⁻) dissous"]
    assert "Sulfates" in [node.text for node in editor.tree.cssselect("tbody del")]
    book_url = editor.tree.cssselect("a[href$='.xlsx']")[0].get("href")
    editor.get(editor.tree.cssselect("a[href*=impression]")[0].get("href"))
    assert "Sulfates" in editor.text()
    assert not editor.tree.cssselect("header, nav, form")
    book = CalamineWorkbook.from_filelike(io.BytesIO(editor.get(book_url).data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["Nature", "Ligne", "Portée générale", "Colonne", "Avant", "Après"]
    assert ["Modifiée", 1.0, "1", "Caractéristique ou grandeur mesurée", "Nitrates", "Nitrates (NO₃⁻) dissous"] in rows
    assert ["Ajoutée", 4.0, "2", "Caractéristique ou grandeur mesurée", "", "=Plomb"] in rows


@pytest.mark.parametrize("path", ["v1..v9", "v1..n1", "x..brouillon", "v1..", "v9", "brouillons", "v9/reprise", "brouillon/reprise"])
def test_a_state_that_does_not_exist_is_not_found(editor: CheckingClient, path: str) -> None:
    assert editor.get(f"{BASE}/versions/{path}").status_code == 404


def test_a_draft_is_given_up_after_seeing_what_goes_and_taken_back(editor: CheckingClient) -> None:
    editor.get(f"{BASE}/versions")
    editor.get(editor.tree.cssselect("a[href$=abandon]")[0].get("href"))
    assert "Le brouillon redevient ce qui est en ligne : v2" in editor.text()
    assert editor.submit("main form[method=post]").status_code == 303
    editor.follow()
    assert "en une seule étape" in editor.text()
    assert "En ligne : v2" in editor.text()
    assert "lignes changées" not in editor.text()
    assert editor.submit("form[action$=annulation]").status_code == 303
    editor.follow()
    assert "Brouillon : v3, 3 lignes changées" in editor.text()


def test_an_old_version_is_taken_up_again_unless_the_draft_moved_meanwhile(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    editor.get(f"{BASE}/versions/v1")
    editor.get(editor.tree.cssselect("a[href$=reprise]")[0].get("href"))
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Chlorates"))
    session.commit()
    assert editor.submit("main form[method=post]").status_code == 409
    assert "relisez ce qui changera" in editor.text()
    assert "Chlorates" in editor.text()
    assert editor.submit("main form[method=post]").status_code == 303
    editor.get(f"{BASE}/versions/v1..brouillon")
    assert "Les deux disent la même chose" in editor.text()


def test_a_version_gets_a_name_for_the_body_that_the_register_never_shows(editor: CheckingClient, signed_in: SignedIn) -> None:
    editor.get(f"{BASE}/versions/v2")
    assert editor.submit("form[action$=nom]", {"nom": "x" * 121}).status_code == 422
    assert "Raccourcissez le nom" in editor.text()
    assert editor.submit("form[action$=nom]", {"nom": "Renouvellement"}).status_code == 303
    editor.follow()
    assert editor.tree.cssselect("#nom")[0].get("value") == "Renouvellement"
    for url in (f"/registre/{NUMBER}/v/2", f"/registre/{NUMBER}/v/2.json", f"/registre/{NUMBER}"):
        assert "Renouvellement" not in editor.get(url).text
    officer = signed_in("chargee")
    officer.get(f"{BASE}/versions/v2")
    assert "Renouvellement" in officer.text()
    assert not officer.tree.cssselect("main form[method=post]")


def test_the_name_given_with_the_request_is_kept(editor: CheckingClient, session: GuichetSession) -> None:
    editor.get(f"{BASE}/publication")
    assert "1 ligne ajoutée, 1 ligne modifiée, 1 ligne supprimée, 1 inchangée." in editor.text()
    assert editor.submit("form#demande", {"nom": "Extension plomb"}).status_code == 303
    editor.get(f"{BASE}/versions")
    assert "v3 Extension plomb" in editor.text()
    assert "Demandée" in editor.text()


def test_the_page_of_a_line_tells_its_birth_its_changes_and_its_end(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    editor.get(f"{BASE}?ligne=1")
    editor.get(editor.tree.cssselect("a[href*='/lignes/'][href$=historique]")[0].get("href"))
    assert "Née de l’étape « Ajout » de Editrice," in editor.text()
    assert "première version : v1." in editor.text()
    assert [node.text for node in editor.tree.cssselect("tbody ins")][:2] == [" dissous", " (NO₃⁻)"]
    assert "pas encore" in editor.text()
    session.rollback()
    publish(session, people, clock)
    editor.sign_in("editrice")
    editor.get(f"{BASE}/lignes/3/historique")
    assert "N’est plus en ligne Absente du brouillon" in editor.text()
    assert "Arrêt" in editor.text()
    assert editor.get(f"{BASE}/lignes/99/historique").status_code == 404


def test_the_register_tells_since_when_and_until_when_a_line_was_in_force(
    client: CheckingClient, file: Dossier, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FX-8a: from published versions only
    client.get(f"/registre/{NUMBER}")
    client.get(client.tree.cssselect("tr#l1 td a")[0].get("href"))
    assert "Publiée pour la première fois avec la version 1, le 24 novembre 2026." in client.text()
    assert client.tree.cssselect("tbody ins")[0].text == " (NO₃⁻)"
    assert "dissous" not in client.text()
    assert client.get(f"/registre/{NUMBER}/lignes/4").status_code == 404
    publish(session, people, clock)
    client.get(f"/registre/{NUMBER}/lignes/3")
    assert "n’est plus en vigueur depuis le 26 novembre 2026" in client.text()


def test_anothers_versions_are_not_found(file: Dossier, signed_in: SignedIn) -> None:
    # FX-7b
    other = signed_in("autre-editeur")
    for path in ("versions", "versions/v1", "versions/v1..v2", "versions/v1/reprise", "abandon", "lignes/1/historique"):
        assert other.get(f"{BASE}/{path}").status_code == 404


def test_a_request_taken_back_in_two_tabs_is_taken_back_once_and_the_other_is_told(
    editor: CheckingClient, session: GuichetSession, clock: FrozenClock
) -> None:
    editor.get(f"{BASE}/publication")
    editor.submit("form#demande")
    editor.get(f"{BASE}/publication")
    other_tab = editor.last
    assert editor.submit("form[action$=retrait]").status_code == 303
    editor.last = other_tab
    assert editor.submit("form[action$=retrait]").status_code == 409
    assert "Aucune demande n’est en attente : la version est déjà en ligne, ou la demande a été retirée." in editor.text()


def test_a_request_is_taken_back_until_the_last_second_and_no_later(editor: CheckingClient, clock: FrozenClock) -> None:
    # FX-8a
    editor.get(f"{BASE}/publication")
    editor.submit("form#demande")
    midnight = effective_instant(clock.now())
    clock.set(midnight - timedelta(seconds=1))
    editor.sign_in("editrice")
    editor.get(f"{BASE}/publication")
    assert editor.submit("form[action$=retrait]").status_code == 303
    editor.get(f"{BASE}/publication")
    editor.submit("form#demande")
    editor.get(f"{BASE}/publication")
    clock.set(midnight)
    assert editor.submit("form[action$=retrait]").status_code == 409
    assert "la version est déjà en ligne" in editor.text()
    editor.get(f"/registre/{NUMBER}")
    assert "v3" in editor.text()
