"""Pasting, importing, the round trip: through the real pages, without scripts (FX-8)."""

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish, texts
from tests.support.client import CheckingClient
from tests.tables.books import grid, with_parts
from webapp import spreadsheet
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.scopes.models import Dossier, ScopeImport, ScopeStep
from webapp.scopes.queries import draft_lines
from webapp.scopes.rules.decisions import DecisionKind
from webapp.scopes.rules.importing.columns import META_SHEET
from webapp.scopes.services import lines as line_services
from webapp.scopes.services import steps as step_services
from webapp.scopes.services.decisions import DecisionValues, record_decision
from webapp.scopes.services.general import GeneralValues
from webapp.scopes.services.importing import forget_old_imports
from webapp.tables.reading import read_workbook

IMPORT = f"/portees/{NUMBER}/import"
BLOCK = "Eaux douces\tFer\tICP-MS\tNF EN ISO 17294-2\r\nEaux douces\tZinc\tICP-MS\tNF EN ISO 17294-2\r\n"
CHARACTERISTIC = "Caractéristique ou grandeur mesurée"
HEADINGS = ["Portée générale", "Objet soumis à essai", CHARACTERISTIC, "Principe de la méthode", "Référence de la méthode"]


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


@pytest.fixture
def editor(file: Dossier, signed_in: SignedIn) -> CheckingClient:
    return signed_in("editrice")


def live(session: GuichetSession) -> list[tuple[int, str]]:
    session.rollback()
    found = texts(session, session.scalars(select(Dossier).where(Dossier.number == NUMBER)).one())
    session.rollback()
    return found


def steps(session: GuichetSession) -> int:
    session.rollback()
    count = session.scalar(select(func.count(ScopeStep.id))) or 0
    session.rollback()
    return count


def paste(client: CheckingClient, text: str, **values: str) -> None:
    """Paste a block and stand on its preview."""
    client.get(IMPORT)
    assert client.submit(f"form[action='{IMPORT}']", {"texte": text, "generale": "1", **values}).status_code == 303, client.text()
    client.follow()


def send(client: CheckingClient, content: bytes, name: str = "lignes.xlsx", **values: str) -> Any:
    """Send a file through the form."""
    client.get(IMPORT)
    return client.submit(
        f"form[action='{IMPORT}']", {"fichier": [(io.BytesIO(content), name)], **values}, content_type="multipart/form-data"
    )


def sent(client: CheckingClient, content: bytes, name: str = "lignes.xlsx", **values: str) -> None:
    """Send a file and stand on its preview."""
    assert send(client, content, name, **values).status_code == 303, client.text()
    client.follow()


def carry_out(client: CheckingClient) -> Any:
    return client.submit("form[action$='/application']")


def export(client: CheckingClient) -> list[list[str]]:
    """Return the rows of the export, headings first."""
    content = client.get(f"/portees/{NUMBER}/export.xlsx").data
    return [list(row) for row in next(sheet for sheet in read_workbook(content) if sheet.name == "Lignes").rows]


def again(client: CheckingClient, rows: list[list[str]]) -> bytes:
    """Return the export with other rows in its visible sheet, its hidden one as it was."""
    content = client.get(f"/portees/{NUMBER}/export.xlsx").data
    meta = next(sheet for sheet in read_workbook(content) if sheet.name == META_SHEET)
    sheets = [
        spreadsheet.Sheet("Lignes", rows[0], rows[1:]),
        spreadsheet.Sheet(META_SHEET, list(meta.rows[0]), [list(row) for row in meta.rows[1:]], hidden=True),
    ]
    return spreadsheet.xlsx(sheets, title="Retour")


def table_texts(client: CheckingClient) -> list[str]:
    return [" ".join(row.text_content().split()) for row in client.tree.cssselect("table.rows tbody tr")]


# Columns

OWN_WORDS = [["Portée générale", "Matrice", "Analyte", "Technique", "Norme"], ["1", "Eaux douces", "Fer", "ICP-MS", "NF EN ISO 17294-2"]]


