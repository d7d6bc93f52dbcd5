"""Several lines at once, find and replace, and the history of steps, through their real forms."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.scopes.models import Dossier, ScopeStep
from webapp.scopes.queries import draft_lines
from webapp.scopes.services import lines
from webapp.scopes.services.presence import forget_presence

CHOICE, REPLACE, HISTORY = f"/portees/{NUMBER}/choix", f"/portees/{NUMBER}/remplacer", f"/portees/{NUMBER}/historique"


#: The acts, as the page of the ticked lines offers them.
PLACES = ["Recopier", "Déplacer", "Dupliquer", "Supprimer"]


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


@pytest.fixture
def editor(file: Dossier, signed_in: SignedIn) -> CheckingClient:
    return signed_in("editrice")


def live(session: GuichetSession, file: Dossier, key: str = "caracteristique") -> list[tuple[int, str, str]]:
    """Return the live lines as (number, general line, one column); holds no lock afterwards."""
    identifier = inspect(file).identity[0]
    session.rollback()
    found = [(line.number, line.general, line.cells[key]) for line in draft_lines(session, identifier)]
    session.rollback()
    return found


def steps(session: GuichetSession) -> int:
    session.rollback()
    count = len(session.scalars(select(ScopeStep.id).order_by(ScopeStep.id)).all())
    session.rollback()
    return count


def change(session: GuichetSession, people: People, clock: FrozenClock, line: int, name: str, version: int = 1) -> None:
    """Somebody else changes a line."""
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, line, version, cells(name))
    session.commit()


def act(client: CheckingClient, chosen: str, button: str, values: dict[str, object] | None = None) -> int:
    """Tick lines, press a button of the page that follows, and return the status of the answer."""
    client.get(f"{CHOICE}?{chosen}")
    place = PLACES.index(button) + 1
    return client.submit(f".cards form.box:nth-child({place})", values, button).status_code


def test_the_page_of_ticked_lines_says_where_the_file_stands(editor: CheckingClient) -> None:
    editor.get(f"{CHOICE}?l=1.1")
    assert editor.tree.cssselect(".tabs [aria-current=page]")[0].text == "Lignes"
    assert "Rien en ligne" in editor.tree.get_element_by_id("etat").text_content()


def test_the_first_ticked_line_is_filled_into_the_others_in_one_step(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    before = steps(session)
    assert act(editor, "l=1.1&l=3.1", "Recopier", {"colonnes": ["caracteristique"]}) == 303
    assert [text for _, _, text in live(session, file)] == ["Nitrates", "Chlorures", "Nitrates"]
    assert steps(session) == before + 1
    editor.follow()
    assert "1 ligne recopiée." in editor.text()
    assert "Annuler : Recopie, ligne 3" in editor.text()


def test_lines_are_copied_below_themselves_and_hung_elsewhere(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    assert act(editor, "l=1.1&l=2.1", "Dupliquer") == 303
    assert [text for _, _, text in live(session, file)] == ["Nitrates", "Nitrates", "Chlorures", "Chlorures", "Sulfates"]
    assert act(editor, "l=4.1&l=5.1", "Déplacer", {"generale_cible": "2"}) == 303
    assert [(number, code) for number, code, _ in live(session, file)] == [(1, "1"), (2, "1"), (3, "1"), (4, "2"), (5, "2")]


def test_lines_are_deleted_with_a_reason_that_the_history_keeps(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    assert act(editor, "l=1.1&l=2.1", "Supprimer", {"motif": "Méthode abandonnée"}) == 303
    assert [number for number, _, _ in live(session, file)] == [3]
    editor.get(HISTORY)
    assert "Suppression, 2 lignes" in editor.text()
    assert "Méthode abandonnée" in editor.text()


@pytest.mark.parametrize("button", PLACES)
def test_a_line_changed_meanwhile_holds_the_whole_step_back(
    editor: CheckingClient, session: GuichetSession, file: Dossier, people: People, clock: FrozenClock, button: str
) -> None:
    change(session, people, clock, 2, "Bromures")
    seen = live(session, file)
    assert act_stale(editor, button) == 409
    assert live(session, file) == seen
    assert "des lignes ont changé depuis que vous les avez lues" in editor.text()
    assert "Chlorures → Bromures" in editor.text()
    values = {"generale_cible": "2", "colonnes": ["objet"]}
    place = PLACES.index(button) + 1
    assert editor.submit(f".cards form.box:nth-child({place})", values, button).status_code == 303  # seen, and done again


def act_stale(client: CheckingClient, button: str) -> int:
    """Send the act with the versions of a page that was read before."""
    client.get(f"{CHOICE}?l=1.1&l=2.2")
    values = {"l": ["1.1", "2.1"], "generale_cible": "2", "colonnes": ["caracteristique"]}
    place = PLACES.index(button) + 1
    return client.submit(f".cards form.box:nth-child({place})", values, button).status_code


def test_a_double_click_copies_once(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"{CHOICE}?l=1.1")
    page = editor.last
    for _ in range(2):
        editor.last = page
        assert editor.submit(".cards form.box:nth-child(3)", button="Dupliquer").status_code == 303
    assert len(live(session, file)) == 4


@pytest.mark.parametrize(
    ("chosen", "button", "values", "told"),
    [
        ("l=1.1", "Recopier", {"colonnes": ["objet"]}, "Cochez au moins deux lignes"),
        ("l=1.1&l=2.1", "Recopier", {}, "Choisissez au moins une colonne à recopier."),
        ("l=1.1&l=2.1", "Recopier", {"colonnes": ["inconnue"]}, "Choisissez au moins une colonne à recopier."),
        ("l=1.1&l=2.1", "Déplacer", {"generale_cible": "99"}, "Choisissez une ligne de la portée générale de ce dossier."),
        ("l=1.1", "Supprimer", {"geste": "inventé"}, "Choisissez ce qu’il faut faire des lignes."),
        ("l=1.1", "Dupliquer", {"l": None}, "Cochez au moins une ligne."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_done(
    editor: CheckingClient, session: GuichetSession, file: Dossier, chosen: str, button: str, values: dict[str, object], told: str
) -> None:
    seen = live(session, file)
    assert act(editor, chosen, button, values) == 422
    assert told in editor.text()
    assert live(session, file) == seen


@pytest.mark.parametrize("forged", ["l=99.1", "l=-1.1", "l=1", "l=1.x", "l=²", "l=" + "9" * 40 + ".1", "l=%00", ""])
def test_forged_lines_are_no_lines(editor: CheckingClient, forged: str) -> None:
    assert editor.get(f"{CHOICE}?{forged}").status_code in {200, 303}
    assert not editor.last.data or "Nitrates" not in editor.text()


@pytest.mark.parametrize("path", ["choix?l=1.1", "remplacer", "historique", "historique/1"])
def test_anothers_file_is_not_found(signed_in: SignedIn, file: Dossier, path: str) -> None:
    # FX-7b
    assert signed_in("autre-editeur").get(f"/portees/{NUMBER}/{path}").status_code == 404


def test_a_step_of_another_file_is_not_found(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    # FX-7b, FL-7.1
    make_file(session, people, clock, number="1-0043", organisation="autre-laboratoire")
    theirs = session.scalars(select(ScopeStep.id).order_by(ScopeStep.id.desc()).limit(1)).one()
    session.rollback()
    assert editor.get(f"{HISTORY}/{theirs}").status_code == 404
    editor.get(HISTORY)
    token = editor.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert editor.post(f"{HISTORY}/{theirs}/annulation", data={"csrf_token": token}).status_code == 404


def preview(client: CheckingClient, **values: object) -> CheckingClient:
    client.get(REPLACE)
    client.submit("form.box.prose", values)
    return client


def test_the_preview_shows_each_cell_and_replaces_the_ticked_ones_in_one_step(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    before = steps(session)
    preview(editor, cherche="eaux DOUCES", par="Eaux de surface", colonnes=["objet"])
    assert "3 cases à remplacer" in editor.text()
    assert editor.tree.cssselect("del")[0].text == "Eaux douces"
    assert editor.tree.cssselect("ins")[0].text == "Eaux de surface"
    assert editor.submit("form[method=post].box", {"c": ["1.1.objet", "3.1.objet"]}).status_code == 303
    assert [text for _, _, text in live(session, file, "objet")] == ["Eaux de surface", "Eaux douces", "Eaux de surface"]
    assert steps(session) == before + 1
    editor.follow()
    assert "2 lignes changées par le remplacement." in editor.text()
    editor.submit("form[action$=annulation]")
    assert {text for _, _, text in live(session, file, "objet")} == {"Eaux douces"}


def test_only_the_lines_of_the_filter_are_searched(editor: CheckingClient) -> None:
    editor.get(f"{REPLACE}?q=sulfates")
    editor.submit("form.box.prose", {"cherche": "Eaux", "par": "Boues"})
    assert "1 case à remplacer" in editor.text()
    assert "Seules les lignes du filtre en cours sont cherchées." in editor.text()


def test_options_narrow_what_is_found(editor: CheckingClient) -> None:
    assert "Rien à remplacer" in preview(editor, cherche="NITRATES", par="x", exact="1").text()
    assert "Rien à remplacer" in preview(editor, cherche="nitrate", par="x", entiere="1").text()
    assert "1 case à remplacer" in preview(editor, cherche="nitrates", par="x", entiere="1").text()


def test_nothing_to_look_for_is_said_beside_the_field(editor: CheckingClient) -> None:
    preview(editor, cherche="", par="x")
    assert editor.last.status_code == 422
    assert editor.tree.cssselect("#cherche[aria-invalid=true]")


def test_a_line_changed_since_the_preview_is_previewed_again(
    editor: CheckingClient, session: GuichetSession, file: Dossier, people: People, clock: FrozenClock
) -> None:
    preview(editor, cherche="Eaux", par="Boues")
    change(session, people, clock, 2, "Bromures")
    seen = live(session, file, "objet")
    assert editor.submit("form[method=post].box").status_code == 409
    assert "Lignes qui ont changé depuis l’aperçu : 2." in editor.text()
    assert live(session, file, "objet") == seen
    assert editor.submit("form[method=post].box").status_code == 303
    assert {text for _, _, text in live(session, file, "objet")} == {"Boues douces"}


@pytest.mark.parametrize("forged", ["99.1.objet", "1.1.inconnue", "1.1", "a.b.c", "..", "1.9.objet", "\x00"])
def test_forged_cells_are_never_replaced(editor: CheckingClient, session: GuichetSession, file: Dossier, forged: str) -> None:
    seen = live(session, file, "objet")
    preview(editor, cherche="Eaux", par="Boues")
    assert editor.submit("form[method=post].box", {"c": [forged]}).status_code in {303, 409, 422}
    assert live(session, file, "objet") == seen


def test_a_replacement_that_would_empty_a_line_or_overfill_a_cell_is_refused(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    seen = live(session, file)
    for _ in range(2):
        preview(editor, cherche="e", par="e" * 300, colonnes=["reference", "objet", "principe", "caracteristique"])
        response = editor.submit("form[method=post].box")
        if response.status_code == 422:
            break
        editor.follow()
        editor.submit("form[action$=annulation]")
    assert live(session, file) == seen


def test_any_step_is_taken_back_and_done_again_from_the_history(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-caracteristique": "Bromures"})
    editor.get(f"/portees/{NUMBER}?ligne=1")
    editor.submit("form#fl1", {"c-caracteristique": "Nitrites"})
    editor.get(HISTORY)
    row = next(node for node in editor.tree.cssselect("tbody tr") if "Modification, ligne 2" in node.text_content())
    assert editor.submit(f"#{row.get('id')} form").status_code == 303
    assert [text for _, _, text in live(session, file)] == ["Nitrites", "Chlorures", "Sulfates"]
    editor.get(HISTORY)
    assert "Annulation, ligne 2 de l’étape « modification »" in editor.text()
    last = editor.tree.cssselect("tbody tr")[0].get("id")
    assert editor.submit(f"#{last} form", button="Rétablir").status_code == 303
    assert [text for _, _, text in live(session, file)] == ["Nitrites", "Bromures", "Sulfates"]


def test_a_step_tells_its_cells_before_and_after(editor: CheckingClient) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-caracteristique": "Bromures"})
    editor.get(HISTORY)
    editor.get(editor.tree.cssselect("tbody tr a")[0].get("href"))
    assert "Chlorures" in editor.text()
    assert "Bromures" in editor.text()
    assert "modifiée" in editor.text()


@pytest.mark.parametrize("by_key", [True, False])
def test_a_step_whose_lines_changed_since_is_taken_back_for_the_others(
    editor: CheckingClient, session: GuichetSession, file: Dossier, people: People, clock: FrozenClock, signed_in: SignedIn, by_key: bool
) -> None:
    act(editor, "l=1.1&l=2.1&l=3.1", "Recopier", {"colonnes": ["caracteristique"]})
    session.rollback()
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 3, 2, cells("Fluorures"))
    session.commit()
    seen = live(session, file)
    if by_key:
        fill = session.scalars(select(ScopeStep.id).order_by(ScopeStep.id.desc()).limit(2)).all()[1]
        session.rollback()
        editor.get(f"{HISTORY}/{fill}")
        assert editor.submit("form[action$=annulation]").status_code == 409
    else:
        editor.get(HISTORY)
        row = next(node for node in editor.tree.cssselect("tbody tr") if "Recopie, 2 lignes" in node.text_content())
        assert editor.submit(f"#{row.get('id')} form").status_code == 409
    assert live(session, file) == seen
    assert "La ligne 3 a changé depuis" in editor.text()
    assert editor.submit("#erreurs form", button="Annuler pour la 1 autre ligne").status_code == 303
    assert [text for _, _, text in live(session, file)] == ["Nitrates", "Chlorures", "Fluorures"]


def test_steps_of_a_published_version_are_told_but_not_taken_back(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    editor.sign_in("editrice")
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-caracteristique": "Bromures"})
    editor.get(HISTORY)
    assert "Ajout, ligne 1" in editor.text()
    assert len(editor.tree.cssselect("tbody form")) == 1


def test_an_officer_reads_the_history_and_takes_nothing_back(signed_in: SignedIn, file: Dossier) -> None:
    officer = signed_in("chargee")
    officer.get(HISTORY)
    assert "Ajout, ligne 3" in officer.text()
    assert not officer.tree.cssselect("tbody form")


def told(client: CheckingClient, values: dict[str, object]) -> int:
    """Ask as the page does by itself, and return the status."""
    return client.post(f"/portees/{NUMBER}/presence", data=values, headers={"HX-Request": "true"}).status_code


def page_values(client: CheckingClient) -> dict[str, object]:
    """Load the page and return what it asks with."""
    client.get(f"/portees/{NUMBER}")
    return {node.get("name"): node.get("value") for node in client.tree.cssselect("#presence input[name]")}


def test_who_else_is_there_and_what_they_changed_is_told_once(
    editor: CheckingClient, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    values = page_values(editor)
    assert told(editor, values) == 204
    officer = signed_in("chargee")
    theirs = page_values(officer)
    assert f"Aussi sur ce dossier : {people.actors['editrice'].name}" in officer.text()
    assert told(officer, theirs | {"ligne": "2"}) == 204
    assert told(editor, values) == 200
    assert f"{people.actors['chargee'].name} (ligne 2)" in editor.text()
    assert told(editor, values | {"mark": editor.tree.cssselect("input[name=mark]")[0].get("value")}) == 204
    change(session, people, clock, 2, "Bromures")
    assert told(officer, theirs) == 200
    assert f"Ligne 2 modifiée par {people.actors['editrice'].name}" in officer.text()
    link = officer.tree.cssselect("#presence a[data-line]")[0].get("href")
    officer.get(link, headers={"HX-Request": "true"})
    assert "Bromures" in officer.text()
    assert officer.tree.cssselect("li#c2 input[name=vu]")
    clock.advance(timedelta(minutes=5))
    editor.get(f"/portees/{NUMBER}")
    assert "Aussi sur ce dossier" not in editor.text()


def test_presence_is_of_ones_own_files(signed_in: SignedIn, file: Dossier) -> None:
    other = signed_in("autre-editeur")
    other.get("/portees")
    token = other.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert told(other, {"csrf_token": token, "depuis": "x", "vu": ["a", "1.x"]}) == 404


def test_presence_of_yesterday_is_forgotten(editor: CheckingClient, session: GuichetSession, clock: FrozenClock) -> None:
    told(editor, page_values(editor))
    session.rollback()
    assert forget_presence(session, clock) == 0
    session.rollback()
    clock.advance(timedelta(days=2))
    assert forget_presence(session, clock) == 1
    session.rollback()


SITES = f"/portees/{NUMBER}/sites"


def test_sites_are_added_chosen_in_lines_renamed_with_them_and_removed_when_no_line_names_them(
    editor: CheckingClient, session: GuichetSession, file: Dossier
) -> None:
    for name in ("Lyon", "Lille"):
        editor.get(SITES)
        assert editor.submit("form.narrow", {"nom": name}).status_code == 303
    editor.get(f"/portees/{NUMBER}?ligne=2")
    assert [node.get("value") for node in editor.tree.cssselect("#l2 [name=c-site]")] == ["Lyon", "Lille"]
    editor.submit("form#fl2", {"c-site": ["Lyon", "Lille"]})
    assert live(session, file, "site")[1] == (2, "1", "Lyon ; Lille")
    editor.get(SITES)
    lyon, lille = (node.get("id") for node in editor.tree.cssselect("form[id^=s]"))
    assert editor.submit(f"form#{lyon}", {"nom": "Villeurbanne"}).status_code == 303
    editor.follow()
    assert "Site renommé. 1 ligne a suivi." in editor.text()
    assert live(session, file, "site")[1] == (2, "1", "Villeurbanne ; Lille")
    assert editor.submit(f"form#{lille}", {"geste": "supprimer"}).status_code == 409
    assert "1 ligne est à ce site" in editor.text()
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-site": ["Villeurbanne"]})
    editor.get(SITES)
    assert editor.submit(f"form#{lille}", {"geste": "supprimer"}).status_code == 303
    editor.get(SITES)
    assert [node.get("value") for node in editor.tree.cssselect("input[name=nom][id^=nom-]")] == ["Villeurbanne"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Donnez un nom au site."),
        ("LYÔN", "Ce site existe déjà."),
        ("A ; B", "ne contient ni"),
        ("x" * 121, "Raccourcissez ce nom"),
        ("\x00\u2028 ", "Donnez un nom"),
    ],
)
def test_a_name_that_no_site_may_have_is_refused_beside_its_field(editor: CheckingClient, name: str, why: str) -> None:
    editor.get(SITES)
    editor.submit("form.narrow", {"nom": "Lyon"})
    editor.get(SITES)
    assert editor.submit("form.narrow", {"nom": name}).status_code == 422
    assert why in editor.text()
    assert editor.tree.cssselect("#nom[aria-invalid=true]")


def test_a_site_renamed_in_another_tab_or_of_another_file_is_left_alone(
    editor: CheckingClient, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    editor.get(SITES)
    editor.submit("form.narrow", {"nom": "Lyon"})
    editor.get(SITES)
    page, form = editor.last, editor.tree.cssselect("form[id^=s]")[0].get("id")
    editor.submit(f"form#{form}", {"nom": "Villeurbanne"})
    editor.last = page
    assert editor.submit(f"form#{form}", {"nom": "Bron"}).status_code == 409
    assert "il s’appelle maintenant « Villeurbanne »" in editor.text()
    make_file(session, people, clock, number="1-0043", organisation="autre-laboratoire")
    other = signed_in("autre-editeur")
    other.get("/portees/1-0043/sites")
    token = other.tree.cssselect("input[name=csrf_token]")[0].get("value")
    data = {"csrf_token": token, "version": "2", "nom": "Pris"}
    assert other.post(f"/portees/1-0043/sites/{form[1:]}", data=data).status_code == 404
    assert other.post(f"{SITES}/{form[1:]}", data=data).status_code == 404


def test_a_value_out_of_its_list_is_kept_and_marked(editor: CheckingClient, session: GuichetSession, file: Dossier) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    editor.submit("form#fl2", {"c-site": ["Mars"]})
    editor.get(f"/portees/{NUMBER}?ligne=2")
    assert "Mars (hors liste)" in " ".join(editor.tree.cssselect("#l2-site")[0].text_content().split())
    editor.submit("form#fl2", {"c-objet": "Boues"})
    assert live(session, file, "site")[1] == (2, "1", "Mars")


def test_after_a_conflict_each_cell_is_kept_or_taken(
    editor: CheckingClient, session: GuichetSession, file: Dossier, people: People, clock: FrozenClock
) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Bromures", objet="Boues", principe="ICP"))
    session.commit()
    assert editor.submit("form#fl2", {"c-caracteristique": "Fluorures", "c-objet": "Sols"}).status_code == 409
    assert [node.get("name") for node in editor.tree.cssselect("#l2 [value=sien]")] == ["p-objet", "p-caracteristique"]
    assert editor.tree.cssselect("#l2-principe")[0].text == "ICP"  # only they changed it
    assert "Repris de" in editor.text()
    assert editor.submit("form#fl2", {"p-objet": "sien"}).status_code == 303
    saved = {key: live(session, file, key)[1][2] for key in ("objet", "caracteristique", "principe")}
    assert saved == {"objet": "Boues", "caracteristique": "Fluorures", "principe": "ICP"}


@pytest.mark.parametrize("typed", ["x" * 100_000, "\u202eabc\u2069", "a\x00\x07b\tc\r\nd"])
def test_monstrous_cells_are_refused_or_kept_as_text(editor: CheckingClient, session: GuichetSession, file: Dossier, typed: str) -> None:
    editor.get(f"/portees/{NUMBER}?ligne=2")
    response = editor.submit("form#fl2", {"c-caracteristique": typed})
    if len(typed) > 2000:
        assert response.status_code == 422
        assert "Raccourcissez" in editor.text()
    else:
        assert response.status_code == 303
        assert "\x00" not in live(session, file)[1][2]
        assert "\n" not in live(session, file)[1][2]
