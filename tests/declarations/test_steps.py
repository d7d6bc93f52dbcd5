"""Steps of the entry: undo, redo, history; blocks, copies and blanks, each one step (SO-1)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOW, People, SignedIn
from tests.declarations.small_model import TEXT
from tests.declarations.test_entry_pages import field, stored, url
from tests.factories import make_person
from tests.support.client import CheckingClient
from webapp.actor import Role
from webapp.db import GuichetSession
from webapp.declarations.models import Return, Submission
from webapp.declarations.rules import filling
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.snapshots import take_snapshot
from webapp.declarations.rules.steps import entry_of, image_of, taken_back
from webapp.declarations.rules.values import EMPTY, NIL, NOT_COMMUNICATED, Entry, ValueKind, same_entry
from webapp.declarations.rules.workflow import ReturnState, canonical, digest

Numbers = Callable[[str], str]
MODEL = load_model(TEXT)


@pytest.fixture
def number(number_of: Numbers) -> str:
    return number_of("atpro-bretagne")


@pytest.fixture
def colleague(session: GuichetSession, people: People, signed_in: SignedIn) -> CheckingClient:
    """A second person who declares for the same organisation."""
    found = make_person(session, NOW, "declarante-bretonne", people.organisations["atpro-bretagne"], Role.DECLARANT)
    people.actors["declarante-bretonne"] = found
    session.commit()
    return signed_in("declarante-bretonne")


entries = st.one_of(
    st.sampled_from([EMPTY, NIL, NOT_COMMUNICATED, Entry(ValueKind.INVALID, "abc")]),
    st.decimals(-(10**9), 10**9, places=2).map(lambda value: Entry(ValueKind.VALUE, f"{value}", value)),
)
KEYS = [("t", "r", letter) for letter in "abcd"]


@given(entries)
def test_what_a_step_keeps_of_an_entry_is_read_back_the_same(entry: Entry) -> None:
    assert entry_of(image_of(entry)) == entry


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(KEYS), entries), st.lists(st.dictionaries(st.sampled_from(KEYS), entries, min_size=1), max_size=8))
def test_taking_every_step_back_leads_to_the_beginning_and_doing_them_again_to_the_end(
    start: dict[CellKey, Entry], acts: list[dict[CellKey, Entry]]
) -> None:
    present = dict(start)
    steps = []
    for act in acts:
        steps.append({key: (present.get(key, EMPTY), entry) for key, entry in act.items()})
        present |= act
    end = dict(present)
    for step in reversed(steps):
        back, left = taken_back(present, step)
        assert not left
        present |= back
    assert all(same_entry(present.get(key, EMPTY), start.get(key, EMPTY)) for key in KEYS)
    for step in steps:
        again, left = taken_back(present, {key: (after, before) for key, (before, after) in step.items()})
        assert not left
        present |= again
    assert all(same_entry(present.get(key, EMPTY), end.get(key, EMPTY)) for key in KEYS)


@given(st.dictionaries(st.sampled_from(KEYS), st.tuples(entries, entries), min_size=1), st.dictionaries(st.sampled_from(KEYS), entries))
def test_a_cell_that_changed_since_is_left_and_every_other_one_is_put_back(
    step: dict[CellKey, tuple[Entry, Entry]], since: dict[CellKey, Entry]
) -> None:
    present = {key: after for key, (_before, after) in step.items()} | since
    back, left = taken_back(present, step)
    assert set(back) | set(left) == set(step)
    assert not set(back) & set(left)
    assert all(key in since for key in left)
    assert all(back[key] == step[key][0] for key in back)


def test_a_block_is_laid_over_lines_and_columns_and_passes_over_what_is_computed() -> None:
    table = MODEL.tables["achats"]
    sheet = Sheet(MODEL, {})
    rows, columns = [row.code for row in table.rows], [column.code for column in table.columns]
    block = {place: [f"{place}-{column}" for column in range(len(columns) + 1)] for place in range(len(rows) + 1)}
    laid = filling.lay(sheet, table, block, rows[0], columns[0])
    assert set(laid.texts) == {cell.key for cell in table.entry_cells}
    assert all(text == f"{rows.index(row)}-{columns.index(column)}" for (_table, row, column), text in laid.texts.items())
    assert laid.outside == len(rows) + len(columns) + 1
    with pytest.raises(KeyError):
        filling.lay(sheet, table, block, "inconnue", columns[0])


def step_button(client: object, word: str) -> str:
    return next(node.text_content() for node in client.tree.cssselect("#pas button") if node.text_content().startswith(word))


def press(client: object, word: str) -> None:
    """Press « Annuler » or « Rétablir », and follow."""
    form = next(node for node in client.tree.cssselect("#pas form") if node.text_content().strip().startswith(word))
    data = {node.get("name"): node.get("value") for node in form.cssselect("input")}
    assert client.post(form.get("action"), data=data).status_code == 303
    client.follow()


def test_a_step_is_undone_and_done_again_from_another_browser(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    assert not client.tree.cssselect("#pas button")
    client.submit("form#grille", {"ouvriers.deposees": "12", "employes.deposees": "néant"})
    client.follow()
    assert step_button(client, "Annuler") == "Annuler : Saisie, 2 cellules, A1"
    client.submit("form#grille", {"ouvriers.deposees": "13"})
    other = signed_in("declarant-breton")
    other.get(url(number))
    press(other, "Annuler")
    assert "1 cellule remise comme avant" in other.text()
    press(other, "Annuler")
    assert {cell.kind for cell in stored(session, number).values()} == {ValueKind.EMPTY}
    press(other, "Rétablir")
    press(other, "Rétablir")
    cells = stored(session, number)
    assert cells["demandes.ouvriers.deposees"].value == Decimal(13)
    assert cells["demandes.employes.deposees"].kind is ValueKind.NIL
    other.submit("form#grille", {"cadres.deposees": "1"})
    other.follow()
    assert "Rétablir" not in other.tree.cssselect("#pas")[0].text_content()


def test_an_undo_leaves_what_a_colleague_changed_since_and_says_so(
    session: GuichetSession, signed_in: SignedIn, number: str, colleague: CheckingClient
) -> None:
    mine, theirs = signed_in("declarant-breton"), colleague
    mine.get(url(number))
    mine.submit("form#grille", {"ouvriers.deposees": "12", "employes.deposees": "3"})
    theirs.get(url(number))
    assert not theirs.tree.cssselect("#pas button"), "one takes back what one did oneself"
    theirs.submit("form#grille", {"ouvriers.deposees": "50"})
    mine.get(url(number))
    press(mine, "Annuler")
    assert "Laissé tel quel, car modifié depuis : A1 · Ouvriers" in mine.text()
    cells = stored(session, number)
    assert cells["demandes.ouvriers.deposees"].value == Decimal(50)
    assert cells["demandes.employes.deposees"].kind is ValueKind.EMPTY
    assert not [node for node in mine.tree.cssselect("#pas button") if node.text_content().startswith("Annuler")], "it stands in no way"


def test_the_empty_cells_of_a_table_are_set_to_zero_in_one_step(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    client.submit("form#grille", {"ouvriers.deposees": "12"})
    client.follow()
    assert client.submit("form#vides", button="Mettre les vides à 0").status_code == 303
    client.follow()
    cells = stored(session, number)
    assert cells["demandes.ouvriers.deposees"].value == Decimal(12)
    assert len(cells) > 5
    assert {cell.value for name, cell in cells.items() if name != "demandes.ouvriers.deposees"} == {Decimal(0)}
    assert not client.tree.cssselect("form#vides")
    press(client, "Annuler")
    assert [name for name, cell in stored(session, number).items() if cell.kind is not ValueKind.EMPTY] == ["demandes.ouvriers.deposees"]


def test_a_pasted_block_is_one_step_and_says_what_fell_outside(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    block = "1 200\t1\u202f000\n=1+1\tNC\n" + "\n".join(["7"] * 40)
    assert client.submit("form#collage", {"texte": block, "ligne": "ouvriers", "colonne": "deposees"}).status_code == 303
    client.follow()
    assert "valeurs tombaient hors du tableau" in client.text()
    cells = stored(session, number)
    assert cells["demandes.ouvriers.deposees"].value == Decimal(1200)
    assert cells["demandes.ouvriers.acceptees"].value == Decimal(1000)
    assert "Collage" in step_button(client, "Annuler")
    press(client, "Annuler")
    assert {cell.kind for cell in stored(session, number).values()} == {ValueKind.EMPTY}


@pytest.mark.parametrize(
    ("texte", "ligne", "said"),
    [
        ("", "ouvriers", "Collez d’abord"),
        ("12", "inconnue", "Choisissez la ligne"),
        ("9" * 400_001, "ouvriers", "trop grand"),
        ("5", "total", "Rien de ce bloc"),
    ],
)
def test_a_block_that_cannot_be_pasted_is_kept_and_told_what_to_do(
    session: GuichetSession, signed_in: SignedIn, number: str, texte: str, ligne: str, said: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    data = {"csrf_token": field(client, "csrf_token").get("value"), "texte": texte, "ligne": ligne, "colonne": "deposees"}
    assert client.post(url(number) + "/collage", data=data).status_code == 422
    assert said in client.tree.cssselect("#outils-erreur")[0].text_content()
    assert client.tree.cssselect("#texte")[0].text_content().lstrip("\n") == texte
    assert not stored(session, number)


def test_a_value_is_copied_down_to_a_line(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    client.submit("form#grille", {"ouvriers.deposees": "12"})
    client.follow()
    assert client.submit("form#recopie", {"colonne": "deposees", "de": "ouvriers", "a": "cadres"}).status_code == 303
    cells = stored(session, number)
    assert cells["demandes.cadres.deposees"].value == cells["demandes.employes.deposees"].value == Decimal(12)
    client.follow()
    response = client.submit("form#recopie", {"colonne": "deposees", "de": "cadres", "a": "ouvriers"})
    assert response.status_code == 422
    assert "plus bas" in client.text()


def test_a_cell_tells_its_history_and_colleagues_comment_on_it(signed_in: SignedIn, number: str, colleague: CheckingClient) -> None:
    client = signed_in("declarant-breton")
    client.get(url(number))
    for figure in ("12", "NC"):
        client.submit("form#grille", {"ouvriers.deposees": figure})
        client.follow()
    client.submit("form#cellule", {"ligne": "ouvriers", "colonne": "deposees"})
    client.follow()
    past = [" ".join(row.text_content().split()) for row in client.tree.cssselect("#historique tbody tr")]
    assert len(past) == 2
    assert past[0].endswith("Saisie12NC")
    assert past[1].endswith("Saisie(vide)12")
    assert client.submit("form#commenter", {"body": "  "}).status_code == 422
    assert client.submit("form#commenter", {"body": "Le chiffre vient de <b>l’annexe 2</b>."}).status_code == 303
    client.follow()
    assert "Le chiffre vient de <b>l’annexe 2</b>." in client.text()
    address = client.last.request.path
    colleague.get(url(number))
    assert "1 commentaire" in colleague.text()
    colleague.get(address)
    assert not colleague.tree.cssselect("form[id^=retrait]"), "only its author takes it away"
    client.submit("form[id^=retrait]")
    client.get(url(number))
    assert "1 commentaire" not in client.text()
    assert signed_in("declarant-corse").get(address).status_code == 404
    agent = signed_in("nationale")
    assert agent.get(address).status_code == 404, "nothing was submitted yet"


def test_an_agent_reads_a_submitted_figure_with_last_years_and_marks_it_from_its_page(
    session: GuichetSession, signed_in: SignedIn, number: str
) -> None:
    declarant = signed_in("declarant-breton")
    declarant.get(url(number))
    file = session.scalars(select(Return).where(Return.number == number)).one()
    sheet = Sheet(get_model("esf-atpro", "2025.1"), {("demandes", "ouvriers", "deposees"): Entry(ValueKind.VALUE, "12", Decimal(12))})
    content = take_snapshot(sheet, receipt="R", number=number, declarant={"name": "T"}, by="Essai", at=NOW)
    session.add(
        Submission(
            organisation_id=file.organisation_id,
            return_id=file.id,
            rank=1,
            receipt="R",
            submitted_at=NOW,
            submitted_by_name="Essai",
            late=False,
            snapshot=canonical(content),
            sha256=digest(canonical(content)),
        )
    )
    file.state = ReturnState.SUBMITTED
    session.commit()
    agent = signed_in("nationale")
    agent.get(url(number))
    link = agent.tree.cssselect("#v-ouvriers-deposees a")[0]
    assert link.text_content().strip() == "12"
    agent.get(link.get("href"))
    assert not agent.tree.cssselect("#commentaires, #historique"), "what is being written is the declarant's"
    marking = next(node for node in agent.tree.cssselect("main a") if node.text_content() == "Faire corriger cette cellule")
    agent.get(marking.get("href"))
    chosen = [node.get("value") for node in agent.tree.cssselect("#marquer option[selected]")]
    assert chosen == ["ouvriers", "deposees"]