def chosen(client: CheckingClient) -> dict[str, str]:
    """Return heading → field chosen of the columns to be named by hand."""
    return {
        box.cssselect("label")[0].text_content(): next(iter(option.get("value") for option in box.cssselect("option[selected]")), "")
        for box in client.tree.cssselect("#colonnes .field")
    }


def test_columns_that_are_not_recognised_are_named_by_hand_and_the_next_import_remembers(
    editor: CheckingClient, session: GuichetSession
) -> None:
    sent(editor, grid([*OWN_WORDS, ["1", "Eaux douces", "Zinc", "ICP-MS", "NF EN ISO 17294-2"]]))
    assert "Colonnes inconnues, non importées : Matrice, Analyte, Technique, Norme." in editor.text()
    assert chosen(editor) == dict.fromkeys(OWN_WORDS[0][1:], "")
    assert "Par exemple : Eaux douces" in editor.text()
    # The same field twice: both answers stay, the second one is told so beside its field.
    names = {"k/1": "objet", "k/2": "objet", "k/3": "principe", "k/4": "reference"}
    assert editor.submit("#reponses", names).status_code == 303
    editor.follow()
    assert chosen(editor) == {"Matrice": "objet", "Analyte": "objet", "Technique": "principe", "Norme": "reference"}
    assert "Déjà donné à la colonne « Matrice »" in editor.tree.get_element_by_id("k/2-aide").text_content()
    editor.submit("#reponses", {"k/2": "caracteristique"})
    editor.follow()
    assert "Ajoutée : 2" in editor.text()
    assert "Colonnes inconnues" not in editor.text()
    carry_out(editor)
    assert live(session)[3:] == [(4, "Fer"), (5, "Zinc")]
    sent(editor, grid([OWN_WORDS[0], ["1", "Eaux douces", "Plomb", "ICP-MS", "NF EN ISO 17294-2"]]))
    assert "Ajoutée : 1" in editor.text()
    assert chosen(editor)["Norme"] == "reference"


def test_a_table_whose_headings_are_all_unknown_is_named_by_hand_too(editor: CheckingClient, session: GuichetSession) -> None:
    sent(editor, b"Matrice;Analyte;Technique;Norme\nEaux douces;Fer;ICP-MS;NF EN ISO 17294-2\n", "liste.csv", generale="1")
    assert "En erreur : 1" in editor.text()
    editor.submit("#reponses", {"k/0": "objet", "k/1": "caracteristique", "k/2": "principe", "k/3": "reference"})
    editor.follow()
    assert "Ajoutée : 1" in editor.text()
    carry_out(editor)
    assert live(session)[3:] == [(4, "Fer")]


def test_a_field_that_is_none_is_not_taken_from_a_forged_form(editor: CheckingClient) -> None:
    sent(editor, grid(OWN_WORDS))
    path = editor.last.request.path
    token = editor.tree.cssselect("#reponses [name=csrf_token]")[0].get("value")
    assert editor.post(path, data={"csrf_token": token, "generale": "", "k/1": "@version", "k/99": "objet"}).status_code == 303
    editor.follow()
    assert "Colonnes inconnues, non importées : Matrice, Analyte, Technique, Norme." in editor.text()


# Pasting


def test_a_pasted_block_is_previewed_then_one_step_and_one_undo(editor: CheckingClient, session: GuichetSession) -> None:
    before = steps(session)
    paste(editor, BLOCK)
    assert "Ajoutée : 2" in editor.text()
    assert live(session) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]
    carry_out(editor)
    assert editor.follow().status_code == 200
    assert "2 lignes importées" in editor.text()
    assert live(session)[3:] == [(4, "Fer"), (5, "Zinc")]
    assert steps(session) == before + 1
    editor.submit("form[action$='/annulation']" if editor.tree.cssselect("form[action$='/annulation']") else "#gestes form")
    assert live(session) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]


def test_the_preview_survives_a_reload_and_another_sign_in(editor: CheckingClient, signed_in: SignedIn) -> None:
    paste(editor, BLOCK)
    address = editor.last.request.path
    other = signed_in("editrice")
    other.get(IMPORT)
    assert [node.get("href") for node in other.tree.cssselect("section li a")] == [address]
    other.get(address)
    assert "Ajoutée : 2" in other.text()


