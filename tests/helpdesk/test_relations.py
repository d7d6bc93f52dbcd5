"""A ticket and others: tags, links, merging and splitting, as rules, as services and through the real forms."""

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import URL, opened
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk.clockwork import stored_events
from webapp.helpdesk.models import Ticket, TicketLink
from webapp.helpdesk.queries.relations import relations_of
from webapp.helpdesk.rules.bulk import BulkAct, Order
from webapp.helpdesk.rules.relations import INVERSE, LinkKind
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.rules.tags import MOST_TAGS, TagProblem, listed, parse_tags, stored
from webapp.helpdesk.services import act, bulk, note, reply
from webapp.helpdesk.services.linking import link, unlink
from webapp.helpdesk.services.splitting import split
from webapp.helpdesk.services.tags import add_tags, set_tags, suggestions


@pytest.fixture
def pair(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> tuple[Ticket, Ticket]:
    """Two reports of one client, the second ten minutes after the first."""
    with app.app_context():
        first = opened(session, people, clock, title="Réseau coupé")
        clock.advance(timedelta(minutes=10))
        second = opened(session, people, clock, title="Plus de réseau")
        clock.advance(timedelta(minutes=10))
    return first, second


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("VPN, Réseau;  Imprimante  réseau", ("vpn", "reseau", "imprimante")),
        ("  ", ()),
        ("c++ / l'accès", ("c", "l-acces")),
        ("a_b %x%", ("a-b", "x")),
    ],
)
def test_tags_are_words_of_small_letters(typed: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(typed) == tags


def test_a_tag_too_long_or_one_too_many_is_refused() -> None:
    with pytest.raises(TagProblem, match="long"):
        parse_tags("x" * 31)
    with pytest.raises(TagProblem, match="many"):
        parse_tags(" ".join(f"mot{number}" for number in range(MOST_TAGS + 1)))


@given(st.lists(st.text(max_size=12), max_size=8))
def test_stored_tags_read_back_and_have_a_space_at_each_end(words: list[str]) -> None:
    tags = parse_tags(" ".join(words))
    column = stored(tags)
    assert set(listed(column)) == set(tags)
    assert all(f" {tag} " in column for tag in tags)
    assert parse_tags(column) == tuple(sorted(tags))


def test_a_link_turned_round_twice_is_itself() -> None:
    assert {kind: INVERSE[INVERSE[kind]] for kind in LinkKind} == {kind: kind for kind in LinkKind}


def test_both_ends_show_a_link_and_each_client_only_sees_their_own(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket]
) -> None:
    # FL-7.1
    with app.app_context():
        agent, stranger = people.actors["agente"], opened(session, people, clock, "autre-cliente", title="Chez un autre")
        link(session, agent, clock, pair[0], stranger, LinkKind.CAUSED_BY)
        link(session, agent, clock, pair[0], pair[1], LinkKind.RELATED)
        session.commit()
        assert [ticket.link_count for ticket in (*pair, stranger)] == [2, 1, 1]
        assert [row.kind for row in relations_of(session, agent, stranger)["links"]] == [LinkKind.CAUSES]
        client = people.actors["cliente"]
        assert [row.reference for row in relations_of(session, client, pair[0])["links"]] == [pair[1].reference]
        session.acts_for(client)
        assert [row.reference for row in relations_of(session, client, pair[0])["links"]] == [pair[1].reference]
        session.acts_for(agent)
        with pytest.raises(Conflict, match="déjà liés"):
            link(session, agent, clock, pair[1], pair[0], LinkKind.CAUSES)
        with pytest.raises(Invalid, match="lui-même"):
            link(session, agent, clock, pair[1], pair[1], LinkKind.RELATED)
        with pytest.raises(Forbidden):
            link(session, client, clock, pair[0], pair[1], LinkKind.RELATED)
        unlink(session, agent, clock, pair[1], pair[0])
        session.commit()
        assert [ticket.link_count for ticket in (*pair, stranger)] == [1, 0, 1]
        assert len(session.scalars(select(TicketLink)).all()) == 2


def test_a_merged_ticket_is_read_from_the_one_that_stays(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    first, second = pair
    with app.app_context():
        agent = people.actors["agente"]
        reply(session, agent, clock, second, "Quel poste ?", public_url=URL)
        note(session, agent, clock, second, "Vu avec Karim.", public_url=URL)
        session.commit()
    browser = signed_in("agente")
    browser.get(f"/assistance/{second.reference}/fusion")
    assert first.reference in browser.text()
    assert browser.submit("form.pad", {"target": "INC-2026-000999-0"}).status_code == 422
    assert "Aucun ticket ne porte la référence" in browser.text()
    assert browser.submit("form.pad", {"target": second.reference}).status_code == 422
    assert browser.submit("form.pad", {"target": first.reference}).status_code == 303
    browser.follow()
    assert "Vu avec Karim." in browser.text()
    assert "A pour doublon" in browser.text()
    browser.get(f"/assistance/{second.reference}")
    assert f"doublon de {first.reference}, où le décompte continue" in browser.text()
    client = signed_in("cliente")
    client.get(f"/assistance/{first.reference}")
    assert "Quel poste ?" in client.text()
    assert "Vu avec Karim." not in client.text()
    client.get(f"/assistance/{second.reference}")
    assert "il continue sous" in client.text()
    stranger = signed_in("autre-cliente")
    assert stranger.get(f"/assistance/{first.reference}").status_code == 404
    session.expire_all()
    assert (first.state, second.state) == (State.REPORTED, State.CLOSED)
    session.commit()
    browser.get("/assistance/file")
    assert browser.submit("form[action$='/annulation']").status_code == 303
    session.expire_all()
    assert (second.state, second.merged_into_id, first.link_count, second.link_count) == (State.REPORTED, None, 0, 0)


def test_a_merge_undone_gives_the_link_that_was_there_back(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket]
) -> None:
    first, second = pair
    with app.app_context():
        agent = people.actors["agente"]
        link(session, agent, clock, second, first, LinkKind.CAUSED_BY)
        job = bulk.run(session, agent, clock, Order(BulkAct.MERGE, target=first.reference), [second.reference], public_url=URL)
        assert [row.kind for row in relations_of(session, agent, first)["links"]] == [LinkKind.HAS_DUPLICATE]
        with pytest.raises(Conflict, match="vient d’une fusion"):
            unlink(session, agent, clock, first, second)
        bulk.undo(session, agent, clock, job)
        session.commit()
        assert [row.kind for row in relations_of(session, agent, first)["links"]] == [LinkKind.CAUSES]
        assert (first.link_count, second.link_count) == (1, 1)


