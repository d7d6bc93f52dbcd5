"""The counter's pages through their real forms, with and without scripts."""

import pytest
from lxml import html as lxml_html
from sqlalchemy import inspect, select

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.client import CheckingClient
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.scopes.models import Dossier, DraftLine
from webapp.scopes.queries import draft_lines

HX = {"HX-Request": "true"}


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


@pytest.fixture
def editor(file: Dossier, signed_in: SignedIn) -> CheckingClient:
    return signed_in("editrice")


@pytest.fixture
def officer(file: Dossier, signed_in: SignedIn) -> CheckingClient:
    return signed_in("chargee")


def live(session: GuichetSession, file: Dossier) -> list[tuple[int, str]]:
    """Return the live lines as (number, second column); holds no lock afterwards."""
    identifier = inspect(file).identity[0]
    session.rollback()
    found = [(line.number, line.cells["caracteristique"]) for line in draft_lines(session, identifier)]
    session.rollback()
    return found


def asked(seen: list[str]) -> list[str]:
    """Leave out what PostgreSQL needs to know for whom the transaction works."""
    return [statement for statement in seen if "set_config" not in statement]


def csrf(client: CheckingClient) -> str:
    client.get("/portees")
    return str(client.tree.cssselect("input[name=csrf_token]")[0].get("value"))


def test_the_list_shows_each_file_with_its_two_facts(editor: CheckingClient) -> None:
    # FX-8b
    editor.get("/portees")
    assert "1-0042" in editor.text()
    assert "En cours" in editor.text()
    assert "Rien en ligne · Brouillon : v1, 3 lignes changées" in editor.text()


