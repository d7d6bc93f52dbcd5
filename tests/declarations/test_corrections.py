"""A return sent back cell by cell, talked about, corrected, accepted, rectified: both sides keep what was there."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.declarations.test_workflow_pages import audit, count, state_of, submit
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import CellMark, Return, ReturnMessage, Submission
from webapp.declarations.rules.workflow import ReturnState
from webapp.outbox.models import OutboxMessage

Numbers = Callable[[str], str]
Fill = Callable[..., None]
AGENT, DECLARANT = "regionale", "declarant-breton"
TABLE, ROW, COLUMN = "demandes", "ouvriers", "deposees"


@pytest.fixture
def number(signed_in: SignedIn, number_of: Numbers, fill: Fill) -> str:
    """A return that was submitted once."""
    found = number_of("atpro-bretagne")
    fill(found)
    submit(signed_in, DECLARANT, found)
    return found


def mark(signed_in: SignedIn, number: str, note: str = "Chiffre à revoir", row: str = ROW) -> None:
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/tableaux/{TABLE}/marques")
    assert agent.submit("form#marquer", {"row": row, "column": COLUMN, "note": note}).status_code == 303, agent.text()[:500]


def send_back(signed_in: SignedIn, number: str, **fields: str) -> None:
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#renvoyer", fields).status_code == 303, agent.text()[:500]


def correct(signed_in: SignedIn, number: str, figure: str) -> None:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert client.submit("form#grille", {f"{ROW}.{COLUMN}": figure}).status_code == 303


def accept(signed_in: SignedIn, number: str) -> None:
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#accepter").status_code == 303


def rectify(signed_in: SignedIn, number: str, username: str = DECLARANT) -> None:
    client = signed_in(username)
    client.get(f"/declarations/{number}")
    assert client.submit("form#rectifier", {"r-reason": "Une convention comptée deux fois."}).status_code == 303


def test_a_mark_is_seen_by_the_declarant_only_once_the_return_is_sent_back(signed_in: SignedIn, number: str) -> None:
    # SO-34
    mark(signed_in, number)
    declarant = signed_in(DECLARANT)
    declarant.get(f"/declarations/{number}")
    assert "Chiffre à revoir" not in declarant.text()
    send_back(signed_in, number)  # the marks alone say what to correct
    for path in ("", f"/tableaux/{TABLE}"):
        declarant.get(f"/declarations/{number}{path}")
        assert "Chiffre à revoir" in declarant.text()
    link = declarant.tree.cssselect("#marques a")[0].get("href")
    assert link == f"/declarations/{number}/tableaux/{TABLE}#i-{ROW}-{COLUMN}"
    assert declarant.tree.cssselect(f"#v-{ROW}-{COLUMN} + a.chip")  # the cell itself says so


def test_a_resubmission_shows_each_marked_cell_before_and_after(signed_in: SignedIn, number: str) -> None:
    mark(signed_in, number)
    mark(signed_in, number, "Et celui-ci", "cadres")
    send_back(signed_in, number)
    correct(signed_in, number, "999")
    submit(signed_in, DECLARANT, number)
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    agent.get(agent.tree.cssselect("p.notice a")[0].get("href"))
    first, second = agent.tree.cssselect("#demandees tbody tr")
    assert "Chiffre à revoir" in first.text_content()
    assert first.cssselect("td")[1].text_content() == "999"
    assert first.cssselect("td")[0].text_content() not in ("999", "—")
    assert "Inchangée" in second.text_content()
    assert agent.tree.cssselect("#autres tbody tr")  # the totals that followed
    assert agent.get(f"/declarations/{number}/comparaison/1").status_code == 404
    accept(signed_in, number)
    agent.get(f"/declarations/{number}")
    assert "À corriger" not in agent.text()
    assert agent.text().count("Réglée") == 2


def test_a_mark_that_was_not_sent_is_taken_back_and_one_that_was_is_settled(
    session: GuichetSession, signed_in: SignedIn, number: str
) -> None:
    mark(signed_in, number)
    mark(signed_in, number, "Autre", "cadres")
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    first, second = session.scalars(select(CellMark.id).order_by(CellMark.id)).all()
    session.commit()
    assert agent.submit(f"form#marque-{first}-fin").status_code == 303
    assert count(session, CellMark) == 1
    send_back(signed_in, number, reason="Voir la cellule")
    agent.get(f"/declarations/{number}")
    fields = {node.get("name"): node.get("value") for node in agent.form(f"form#marque-{second}-fin").cssselect("input")}
    assert agent.post(f"/declarations/{number}/marques/{second}", data=fields | {"act": "withdraw"}).status_code == 409
    agent.get(f"/declarations/{number}")
    assert agent.submit(f"form#marque-{second}-fin").status_code == 303
    session.expire_all()
    assert session.get_one(CellMark, second).settled_by_name


@pytest.mark.parametrize(
    "wrong", [{"note": ""}, {"note": " "}, {"note": "x" * 2001}, {"row": "inconnue"}, {"column": "taux"}, {"row": "total"}, {"column": ""}]
)
def test_a_mark_without_a_note_or_on_no_cell_is_refused_and_what_was_typed_is_kept(
    session: GuichetSession, signed_in: SignedIn, number: str, wrong: dict[str, str]
) -> None:
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/tableaux/{TABLE}/marques")
    assert agent.submit("form#marquer", {"row": ROW, "column": COLUMN, "note": "À garder"} | wrong).status_code == 422
    assert agent.tree.cssselect("#erreurs")
    if "note" not in wrong:
        assert "À garder" in agent.last.text
    assert count(session, CellMark) == 0


def test_each_side_writes_and_the_other_is_told_that_a_message_waits(
    session: GuichetSession, people: People, signed_in: SignedIn, number: str, clock: FrozenClock
) -> None:  # SO-CFG
    mark(signed_in, number)
    send_back(signed_in, number)
    (mark_id,) = session.scalars(select(CellMark.id)).all()
    session.commit()
    declarant = signed_in(DECLARANT)
    declarant.get(f"/declarations/{number}")
    assert declarant.submit(f"form#repondre-{mark_id}", {"body": "Quelle date retenir ?"}).status_code == 303
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert "Quelle date retenir ?" in agent.text()
    waiting = [row.chip_text for row in queries.waiting(session, people.actors[AGENT], clock)]
    session.commit()
    assert waiting == ["Message sans réponse"]
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#ecrire", {"body": "Celle de la signature."}).status_code == 303
    assert queries.waiting(session, people.actors[AGENT], clock) == []
    told = session.execute(
        select(OutboxMessage.recipient, OutboxMessage.body).where(OutboxMessage.subject.contains("message")).order_by(OutboxMessage.id)
    ).all()
    session.commit()
    assert [row.recipient.partition("@")[0] for row in told] == [AGENT, DECLARANT]
    assert all("date" not in row.body and "signature" not in row.body for row in told)
    declarant.get(f"/declarations/{number}")
    assert "Celle de la signature." in declarant.text()
    for body in ("", "   ", "x" * 4001):
        assert declarant.submit("form#ecrire", {"body": body}).status_code == 422
    assert count(session, ReturnMessage) == 2


def test_nothing_of_an_exchange_leaks_to_another_declarant_or_region(signed_in: SignedIn, number: str, session: GuichetSession) -> None:
    # SO-10
    mark(signed_in, number)
    send_back(signed_in, number)
    (mark_id,) = session.scalars(select(CellMark.id)).all()
    session.commit()
    for username in ("declarant-corse", "declarante"):
        client = signed_in(username)
        client.get("/plan-du-site")
        token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
        assert client.get(f"/declarations/{number}/comparaison/2").status_code == 404
        for path, data in (("messages", {"body": "x"}), ("rectification", {"r-reason": "x"}), (f"marques/{mark_id}", {"act": "settle"})):
            assert client.post(f"/declarations/{number}/{path}", data={"csrf_token": token, **data}).status_code in (403, 404)


def test_a_regional_agent_marks_nothing_outside_its_region(signed_in: SignedIn, number_of: Numbers, fill: Fill) -> None:
    corsican = number_of("atpro-corse")
    fill(corsican)
    submit(signed_in, "declarant-corse", corsican)
    agent = signed_in(AGENT)
    assert agent.get(f"/declarations/{corsican}/tableaux/{TABLE}/marques").status_code == 404
    assert agent.get(f"/declarations/{corsican}/comparaison/1").status_code == 404


def test_a_rectification_keeps_what_was_accepted_in_force_until_it_is_accepted_itself(
    session: GuichetSession, signed_in: SignedIn, number: str
) -> None:
    accept(signed_in, number)
    rectify(signed_in, number)
    assert state_of(session, number) is ReturnState.RECTIFYING
    correct(signed_in, number, "777")
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert "777" not in agent.tree.cssselect(f"#v-{ROW}-{COLUMN}")[0].text_content()
    submit(signed_in, DECLARANT, number)
    row = session.scalars(select(Return).where(Return.number == number)).one()
    assert (row.acceptances, row.accepted_rank) == (1, 1)
    session.commit()
    accept(signed_in, number)
    session.expire_all()
    row = session.scalars(select(Return).where(Return.number == number)).one()
    assert (row.state, row.acceptances, row.accepted_rank) == (ReturnState.RECTIFIED, 2, 2)
    frozen = [json.loads(text)["entered"][f"{TABLE}.{ROW}.{COLUMN}"]["value"] for text in session.scalars(select(Submission.snapshot))]
    session.commit()
    assert "777" in frozen
    assert len(set(frozen)) == 2
    agent.get(f"/declarations/{number}")
    assert len(agent.tree.cssselect("a[href*='/recepisses/']")) >= 2
    assert [audit(session, f"return.{act}") for act in ("accepted", "rectification_opened")] == [2, 1]


def test_giving_a_rectification_up_brings_the_accepted_figures_back(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    accept(signed_in, number)
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/tableaux/{TABLE}")
    before = client.tree.cssselect(f"#v-{ROW}-{COLUMN}")[0].text_content()
    rectify(signed_in, number)
    correct(signed_in, number, "777")
    client.get(f"/declarations/{number}/tableaux/{TABLE}")
    stale = {node.get("name"): node.get("value") for node in client.form("form#grille").cssselect("input")}
    client.get(f"/declarations/{number}")
    assert client.submit("form#abandonner").status_code == 303
    assert state_of(session, number) is ReturnState.ACCEPTED
    client.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert client.tree.cssselect(f"#v-{ROW}-{COLUMN}")[0].text_content() == before
    assert client.post(f"/declarations/{number}/tableaux/{TABLE}", data=stale | {f"{ROW}.{COLUMN}": "778"}).status_code == 409


def test_an_agent_opens_a_rectification_with_the_cells_it_found_wrong(signed_in: SignedIn, number: str) -> None:
    accept(signed_in, number)
    mark(signed_in, number, "Trouvée au contrôle")
    rectify(signed_in, number, AGENT)
    declarant = signed_in(DECLARANT)
    declarant.get(f"/declarations/{number}")
    assert "Trouvée au contrôle" in declarant.text()
    assert declarant.tree.cssselect("form#abandonner")


def test_a_deadline_is_put_off_for_one_declarant_with_a_reason(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, clock: FrozenClock, fill: Fill
) -> None:
    number, other = number_of("atpro-bretagne"), number_of("atpro-corse")
    agent = signed_in("nationale")
    agent.get(f"/declarations/{number}")
    for wrong in ({"e-until": "2026-12-31"}, {"e-until": "2026-01-01"}, {"e-until": "demain"}, {"e-reason": ""}):
        assert agent.submit("form#reporter", {"e-until": "2027-01-20", "e-reason": "Sinistre"} | wrong).status_code == 422
        assert agent.tree.cssselect("#erreurs")
    assert agent.submit("form#reporter", {"e-until": "2027-01-20", "e-reason": "Sinistre informatique"}).status_code == 303
    due = {row.number: row.due_on for row in session.execute(select(Return.number, Return.due_on))}
    session.commit()
    assert (due[number], due[other]) == (date(2027, 1, 20), date(2026, 12, 31))
    declarant = signed_in("declarant-breton")
    declarant.get(f"/declarations/{number}")
    assert "reportée" in declarant.text()
    assert "Sinistre informatique" in declarant.text()
    fill(number)
    clock.set(datetime(2027, 1, 15, 9, 0, tzinfo=UTC))
    receipt = submit(signed_in, "declarant-breton", number)
    declarant = signed_in("declarant-breton")
    declarant.get(f"/declarations/{number}/recepisses/{receipt}")
    assert "Dans les délais" in declarant.text()


def test_sending_back_after_the_deadline_leaves_time_to_correct(
    session: GuichetSession, signed_in: SignedIn, number: str, clock: FrozenClock
) -> None:
    clock.set(datetime(2027, 1, 4, 9, 0, tzinfo=UTC))
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#renvoyer", {"reason": "À revoir", "due_on": "2026-12-01"}).status_code == 422
    send_back(signed_in, number, reason="À revoir")  # the day offered is taken
    assert session.scalars(select(Return.due_on).where(Return.number == number)).one() == date(2027, 1, 19)
    session.commit()
    receipt = submit(signed_in, DECLARANT, number)
    agent.get(f"/declarations/{number}/recepisses/{receipt}")
    assert "Dans les délais" in agent.text()


def test_a_deadline_that_passes_while_the_form_is_open_keeps_what_was_typed_and_says_so(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill, clock: FrozenClock
) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    clock.set(datetime(2026, 12, 31, 22, 50, tzinfo=UTC))
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert "est passée" not in client.text()
    clock.set(datetime(2026, 12, 31, 23, 5, tzinfo=UTC))
    assert client.submit("form#grille", {f"{ROW}.{COLUMN}": "4242"}).status_code == 303
    client.follow()
    assert "L’échéance du 31 décembre 2026 est passée" in client.text()
    assert client.tree.cssselect(f"#i-{ROW}-{COLUMN}")[0].get("value") == "4\u202f242"