def test_nothing_typed_is_lost_when_a_paste_is_refused(editor: CheckingClient) -> None:
    editor.get(IMPORT)
    assert editor.submit(f"form[action='{IMPORT}']", {"texte": "  "}).status_code == 422
    assert "Collez un tableau ici, ou choisissez un fichier." in editor.text()
    response = editor.submit(f"form[action='{IMPORT}']", {"texte": "a\t" + "b" * 100_001, "generale": "2"})
    assert response.status_code == 422
    assert "dépasse 100 ko" in editor.text()
    assert editor.tree.cssselect("#texte")[0].get("aria-invalid") == "true"
    assert len(editor.tree.cssselect("#texte")[0].text) > 100_000
    assert editor.tree.cssselect("#generale option[selected]")[0].get("value") == "2"


def test_a_block_from_the_grid_lies_over_the_lines_below(editor: CheckingClient, session: GuichetSession) -> None:
    editor.get(f"{IMPORT}?ligne=2&colonne=caracteristique")
    assert "Le tableau collé se posera sur la ligne 2" in editor.text()
    editor.submit(f"form[action='{IMPORT}']", {"texte": "Fer\r\nZinc\r\n"})
    editor.follow()
    assert "Modifiée : 2" in editor.text()
    carry_out(editor)
    assert live(session) == [(1, "Nitrates"), (2, "Fer"), (3, "Zinc")]


def test_good_lines_go_in_while_the_others_are_corrected_in_the_page_or_come_back(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, BLOCK + "Eaux douces\tCuivre\t\tNF EN ISO 11885\r\n\tPlomb\tICP-MS\tNF EN ISO 11885\r\n")
    assert "Ajoutée : 2" in editor.text()
    assert "En erreur : 2" in editor.text()
    carry_out(editor)
    editor.follow()
    assert [name for _number, name in live(session)[3:]] == ["Fer", "Zinc"]
    assert "Il reste des lignes à corriger" in editor.text()
    link = next(node.get("href") for node in editor.tree.cssselect("a") if "corrections.xlsx" in (node.get("href") or ""))
    content = editor.get(link).data
    rows = read_workbook(content)[0].rows
    assert rows[0][-1] == "À corriger"
    assert rows[1][1] == "Cuivre"
    assert rows[1][-1] == "Principe de la méthode : Renseignez « Principe de la méthode »."
    fixed = [list(rows[0]), [*rows[1][:2], "ICP-OES", *rows[1][3:]], ["Eaux", *rows[2][1:]]]
    sent(editor, grid(fixed))
    assert "Ajoutée : 2" in editor.text()
    carry_out(editor)
    assert [name for _number, name in live(session)[5:]] == ["Cuivre", "Plomb"]


def test_a_cell_is_corrected_in_the_preview(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, "Eaux\tFer\t\tNF EN ISO 11885\r\nEaux\tZinc\tICP\tNF EN ISO 11885\r\n")
    editor.submit("form#reponses", {"t/1/principe": "ICP-OES"}, "Mettre l’aperçu à jour")
    editor.follow()
    assert "Ajoutée : 2" in editor.text()
    carry_out(editor)
    assert [name for _number, name in live(session)[3:]] == ["Fer", "Zinc"]


def test_incomplete_lines_go_in_when_asked_for(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, "Eaux\tFer\t\t\r\nEaux\tZinc\tICP\tISO 1\r\n")
    editor.submit("form#reponses", {"incompletes": "1"}, "Mettre l’aperçu à jour")
    editor.follow()
    carry_out(editor)
    assert [name for _number, name in live(session)[3:]] == ["Fer", "Zinc"]


# The round trip


def test_the_export_names_lines_versions_and_columns_and_comes_back_to_nothing(editor: CheckingClient, session: GuichetSession) -> None:
    rows = export(editor)
    assert rows[0][:5] == ["Dossier", "Ligne", "Version", "Portée générale", "Objet soumis à essai"]
    assert rows[1][:4] == [NUMBER, "1", "1", "1"]
    sent(editor, again(editor, rows))
    assert "Inchangée : 3" in editor.text()
    assert not editor.tree.cssselect("form[action$='/application']")