def test_a_link_is_stated_and_taken_away_on_its_page(session: GuichetSession, pair: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    browser = signed_in("agente")
    browser.get(f"/assistance/{pair[0].reference}/liens")
    assert browser.submit("form.pad", {"kind": "caused_by", "other": "INC-2026-000999-0"}).status_code == 422
    assert "Aucun ticket ne porte cette référence." in browser.text()
    assert browser.submit("form.pad", {"kind": "caused_by", "other": pair[1].reference}).status_code == 303
    browser.get(f"/assistance/{pair[0].reference}/liens")
    assert "causé par" in browser.text()
    assert browser.submit("form[action$='/retrait']").status_code == 303
    browser.follow()
    assert pair[1].reference not in browser.text()


def test_a_duplicate_opened_again_stands_for_itself(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket]
) -> None:
    first, second = pair
    with app.app_context():
        agent = people.actors["agente"]
        bulk.run(session, agent, clock, Order(BulkAct.MERGE, target=first.reference), [second.reference], public_url=URL)
        act(session, agent, clock, second, Verb.REOPEN, text="C’était autre chose.", public_url=URL)
        session.commit()
        assert (second.state, second.merged_into_id, second.link_count) == (State.REPORTED, None, 1)
        unlink(session, agent, clock, first, second)
        assert relations_of(session, agent, first)["merged"] == []


def test_messages_about_another_problem_become_a_ticket_of_their_own(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    # FL-12.4
    with app.app_context():
        reply(session, people.actors["cliente"], clock, pair[0], "Et l’imprimante est en panne.", public_url=URL)
        said = clock.now()
        clock.advance(timedelta(hours=1))
        answer = reply(session, people.actors["agente"], clock, pair[0], "Nous regardons l’imprimante.", public_url=URL)
        inside = note(session, people.actors["agente"], clock, pair[0], "Toner ?", public_url=URL)
        session.commit()
        assert answer is not None
        with pytest.raises(Invalid, match="au moins un message échangé"):
            split(session, people.actors["agente"], clock, pair[0], [inside.id], "Imprimante", public_url=URL)
        with pytest.raises(Invalid, match="parmi les messages"):
            split(session, people.actors["agente"], clock, pair[0], [answer.id, 98765], "Imprimante", public_url=URL)
        with pytest.raises(Forbidden):
            split(session, people.actors["cliente"], clock, pair[0], [answer.id], "Imprimante", public_url=URL)
        session.commit()
    browser = signed_in("agente")
    browser.get(f"/assistance/{pair[0].reference}/scission")
    boxes = [box.get("value") for box in browser.tree.cssselect("input[name=messages]")]
    assert len(boxes) == 3
    assert browser.submit("form.pad", {"messages": boxes}).status_code == 422
    assert browser.submit("form.pad", {"messages": boxes, "title": "Imprimante en panne"}).status_code == 303
    browser.follow()
    assert "Imprimante en panne" in browser.text()
    assert f"Issu de {pair[0].reference}" in browser.text()
    new = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert new is not None
    assert (new.organisation_id, new.notified_at, new.description) == (pair[0].organisation_id, said, "Et l’imprimante est en panne.")
    assert stored_events(session, new.id)[0].at == said
    assert new.first_responded_at == said + timedelta(hours=1)


def test_tags_are_kept_suggested_and_hidden_from_the_client(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, pair: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    browser = signed_in("agente")
    browser.get(f"/assistance/{pair[0].reference}/etiquettes")
    assert browser.submit("form.pad", {"tags": "x" * 31}).status_code == 422
    assert "trop long : 30 caractères au plus" in browser.text()
    assert browser.submit("form.pad", {"tags": "VPN, Réseau"}).status_code == 303
    browser.follow()
    assert [node.text for node in browser.tree.cssselect("a.chip")] == ["reseau", "vpn"]
    client = signed_in("cliente")
    client.get(f"/assistance/{pair[0].reference}")
    assert "reseau" not in client.text()
    with app.app_context():
        session.expire_all()
        assert suggestions(session) == ["reseau", "vpn"]
        with pytest.raises(Forbidden):
            add_tags(session, people.actors["cliente"], clock, pair[0], ["x"])
        with pytest.raises(Conflict, match="a changé pendant"):
            set_tags(session, people.actors["agente"], clock, pair[0], ["x"], seen_version=1)
