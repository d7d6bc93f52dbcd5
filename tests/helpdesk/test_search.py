"""Searching tickets by words: what is found, by whom, and that the index follows every change (FL-12.7, FL-7.1)."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from tests.conftest import People, SignedIn
from tests.helpdesk.support import opened
from webapp.accounts.models import Account
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.folding import tokens
from webapp.helpdesk.models import Ticket, TicketMessage, TicketSearch
from webapp.helpdesk.queries.searching import MOST_ENDINGS, search
from webapp.helpdesk.rules.search import sought
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.search_index import reindex
from webapp.helpdesk.services.messages import add_message

pytestmark = pytest.mark.both_databases


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    with app.app_context():
        found = opened(session, people, clock, "cliente", title="Œuvre sous-traitée : dépôt refusé")
        opened(session, people, clock, "autre-cliente", title="Autre affaire")
    return found


def found_by(session: GuichetSession, people: People, who: str, text: str) -> list[str]:
    actor = people.actors[who]
    session.commit()
    session.acts_for(actor)
    rows = search(session, actor, text)
    session.rollback()
    session.acts_for(people.actors["agente"])
    return [row.label for row in rows]


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("oeuvre", True),
        ("ŒUVRE DÉPÔT", True),
        ("sous-traitee", True),
        ("sous-traitees", False),
        ("dep", True),
        ("dep refuse", False),
        ("refus", True),
        ("INC-2026-000001", True),
        ("inc 2026", True),
        ("1", True),
        ("Société Alpha", True),
        ("Garnier", True),
        ("introuvable", False),
        ("*", False),
    ],
)
def test_words_are_found_without_accents_whole_but_the_last(
    text: str, finds: bool, session: GuichetSession, people: People, ticket: Ticket
) -> None:
    assert (ticket.title in found_by(session, people, "agente", text)) is finds


def test_what_is_written_later_is_found_and_notes_by_the_desk_alone(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    with app.app_context():
        add_message(session, people.actors["cliente"], clock, ticket, "Le certificat a expiré.")
        add_message(session, people.actors["agente"], clock, ticket, "Client difficile, prudence.", internal=True)
    for who, text, finds in (
        ("cliente", "certificat", True),
        ("agente", "certificat œuvre", True),
        ("agente", "prudence", True),
        ("cliente", "prudence", False),
        ("autre-cliente", "certificat", False),
        ("cliente", people.actors["cliente"].name, True),
    ):
        assert (ticket.title in found_by(session, people, who, text)) is finds, (who, text)


def test_the_index_follows_the_ticket_s_own_changes(session: GuichetSession, people: People, ticket: Ticket) -> None:
    agent = people.actors["agente"]
    name = session.scalars(select(Account.full_name).where(Account.id == agent.account_id)).one()
    ticket.assignee_id = agent.account_id
    session.flush()
    assert ticket.title in found_by(session, people, "agente", name)
    ticket.search_text = "autre chose"
    session.flush()
    assert ticket.title not in found_by(session, people, "agente", "oeuvre")
    assert ticket.title in found_by(session, people, "agente", "chose")
    ticket.state, ticket.is_open, ticket.closed_at = State.CLOSED, False, ticket.notified_at
    session.flush()
    row = session.get_one(TicketSearch, ticket.id)
    session.refresh(row)
    assert row.marks == f"o{ticket.organisation_id}"


def test_rows_written_past_the_session_are_indexed_on_demand(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    with app.app_context():
        add_message(session, people.actors["cliente"], clock, ticket, "Le certificat a expiré.")
    session.execute(update(TicketMessage).values(body="La licence est périmée."))
    reindex(session, [ticket.id])
    assert ticket.title in found_by(session, people, "agente", "licence perimee")
    assert ticket.title not in found_by(session, people, "agente", "certificat")
    message = session.scalars(select(TicketMessage)).one()
    message.body = "Une panne électrique."
    session.flush()
    assert ticket.title in found_by(session, people, "agente", "panne electrique")


def test_a_beginning_finds_its_words_be_they_few_or_many(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    few, many = MOST_ENDINGS - 1, MOST_ENDINGS + 5
    with app.app_context():
        for number in range(few):
            add_message(session, people.actors["cliente"], clock, ticket, f"rare{number:03d}")
        add_message(session, people.actors["agente"], clock, ticket, " ".join(f"nombreux{number}" for number in range(many)), internal=True)
        other = opened(session, people, clock, "cliente", title="Nombreuses rareté")
    for text, found in (
        ("rare", {ticket.title, other.title}),
        ("rare0", {ticket.title}),
        (f"rare{few - 1:03d}", {ticket.title}),
        ("nombreu", {ticket.title, other.title}),
        ("nombreux3 ", {ticket.title}),
        ("depot nombreux", {ticket.title}),
        ("rare rare", {ticket.title, other.title}),
        ("rare ", set()),
    ):
        assert set(found_by(session, people, "agente", text)) == found, text
    assert set(found_by(session, people, "cliente", "nombreu")) == {other.title}, "a client read a word of the notes"


def test_what_is_rolled_back_is_not_found(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    with app.app_context():
        add_message(session, people.actors["cliente"], clock, ticket, "Le certificat a expiré.")
    session.rollback()
    assert not found_by(session, people, "agente", "certificat")


def test_a_long_exchange_is_still_written(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    with app.app_context():
        add_message(session, people.actors["cliente"], clock, ticket, " ".join(f"mot{number}" for number in range(1200)))
        add_message(session, people.actors["cliente"], clock, ticket, "a" * 9_999)
        add_message(session, people.actors["cliente"], clock, ticket, "Ελληνικά 中文 ½ ² é\u0301 ‑ x_y")
    assert ticket.title in found_by(session, people, "agente", "mot1199")
    assert ticket.title in found_by(session, people, "agente", "ελληνικά 中文")
    session.execute(delete(TicketSearch))
    reindex(session, [ticket.id])
    assert ticket.title in found_by(session, people, "agente", "mot7")


@example(text="𝙰")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text(alphabet="\"'*:&|!()<>-^{}+\\ aNDORNEAR\u0000é²½", max_size=30))
def test_no_text_is_taken_for_the_syntax_of_the_index(session: GuichetSession, people: People, ticket: Ticket, text: str) -> None:
    clean = text.replace("\0", "")
    search(session, people.actors["agente"], clean)
    wanted = sought(clean)
    assert wanted is None or all(word.isalnum() for word in wanted.words)
    assert tokens(clean) == tokens(" ".join(tokens(clean)))


def test_every_list_finds_by_words(signed_in: SignedIn, ticket: Ticket) -> None:
    agent, client, other = signed_in("agente"), signed_in("cliente"), signed_in("autre-cliente")
    for who, path in ((agent, "/assistance/file?q=oeuvre"), (client, "/assistance?q=oeuvre"), (agent, "/recherche?q=oeuvre")):
        who.get(path)
        assert ticket.title in who.text(), path
    for path in ("/assistance?q=oeuvre", "/recherche?q=oeuvre"):
        other.get(path)
        assert ticket.title not in other.text()
    lines = agent.get("/assistance/file.csv?q=oeuvre").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