def test_the_preview_begins_with_what_changes(editor: CheckingClient) -> None:
    rows = export(editor)
    column = rows[0].index(CHARACTERISTIC)
    rows[3] = [*rows[3][:column], "Nitrites", *rows[3][column + 1 :]]
    sent(editor, again(editor, rows))
    assert [row.cssselect("td, th")[0].text_content().strip() for row in editor.tree.cssselect("form#reponses tbody tr")] == ["4", "2", "3"]


def test_the_csv_comes_back_to_nothing_too(editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock) -> None:
    line_services.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("-40 °C = ; \" ' @"))
    session.commit()
    content = editor.get(f"/portees/{NUMBER}/export.csv").data
    sent(editor, content, "lignes.csv")
    assert "Inchangée : 4" in editor.text()


def test_a_sheet_mailed_around_changes_only_what_was_changed_in_it(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    rows = export(editor)
    column = rows[0].index(CHARACTERISTIC)
    remark = rows[0].index("Remarques")
    book = again(editor, [rows[0], [*rows[1][:column], "Nitrites", *rows[1][column + 1 :]], rows[2], rows[3]])
    # Meanwhile a colleague notes something on the same line, and changes another one.
    actor = people.actors["editrice"]
    line_services.save_line(session, actor, clock, NUMBER, 1, 1, cells("Nitrates", remarques="Sur site"))
    line_services.save_line(session, actor, clock, NUMBER, 2, 1, cells("Bromures"))
    session.commit()
    sent(editor, book)
    assert "Fusionnée : 1" in editor.text()
    assert "Inchangée : 2" in editor.text()
    carry_out(editor)
    session.rollback()
    file = session.scalars(select(Dossier).where(Dossier.number == NUMBER)).one()
    first, second, _third = draft_lines(session, file.id)
    assert (first.cells["caracteristique"], first.cells["remarques"]) == ("Nitrites", "Sur site")
    assert second.cells["caracteristique"] == "Bromures"
    assert remark > column


@pytest.mark.parametrize("choice, result", [("mine", "Fer"), ("theirs", "Bromures"), ("Plomb", "Plomb")])
def test_a_conflict_shows_three_sides_and_is_settled_in_the_page(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, choice: str, result: str
) -> None:
    rows = export(editor)
    column = rows[0].index(CHARACTERISTIC)
    book = again(editor, [rows[0], rows[1], [*rows[2][:column], "Fer", *rows[2][column + 1 :]], rows[3]])
    line_services.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Bromures"))
    session.commit()
    sent(editor, book)
    assert "En conflit : 1" in editor.text()
    row = next(text for text in table_texts(editor) if "En conflit" in text)
    assert "Tableau : Fer" in row
    assert "Brouillon : Bromures" in row
    assert "À l’export : Chlorures" in row
    answer = {"c/3/caracteristique": choice} if choice in ("mine", "theirs") else {"o/3/caracteristique": choice}
    editor.submit("form#reponses", answer, "Mettre l’aperçu à jour")
    editor.follow()
    if editor.tree.cssselect("form[action$='/application']"):
        carry_out(editor)
    assert live(session)[1] == (2, result)


def test_lines_that_left_the_sheet_are_deleted_by_a_cross_or_by_the_box_alone(editor: CheckingClient, session: GuichetSession) -> None:
    rows = export(editor)
    sent(editor, again(editor, [rows[0], rows[1], [*rows[2][:-1], "x"]]))
    assert "Supprimée : 1" in editor.text()
    editor.submit("form#reponses", {"absentes": "1"}, "Mettre l’aperçu à jour")
    editor.follow()
    assert "Supprimée : 2" in editor.text()
    carry_out(editor)
    assert live(session) == [(1, "Nitrates")]


# Bad input


def test_a_workbook_of_another_file_is_refused_by_name(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    make_file(session, people, clock, "1-0077")
    content = editor.get("/portees/1-0077/export.xlsx").data
    assert send(editor, content).status_code == 422
    assert "Ce classeur vient du dossier 1-0077" in editor.text()


def test_lines_of_another_body_cannot_be_reached_by_their_numbers(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    make_file(
        session,
        people,
        clock,
        "1-0099",
        names=["Secret"] * 1 + [f"Ligne {number}" for number in range(8)],
        organisation="autre-laboratoire",
    )
    sent(editor, grid([["Ligne", *HEADINGS], ["7", "1", "Eaux", "Fer", "ICP", "ISO 1"]]))
    assert "La ligne 7 n’existe pas" in editor.text()
    assert "Secret" not in editor.text()


@pytest.mark.parametrize(
    "content, words",
    [
        (with_parts(grid([["a"]]), {"xl/vbaProject.bin": b"x"}), "contient des macros"),
        (with_parts(grid([["a"]]), {"xl/sharedStrings.xml": b"<!DOCTYPE x><sst/>"}), "définition XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "(.xls) n’est pas lu"),
        (grid([["Une liste"], ["sans titres"]]), "Aucune ligne de titres n’est reconnue"),
        (b"Bonjour\ntout le monde\n", "Aucune ligne de titres n’est reconnue"),
        (b"\0\1\2\3", "n’est pas un texte CSV lisible"),
        (b"", "est vide"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(
    editor: CheckingClient, session: GuichetSession, content: bytes, words: str
) -> None:
    assert send(editor, content).status_code == 422
    assert words in editor.tree.cssselect("#fichier-erreur")[0].text_content()
    session.rollback()
    assert session.scalar(select(func.count(ScopeImport.id))) == 0


def test_the_same_table_twice_has_one_effect(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, BLOCK)
    carry_out(editor)
    paste(editor, BLOCK)
    assert "Doublon : 2" in editor.text()
    assert not editor.tree.cssselect("form[action$='/application']")
    assert len(live(session)) == 5


def test_carrying_out_twice_is_carrying_out_once(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, BLOCK)
    preview = editor.last
    carry_out(editor)
    editor.last = preview
    carry_out(editor)
    editor.follow()
    assert "Cet import était déjà fait" in editor.text()
    assert len(live(session)) == 5


def test_when_somebody_edits_meanwhile_the_preview_is_shown_again_with_what_changed(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    editor.get(f"{IMPORT}?ligne=2&colonne=caracteristique")
    editor.submit(f"form[action='{IMPORT}']", {"texte": "Fer"})
    editor.follow()
    line_services.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Bromures"))
    session.commit()
    before = steps(session)
    assert carry_out(editor).status_code == 409
    assert "Le brouillon a changé depuis cet aperçu" in editor.text()
    assert people.actors["editrice"].name in editor.tree.cssselect("#erreurs")[0].text_content()
    assert "Changée depuis l’aperçu" in table_texts(editor)[0]
    assert "Bromures" in table_texts(editor)[0]
    assert steps(session) == before
    assert carry_out(editor).status_code == 303
    assert live(session)[1] == (2, "Fer")


def test_a_change_elsewhere_does_not_hold_an_import_up(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    paste(editor, BLOCK)
    line_services.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Bromures"))
    session.commit()
    assert carry_out(editor).status_code == 303
    assert len(live(session)) == 5


def test_a_request_for_publication_made_meanwhile_stops_the_import_with_words(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    paste(editor, BLOCK)
    publish(session, people, clock, wait=False)
    assert carry_out(editor).status_code == 409
    assert "retirez la demande pour modifier la portée" in editor.text()
    assert len(live(session)) == 3
    editor.get(IMPORT)
    assert not editor.tree.cssselect("#texte")


def test_an_import_is_its_author_s_alone_and_goes_after_thirty_days(
    editor: CheckingClient, session: GuichetSession, signed_in: SignedIn, clock: FrozenClock
) -> None:
    paste(editor, BLOCK)
    address = editor.last.request.path
    assert signed_in("autre-editeur").get(address).status_code == 404
    clock.advance(timedelta(days=31))
    again_in = signed_in("editrice")
    assert again_in.get(address).status_code == 404
    assert forget_old_imports(session, clock) == 1
    session.commit()
    assert session.scalar(select(func.count(ScopeImport.id))) == 0


def test_an_import_is_given_up(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, BLOCK)
    address = editor.last.request.path
    editor.submit("form[action$='/abandon']")
    editor.follow()
    assert "L’import est abandonné" in editor.text()
    assert editor.get(address).status_code == 404
    assert len(live(session)) == 3


def test_a_table_with_headings_is_no_block_for_the_grid_wherever_it_is_pasted(editor: CheckingClient, session: GuichetSession) -> None:
    editor.get(f"{IMPORT}?ligne=1&colonne=objet")
    headings = "\t".join(["Portée générale", *HEADINGS[1:]])
    editor.submit(f"form[action='{IMPORT}']", {"texte": f"{headings}\r\n2\tSols\tFer\tICP\tISO 1\r\n"})
    editor.follow()
    assert "Ajoutée : 1" in editor.text()
    assert "Modifiée" not in editor.text()


def test_one_table_in_two_tabs_has_one_effect(editor: CheckingClient, session: GuichetSession) -> None:
    paste(editor, BLOCK)
    first = editor.last
    paste(editor, BLOCK)
    second, editor.last = editor.last, first
    assert carry_out(editor).status_code == 303
    editor.last = second
    assert carry_out(editor).status_code == 409
    assert "Doublon : 2" in editor.text()
    assert len(live(session)) == 5


def test_a_scope_that_would_grow_too_long_takes_nothing_at_all(
    editor: CheckingClient, session: GuichetSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(editor, BLOCK)
    monkeypatch.setattr(step_services, "MOST_LINES", 4)
    assert carry_out(editor).status_code == 422
    assert "ne peut pas dépasser 4 lignes" in editor.tree.cssselect("#erreurs")[0].text_content()
    assert len(live(session)) == 3
    monkeypatch.undo()
    assert carry_out(editor).status_code == 303
    assert [number for number, _name in live(session)] == [1, 2, 3, 4, 5]


def test_what_breaks_on_the_way_leaves_no_half_import(
    editor: CheckingClient, session: GuichetSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(editor, BLOCK)

    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(step_services, "note_edit", broken)  # after lines and log were written
    editor.checks = False
    assert carry_out(editor).status_code == 500
    assert len(live(session)) == 3


def test_a_file_closed_meanwhile_takes_no_import(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    paste(editor, BLOCK)
    for code in ("1", "2", "3"):
        values = DecisionValues(DecisionKind.SUSPENSION, code, clock.now().date(), f"D-{code}", "Suspension", GeneralValues("", "", ""))
        record_decision(session, people.actors["chargee"], clock, NUMBER, values)
    session.commit()
    assert carry_out(editor).status_code == 409
    assert "Cette portée est fermée" in editor.text()
    assert len(live(session)) == 3


def test_a_file_unpublished_meanwhile_shows_the_preview_again_before_anything_is_imported(
    editor: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    # FX-8a
    publish(session, people, clock)
    before = live(session)
    editor = signed_in("editrice")  # a night is longer than a session
    paste(editor, BLOCK.replace("NF EN ISO 17294-2", "NF EN ISO 10304-1:2009"))
    assert "Ajoutée : 2" in editor.text()
    values = DecisionValues(DecisionKind.SUSPENSION, "1", clock.now().date(), "D-1", "Suspension", GeneralValues("", "", ""))
    record_decision(session, people.actors["chargee"], clock, NUMBER, values)
    session.commit()
    assert carry_out(editor).status_code == 409
    assert "Le brouillon a changé depuis cet aperçu : rien n’a été importé" in editor.text()
    assert "La ligne de portée générale 1 n’est plus en vigueur" in editor.text()
    assert not editor.tree.cssselect("form[action$='/application']")  # no row is left that could go in
    assert live(session) == before


def test_the_line_that_flexibility_does_not_allow_stays_out_with_its_reason(
    file: Dossier, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    publish(session, people, clock)  # under FLEX1: revisions of what is recognised, nothing else
    editor = signed_in("editrice")
    paste(editor, "Eaux douces\tNitrates\tICP-MS\tNF EN ISO 10304-1:2009\r\nEaux douces\tFer\tICP-MS\tNF EN ISO 17294-2\r\n")
    assert "Ajoutée : 1" in editor.text()
    assert "En erreur : 1" in editor.text()
    assert "FLEX1" in next(text for text in table_texts(editor) if "En erreur" in text)