def test_a_line_is_edited_without_scripts_by_links_and_one_form(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    # P-4
    editor.get(f"/portees/{NUMBER}")
    link = next(node for node in editor.tree.cssselect("#l2 a") if node.text_content() == "Modifier")
    assert editor.get(link.get("href")).status_code == 303
    editor.follow()
    assert editor.tree.cssselect("#l2 [name=c-caracteristique]")[0].text == "Chlorures"
    response = editor.submit("form#fl2", {"c-caracteristique": "Bromures"}, "Enregistrer")
    assert response.status_code == 303
    assert response.headers["Location"].endswith(f"/portees/{NUMBER}#l2")
    editor.follow()
    assert "Ligne 2 enregistrée à 10:00." in editor.text()
    assert live(session, file)[1] == (2, "Bromures")


def test_with_scripts_the_row_that_comes_back_is_the_row_of_a_fresh_page(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}/lignes/2", headers=HX)
    response = editor.submit("form#fl2", {"c-caracteristique": "Bromures"}, "Enregistrer", headers=HX)
    assert response.status_code == 200
    assert "HX-Redirect" not in response.headers
    swapped = lxml_html.fromstring(response.text).cssselect("#l2")[0]
    bar = response.text
    editor.get(f"/portees/{NUMBER}")
    fresh = editor.tree.cssselect("#l2")[0]
    for node in (swapped, fresh):
        node.attrib.pop("class", None)
        for link in node.cssselect("a"):
            link.attrib.pop("autofocus", None)
        for told in node.cssselect("[data-saved]"):  # said once, of what was just done
            told.getparent().remove(told)
        node.tail = None
    assert lxml_html.tostring(swapped).split() == lxml_html.tostring(fresh).split()
    assert "Ligne 2 enregistrée à 10:00." in bar
    assert "Brouillon : v1, 3 lignes changées" in bar


def test_a_stale_save_shows_both_versions_and_keeps_what_was_typed(
    signed_in: SignedIn, file: Dossier, session: GuichetSession, editor: CheckingClient
) -> None:
    other = signed_in("editrice")
    other.get(f"/portees/{NUMBER}?ligne=1")
    editor.get(f"/portees/{NUMBER}?ligne=1")
    assert editor.submit("form#fl1", {"c-caracteristique": "Nitrites"}).status_code == 303
    assert other.submit("form#fl1", {"c-caracteristique": "Fluorures"}).status_code == 409
    assert "Ligne 1 modifiée entre-temps" in other.text()
    assert other.tree.cssselect("#l1 [name=c-caracteristique]")[0].text == "Fluorures"
    assert "Nitrites" in other.tree.cssselect("#l1")[0].text_content()
    assert "Nitrates" in other.tree.cssselect("#l1")[0].text_content()
    assert live(session, file)[0] == (1, "Nitrites")
    assert other.submit("form#fl1", button="Enregistrer ces choix").status_code == 303
    assert live(session, file)[0] == (1, "Fluorures")


def test_a_stale_save_as_a_fragment_replaces_its_row(editor: CheckingClient, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}/lignes/1", headers=HX)
    form = editor.last
    editor.submit("form#fl1", {"c-caracteristique": "Nitrites"}, headers=HX)
    editor.last = form
    response = editor.submit("form#fl1", {"c-caracteristique": "Fluorures"}, headers=HX)
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#l1"
    assert editor.tree.cssselect("[name=c-caracteristique]")[0].text == "Fluorures"


@pytest.mark.parametrize("headers", [{}, HX])
def test_a_line_hung_elsewhere_meanwhile_is_not_hung_back_by_a_save_that_is_about_its_cells(
    signed_in: SignedIn, file: Dossier, session: GuichetSession, editor: CheckingClient, headers: dict[str, str]
) -> None:
    other = signed_in("editrice")
    other.get(f"/portees/{NUMBER}?ligne=1")
    editor.get(f"/portees/{NUMBER}?ligne=1")
    assert editor.submit("form#fl1", {"rattachement": "2"}).status_code == 303
    assert other.submit("form#fl1", {"c-caracteristique": "Fluorures"}, headers=headers).status_code == 409
    assert "Brouillon : v1" in other.text()
    assert other.tree.xpath("string(//select[@name='rattachement']/option[@selected]/@value)") == "2"
    assert "Repris de" in other.text()
    assert other.submit("form#fl1", button="Enregistrer ces choix").status_code == 303
    session.rollback()
    line = next(row for row in draft_lines(session, file.id) if row.number == 1)
    assert (line.general, line.cells["caracteristique"]) == ("2", "Fluorures")


def test_a_line_deleted_meanwhile_can_be_added_again_with_what_was_typed(
    signed_in: SignedIn, editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=3")
    other = signed_in("editrice")
    other.get(f"/portees/{NUMBER}?ligne=3")
    assert other.submit("form#fl3", button="Supprimer").status_code == 303
    other.follow()
    assert "Ligne 3 supprimée." in other.text()
    response = editor.submit("form#fl3", {"c-caracteristique": "Fluorures"}, headers=HX)
    assert response.status_code == 409
    assert "a supprimé cette ligne" in editor.text()
    assert editor.submit("form#fl3", button="L’ajouter de nouveau").status_code == 303
    assert live(session, file) == [(1, "Nitrates"), (2, "Chlorures"), (4, "Fluorures")]


@pytest.mark.parametrize("headers", [{}, HX])
def test_a_double_click_on_add_makes_one_line(
    editor: CheckingClient, session: GuichetSession, file: Dossier, headers: dict[str, str]
) -> None:
    editor.get(f"/portees/{NUMBER}?ajouter=1&apres=1")
    form = editor.last
    group = editor.tree.cssselect("form[id^=fn]")[0].get("id")
    for _ in range(2):
        editor.last = form
        response = editor.submit(f"form#{group}", {f"c-{key}": value for key, value in cells("Bromures").items()}, headers=headers)
        assert response.status_code in {200, 204, 303}
    assert live(session, file) == [(1, "Nitrates"), (4, "Bromures"), (2, "Chlorures"), (3, "Sulfates")]


def test_adding_as_a_fragment_gives_the_row_and_a_fresh_form_for_the_next(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    editor.get(f"/portees/{NUMBER}/lignes?generale=1&apres=3", headers=HX)
    group = editor.tree.cssselect("form[id^=fn]")[0].get("id") if editor.tree.tag != "form" else editor.tree.get("id")
    for name in ("Bromures", "Fluorures"):
        response = editor.submit(f"form#{group}", {f"c-{key}": value for key, value in cells(name).items()}, headers=HX)
        assert response.status_code == 200
        assert name in response.text
        assert "Ligne" in response.text
    assert [name for _, name in live(session, file)] == ["Nitrates", "Chlorures", "Sulfates", "Bromures", "Fluorures"]


def test_a_copy_is_ready_to_be_changed(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=1")
    assert editor.submit("form#fl1", button="Dupliquer").status_code == 303
    editor.follow()
    assert editor.tree.cssselect("#l4 textarea")
    assert "Identique à la ligne 1." in editor.get(f"/portees/{NUMBER}").text


def test_a_copy_takes_what_is_typed_and_so_does_its_line(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=1")
    assert editor.submit("form#fl1", {"c-caracteristique": "Zinc"}, button="Dupliquer").status_code == 303
    assert live(session, file) == [(1, "Zinc"), (4, "Zinc"), (2, "Chlorures"), (3, "Sulfates")]
    # What cannot be written is shown again, beside its cell, and nothing is copied.
    editor.get(f"/portees/{NUMBER}?ligne=2")
    typed = {"c-caracteristique": "x" * 2001, "c-principe": "ICP-MS"}
    assert editor.submit("form#fl2", typed, button="Dupliquer").status_code == 422
    assert editor.tree.get_element_by_id("l2-principe").text == "ICP-MS"
    assert editor.tree.cssselect("#l2-caracteristique[aria-invalid=true]")
    # A line saved by somebody else meanwhile is settled before it is copied.
    editor.get(f"/portees/{NUMBER}?ligne=2")
    stale = editor.submit("form#fl2", {"c-caracteristique": "Fer", "version": "0"}, button="Dupliquer")
    assert stale.status_code == 409
    assert len(live(session, file)) == 4


def test_moving_and_undoing_work_without_scripts(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=3")
    assert editor.submit("form#fl3", button="Monter").status_code == 303
    assert [number for number, _ in live(session, file)] == [1, 3, 2]
    editor.follow()
    assert editor.submit("form[action$=annulation]").status_code == 303
    assert [number for number, _ in live(session, file)] == [1, 2, 3]
    editor.follow()
    assert "Dernière modification annulée (ligne 3)." in editor.text()


def test_the_buttons_name_the_step_however_often_it_was_undone_and_done_again(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=3")
    editor.submit("form#fl3", button="Monter")
    editor.follow()
    named = "Déplacement, ligne 3"
    for _ in range(3):
        assert editor.tree.cssselect("form[action$=annulation] button")[0].text_content() == f"Annuler : {named}"
        editor.submit("form[action$=annulation]")
        editor.follow()
        assert editor.tree.cssselect("form[action$=retablissement] button")[0].text_content() == f"Rétablir : {named}"
        editor.submit("form[action$=retablissement]")
        editor.follow()


def test_several_steps_are_taken_back_at_once_as_far_as_there_are_any(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    for name in ("Fer", "Zinc", "Plomb"):
        editor.get(f"/portees/{NUMBER}?ligne=1")
        editor.submit("form#fl1", {"c-caracteristique": name})
    editor.get(f"/portees/{NUMBER}")
    token = csrf(editor)
    editor.post(f"/portees/{NUMBER}/annulation", data={"csrf_token": token, "fois": "2"})
    assert live(session, file)[0] == (1, "Fer")
    editor.follow()
    assert "2 modifications annulées" in editor.text()
    editor.post(f"/portees/{NUMBER}/retablissement", data={"csrf_token": token, "fois": "9"})
    assert live(session, file)[0] == (1, "Plomb")
    editor.post(f"/portees/{NUMBER}/annulation", data={"csrf_token": token, "fois": "-3 ou x"})
    assert live(session, file)[0] == (1, "Zinc")


def test_an_empty_line_is_refused_beside_its_cell_with_a_summary(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    empty = {f"c-{key}": "" for key in cells("")}
    assert editor.submit("form#fl2", empty).status_code == 422
    assert "Remplissez au moins une case de la ligne." in editor.text()
    assert editor.tree.cssselect("#l2 [aria-invalid=true]")
    link = editor.tree.cssselect("#erreurs a")[0].get("href")
    assert editor.tree.cssselect(link)


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "' OR 1=1 --", "\x00\x08Plomb", "{{ 7*7 }}", "‮Plomb", "x" * 2000])
def test_hostile_text_is_shown_as_text(editor: CheckingClient, session: GuichetSession, file: Dossier, hostile: str) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    assert editor.submit("form#fl2", {"c-caracteristique": hostile}).status_code == 303
    editor.follow()
    assert not editor.tree.cssselect("main script")
    assert "49" not in editor.tree.cssselect("#l2")[0].text_content()


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30, "1e3", "²"])
def test_a_forged_version_is_a_conflict_not_a_failure(editor: CheckingClient, version: str) -> None:
    data = {"csrf_token": csrf(editor), "version": version, "c-objet": "Autre"}
    assert editor.post(f"/portees/{NUMBER}/lignes/1", data=data).status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        f"/portees/{NUMBER}",
        f"/portees/{NUMBER}?ligne=1",
        f"/portees/{NUMBER}/lignes/1",
        f"/portees/{NUMBER}/publication",
        f"/portees/{NUMBER}/portee-generale",
        f"/portees/{NUMBER}/decisions",
    ],
)
def test_anothers_file_is_not_found_whatever_the_address(signed_in: SignedIn, file: Dossier, path: str) -> None:
    # FX-7b
    other = signed_in("autre-editeur")
    assert other.get(path).status_code == 404
    assert other.get(path, headers=HX).status_code == 404
    assert "Vauban" not in other.last.text


@pytest.mark.parametrize(
    "path", ["lignes/1", "lignes", "lignes/1/copie", "lignes/1/suppression", "lignes/1/deplacement", "annulation", "publication"]
)
def test_anothers_file_cannot_be_written(signed_in: SignedIn, file: Dossier, session: GuichetSession, path: str) -> None:
    # FX-7b, FL-7.1
    other = signed_in("autre-editeur")
    data = {"csrf_token": csrf(other), "version": "1", "generale": "1", "c-objet": "Pris", "sens": "haut"}
    assert other.post(f"/portees/{NUMBER}/{path}", data=data).status_code == 404
    assert live(session, file) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]


def test_an_officer_reads_the_draft_and_cannot_change_it(officer: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    officer.get(f"/portees/{NUMBER}")
    assert "Nitrates" in officer.text()
    assert not officer.tree.cssselect("#lignes form, #lignes a")
    data = {"csrf_token": csrf(officer), "version": "1", "c-objet": "Pris"}
    assert officer.post(f"/portees/{NUMBER}/lignes/1", data=data).status_code == 403


def test_the_control_lists_what_is_wrong_with_a_link_to_each_line(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-reference": "Méthode interne MO-17", "c-principe": ""})
    editor.get(f"/portees/{NUMBER}/publication")
    assert "2 à corriger avant la demande." in editor.text()
    assert "Principe de la méthode : Renseignez « Principe de la méthode »." in editor.text()
    own = "FLEX1 : méthode interne MO-17 est une méthode propre à l’organisme ; il faut FLEX3 ou une extension."
    assert f"Référence de la méthode : {own}" in editor.text()
    assert not editor.tree.cssselect("form#demande")
    editor.get(editor.tree.cssselect("#constats a")[0].get("href"))
    editor.follow()
    assert editor.tree.cssselect("#l2 textarea")
    editor.get(f"/portees/{NUMBER}/publication")
    for link in editor.tree.cssselect("#constats ul a"):
        where, anchor = link.get("href").split("#")
        editor.get(where)
        assert editor.last.headers["Location"].endswith(f"#{anchor}")
        editor.follow()
        assert editor.tree.cssselect(f"textarea#{anchor}")
        editor.get(f"/portees/{NUMBER}")
        assert editor.tree.cssselect(f"td#{anchor}")


def test_the_verdict_says_why_a_changed_line_may_be_published(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-1
    publish(session, people, clock)
    editor = signed_in("editrice")
    editor.get(f"/portees/{NUMBER}?ligne=2")
    assert "FLEX1 : NF EN ISO 10304-1, méthode reconnue dans cette portée." in editor.tree.cssselect("#l2")[0].text_content()
    editor.submit("form#fl2", {"c-reference": "NF EN ISO 10304-1:2021 et NF EN ISO 15586:2004"})
    editor.follow()
    told = editor.tree.cssselect("#l2-reference")[0].text_content()
    assert "FLEX1 : NF EN ISO 15586:2004 n’est pas une révision d’une méthode reconnue ; il faut FLEX2 ou une extension." in told
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-principe": "Chromatographie", "c-reference": "NF EN ISO 10304-1:2021"})
    editor.follow()
    assert "FLEX1 : NF EN ISO 10304-1:2021, méthode reconnue dans cette portée." in editor.tree.cssselect("#l2")[0].text_content()


def test_private_cells_are_saved_and_never_published(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-1
    publish(session, people, clock)
    editor = signed_in("editrice")
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-note": "Appeler Mme Prévert", "c-preuve": "DV-2026-014", "c-preuve_date": "3/2/2026"})
    editor.follow()
    assert "ligne changée" not in editor.text()
    editor.get(f"/portees/{NUMBER}?ligne=2")
    fields = {key: editor.tree.cssselect(f"#l2-{key}")[0].text_content() for key in ("note", "preuve", "preuve_date")}
    assert fields == {"note": "Appeler Mme Prévert", "preuve": "DV-2026-014", "preuve_date": "2026-02-03"}
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-reference": "NF EN ISO 10304-1:2021"})
    editor.get(f"/portees/{NUMBER}/publication")
    assert "Prévert" not in editor.text()
    publish(session, people, clock)
    reader = signed_in("editrice")
    for where in (f"/registre/{NUMBER}", f"/registre/{NUMBER}/v/2.json", f"/registre/{NUMBER}?q=prevert", f"/registre/{NUMBER}?q=DV-2026"):
        answer = reader.get(where)
        assert b"10304-1:2021" in answer.data or "q=" in where
        assert "Prévert" not in answer.get_data(as_text=True)
        assert "DV-2026-014" not in answer.get_data(as_text=True)


def test_a_publication_is_asked_for_seen_and_taken_back(editor: CheckingClient) -> None:
    # FX-8a, P-3
    editor.get(f"/portees/{NUMBER}/publication")
    assert "mardi 24 novembre 2026 à 0 h 00" in editor.text()
    assert editor.submit("form#demande").status_code == 303
    editor.follow()
    assert "Publication de la version 1 demandée" in editor.text()
    editor.get("/portees")
    assert "v1 demandée, en ligne mardi 24 novembre 2026 à 0 h 00" in editor.text()
    editor.get(f"/portees/{NUMBER}")
    assert not editor.tree.cssselect("#lignes a")
    editor.get(f"/portees/{NUMBER}/publication")
    assert editor.submit("form[action$=retrait]").status_code == 303
    editor.follow()
    assert "La demande de publication est retirée." in editor.text()


def test_confirming_twice_asks_once(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}/publication")
    form = editor.last
    assert editor.submit("form#demande").status_code == 303
    editor.last = form
    assert editor.submit("form#demande").status_code == 303
    editor.get("/portees")
    assert "v1 demandée" in editor.text()


def test_what_changes_online_is_told_before_it_is_asked_for(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    editor.sign_in("editrice")
    editor.get(f"/portees/{NUMBER}?ligne=1")
    editor.submit("form#fl1", {"c-caracteristique": "Nitrites"})
    editor.get(f"/portees/{NUMBER}?ligne=3")
    editor.submit("form#fl3", button="Supprimer")
    editor.get(f"/portees/{NUMBER}/publication")
    assert "1 ligne modifiée, 1 ligne supprimée, 1 inchangée." in editor.text()
    assert [node.text for node in editor.tree.cssselect("#differences del, #differences ins")][:2] == ["Nitrates", "Nitrites"]
    assert "En ligne : v1" in editor.text()
    assert "Brouillon : v2, 2 lignes changées" in editor.text()


def test_a_draft_changed_in_another_tab_is_not_published_unread(
    signed_in: SignedIn, editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    editor.get(f"/portees/{NUMBER}/publication")
    other = signed_in("editrice")
    other.get(f"/portees/{NUMBER}?ligne=1")
    other.submit("form#fl1", {"c-caracteristique": "Nitrites"})
    assert editor.submit("form#demande").status_code == 409
    assert "Le brouillon a changé depuis votre relecture" in editor.text()
    assert editor.submit("form#demande").status_code == 303


def test_an_officer_opens_a_file_and_its_body_finds_it(officer: CheckingClient, signed_in: SignedIn, people: People) -> None:
    officer.get("/portees/nouveau")
    values = {
        "number": "8-1234",
        "organisation": str(people.organisations["autre-laboratoire"].id),
        "activity": "biologie",
        "lines-0-code": "1",
        "lines-0-title": "Biochimie générale",
        "lines-0-flexibility": "FLEX1",
    }
    form = officer.last
    assert officer.submit("main form[method=post]", values).status_code == 422
    assert "Choisissez une flexibilité de cette activité." in officer.text()
    assert officer.tree.cssselect("#lines-0-title")[0].get("value") == "Biochimie générale"
    for _ in range(2):
        officer.last = form
        assert officer.submit("main form[method=post]", values | {"lines-0-flexibility": "A"}).status_code == 303
    body = signed_in("autre-editeur")
    body.get("/portees")
    assert "8-1234" in body.text()
    assert "À définir" in body.text()
    body.get("/portees/8-1234")
    assert "Nature de l’échantillon biologique" in body.text()
    body.get("/portees/8-1234?ajouter=1")
    assert body.tree.cssselect("textarea[name=c-examen]")


def test_an_officer_records_a_decision_and_the_body_is_told(
    officer: CheckingClient, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8c
    publish(session, people, clock)
    officer.sign_in("chargee")
    officer.get(f"/portees/{NUMBER}/decisions")
    values = {"kind": "suspension", "general": "2", "decided_on": "2026-11-20", "reference": "D-2026-17", "reason": "Écart critique."}
    assert officer.submit("main form.prose", values | {"decided_on": "2027-01-01"}).status_code == 422
    assert "ne peut pas être à venir" in officer.text()
    assert officer.submit("main form.prose", values).status_code == 303
    officer.follow()
    assert "Décision D-2026-17 enregistrée." in officer.text()
    body = signed_in("editrice")
    body.get(f"/portees/{NUMBER}")
    assert "elle n’est plus qu’une archive" in body.text()
    assert "v1 retirée du registre" in body.text()
    body.get(f"/portees/{NUMBER}/decisions")
    assert "Écart critique." in body.text()
    assert not body.tree.cssselect("main form[method=post]")


def test_an_editor_cannot_write_the_general_scope_or_decide(editor: CheckingClient) -> None:
    token = csrf(editor)
    line = {"csrf_token": token, "code": "9", "title": "Air", "flexibility": "FLEX3"}
    assert editor.post(f"/portees/{NUMBER}/portee-generale", data=line).status_code == 403
    decision = {"csrf_token": token, "kind": "termination", "general": "1", "decided_on": "2026-11-20", "reference": "x", "reason": "x"}
    assert editor.post(f"/portees/{NUMBER}/decisions", data=decision).status_code == 403
    assert editor.get("/portees/nouveau").status_code == 403


def test_an_officer_corrects_the_general_scope(officer: CheckingClient) -> None:
    officer.get(f"/portees/{NUMBER}/portee-generale")
    assert officer.submit("form#ligne", {"code": "4", "title": "Boues", "flexibility": "FLEX2"}).status_code == 303
    officer.follow()
    assert "Boues" in officer.text()
    officer.get(f"/portees/{NUMBER}/portee-generale?ligne=4")
    assert officer.submit("form#ligne", {"title": "Boues de station"}).status_code == 303
    officer.follow()
    assert "Boues de station" in officer.text()
    assert officer.submit("form#ligne", {"code": "4", "title": "Encore", "flexibility": "FLEX2"}).status_code == 422
    assert "Ce repère est déjà pris." in officer.text()


def test_a_page_of_a_thousand_lines_takes_six_statements(
    database: Database, signed_in: SignedIn, session: GuichetSession, file: Dossier
) -> None:
    template = session.scalars(select(DraftLine).where(DraftLine.number == 1)).one()
    for number in range(4, 1001):
        session.add(
            DraftLine(
                organisation_id=file.organisation_id,
                dossier_id=file.id,
                general_line_id=template.general_line_id,
                number=number,
                cells=cells(f"Paramètre {number}"),
                rank=number * 1024,
                version=1,
                deleted=False,
                digest=f"{number}",
                duplicate_key=f"{number}",
                search_text=f"parametre {number}",
                updated_at=template.updated_at,
            )
        )
    session.commit()
    client = signed_in("editrice")
    client.get("/portees")  # the session notes once that the terms are accepted
    with statements(database.engine) as seen:
        client.get(f"/portees/{NUMBER}?page=2")
    assert "101 à 200 sur 1 000" in client.text()
    assert len(asked(seen)) <= 6, "\n".join(seen)
    with statements(database.engine) as seen:
        client.get("/portees")
    assert len(asked(seen)) <= 6, "\n".join(seen)
    client.get(f"/portees/{NUMBER}/lignes/950")
    assert "page=10" in client.last.headers["Location"]
    client.follow()
    assert client.tree.cssselect("#l950 input")


def test_a_filter_finds_lines_whatever_the_accents(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}?q=SULFATÉS")
    assert "Sulfates" in editor.text()
    assert "Nitrates" not in editor.tree.cssselect("#lignes")[0].text_content()
    editor.get(f"/portees/{NUMBER}?q=absent")
    assert "Aucune ligne ne répond à ce filtre." in editor.text()


def test_a_wrong_line_is_reported_with_its_exact_place(editor: CheckingClient) -> None:
    # FX-8d
    editor.get(f"/portees/{NUMBER}?ligne=2")
    link = next(node for node in editor.tree.cssselect("#l2 a") if node.text_content() == "Signaler une erreur")
    editor.get(link.get("href"))
    assert editor.tree.cssselect("[name=location]")[0].get("value") == "Dossier 1-0042, ligne 2"


def test_a_line_is_hung_on_another_general_line_from_its_own_fields(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-9
    publish(session, people, clock)
    editor.sign_in("editrice")
    editor.get(f"/portees/{NUMBER}?ligne=2")
    offered = [option.get("value") for option in editor.tree.cssselect("#l2-generale option")]
    assert offered == ["1", "2", "3"]
    assert editor.submit("form#fl2", {"rattachement": "2"}).status_code == 303
    editor.follow()
    groups = [(node.get("id"), [row.get("id") for row in node.cssselect("tr[id^=l]")]) for node in editor.tree.cssselect("#lignes tbody")]
    assert [rows for _, rows in groups] == [["l1", "l3"], ["l2"], []]
    editor.get(f"/portees/{NUMBER}/publication")
    assert "1 ligne modifiée" in editor.text()
    assert "Rattachée ailleurs 1 → 2" in editor.text()
    editor.get(f"/portees/{NUMBER}")
    assert editor.submit("form[action$=annulation]").status_code == 303
    assert live(session, file) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]


def test_a_line_that_leaves_its_group_with_scripts_loads_the_page_where_it_went(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}/lignes/2", headers=HX)
    response = editor.submit("form#fl2", {"rattachement": "2"}, headers=HX)
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].endswith(f"/portees/{NUMBER}#l2")


@pytest.mark.parametrize("forged", ["99", "", "1\x00", "<script>"])
def test_a_forged_general_line_is_refused_beside_its_field(editor: CheckingClient, forged: str) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    assert editor.submit("form#fl2", {"rattachement": forged, "c-caracteristique": "Bromures"}).status_code == 422
    assert "Choisissez une ligne de la portée générale de ce dossier." in editor.text()
    assert editor.tree.cssselect(editor.tree.cssselect("#erreurs a")[0].get("href"))
    assert editor.tree.cssselect("#l2 [name=c-caracteristique]")[0].text == "Bromures"


def test_editing_without_scripts_keeps_the_filter_until_the_end(editor: CheckingClient) -> None:
    # P-4
    editor.get(f"/portees/{NUMBER}?generale=1&q=eaux")
    editor.get(editor.tree.cssselect("#m2")[0].get("href"))
    assert editor.last.headers["Location"] == f"/portees/{NUMBER}?generale=1&q=eaux&ligne=2#l2"
    editor.follow()
    editor.get(editor.tree.cssselect("#l2 a.back")[0].get("href"))
    assert editor.last.headers["Location"] == f"/portees/{NUMBER}?generale=1&q=eaux#l2"
    editor.get(f"/portees/{NUMBER}?generale=1&q=eaux&ligne=2")
    editor.submit("form#fl2", {"c-caracteristique": "Bromures"})
    assert editor.last.headers["Location"] == f"/portees/{NUMBER}?generale=1&q=eaux#l2"


def test_an_officer_lists_granted_methods_sees_how_they_are_read_and_the_body_sees_them(signed_in: SignedIn, file: Dossier) -> None:
    # FX-1
    officer = signed_in("chargee")
    officer.get(f"/portees/{NUMBER}/portee-generale?ligne=1")
    typed = "NF EN ISO 10304-1 (juillet 2009)\nMéthode interne MO-3\nn’importe quoi"
    assert officer.submit("form#ligne", {"methods": typed}, button="Relire les méthodes").status_code == 200
    read = [item.text_content().strip() for item in officer.tree.cssselect("#apercu li")]
    assert read == ["NF EN ISO 10304-1:2009", "méthode interne MO-3 propre à l’organisme", "n'importe quoi non comprise"]
    assert officer.tree.cssselect("#methods")[0].text_content().strip() == typed
    assert officer.submit("form#ligne", {"methods": typed}).status_code == 303
    editor = signed_in("editrice")
    editor.get(f"/portees/{NUMBER}/portee-generale")
    assert "NF EN ISO 10304-1:2009 ; méthode interne MO-3 ; n'importe quoi" in editor.text()
    assert "celles de la version en ligne" in editor.text()
