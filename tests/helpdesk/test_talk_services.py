"""Drafts, presence, followers, mentions, time, canned texts and satisfaction on a real database."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People
from tests.helpdesk.support import URL, opened
from webapp.accounts.models import Account
from webapp.clock import FrozenClock
from webapp.contracts.models import Contract
from webapp.contracts.rules import Hosting, Plan
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import CannedText, Team, TeamMember, Ticket, TicketPerson, TicketRating, TimeEntry
from webapp.helpdesk.presence import minutes_words, presence_of, time_words
from webapp.helpdesk.queries.billable import Support, support_of
from webapp.helpdesk.queries.talk import canned_rows, offers_of, people_of, time_entries
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services import act, assign, note, reply
from webapp.helpdesk.services.canned import Wording, archive, insertion, rewrite, write
from webapp.helpdesk.services.people import DRAFTS_KEPT, be_seen, follow, forget_old_drafts, keep_drafts, sent
from webapp.helpdesk.services.satisfaction import rate
from webapp.helpdesk.services.time_spent import correct, spend
from webapp.outbox.models import OutboxMessage


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


@pytest.fixture
def ticket(session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    return opened(session, people, clock)


def mails_to(session: GuichetSession, people: People, who: str) -> list[OutboxMessage]:
    address = select(Account.email).where(Account.id == people.actors[who].account_id).scalar_subquery()
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id)))


def own_row(session: GuichetSession, people: People, ticket: Ticket, who: str) -> TicketPerson | None:
    return session.get(TicketPerson, (ticket.id, people.actors[who].account_id), populate_existing=True)


def test_a_draft_is_its_author_s_alone_and_goes_when_it_is_sent(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    agent, lead = people.actors["agente"], people.actors["responsable"]
    keep_drafts(session, agent, clock, ticket, "Bonjour", "à rappeler", once="a")
    clock.advance(timedelta(minutes=5))
    [mine] = people_of(session, ticket.id, agent.account_id)
    assert (mine.reply_draft, mine.note_draft) == ("Bonjour", "à rappeler")
    [theirs] = people_of(session, ticket.id, lead.account_id)
    assert (theirs.reply_draft, theirs.note_draft, theirs.drafted_at) == ("", "", None)
    sent(session, agent, clock, ticket, note="à rappeler", once="a")
    [after] = people_of(session, ticket.id, agent.account_id)
    assert (after.reply_draft, after.note_draft) == ("", "à rappeler")
    keep_drafts(session, agent, clock, ticket, "Bonjour", "", once="a")
    assert own_row(session, people, ticket, "agente").reply_draft == "", "a late saving of a form that was sent made a draft again"
    keep_drafts(session, agent, clock, ticket, "Autre chose", "", once="b")
    assert own_row(session, people, ticket, "agente").reply_draft == "Autre chose"


def test_a_client_keeps_a_reply_but_no_note_and_reaches_no_other_ticket(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-7.1
    keep_drafts(session, people.actors["cliente"], clock, ticket, "Toujours en panne", "note")
    row = own_row(session, people, ticket, "cliente")
    assert row is not None
    assert (row.reply_draft, row.note_draft, row.from_desk) == ("Toujours en panne", "", False)
    for call in (
        lambda who: keep_drafts(session, who, clock, ticket, "x", ""),
        lambda who: follow(session, who, ticket, follows=True),
        lambda who: be_seen(session, who, clock, ticket),
    ):
        with pytest.raises(NotFound):
            call(people.actors["autre-cliente"])


def test_colleagues_see_who_reads_and_who_writes_for_a_while(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    agent, lead, client = people.actors["agente"], people.actors["responsable"], people.actors["cliente"]
    be_seen(session, lead, clock, ticket)
    keep_drafts(session, client, clock, ticket, "x", "")

    def here() -> list[str]:
        return presence_of(people_of(session, ticket.id, agent.account_id), agent, clock.now()).here

    assert here() == [f"{lead.name} lit ce ticket"]
    keep_drafts(session, lead, clock, ticket, "Bonj", "")
    assert here() == [f"{lead.name} écrit une réponse"]
    clock.advance(timedelta(minutes=3))
    assert here() == []
    assert ticket.version == session.scalar(select(Ticket.version)), "reading and writing made a new version"


def test_old_drafts_are_forgotten_and_followers_stay(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    keep_drafts(session, people.actors["agente"], clock, ticket, "x", "")
    keep_drafts(session, people.actors["responsable"], clock, ticket, "y", "")
    follow(session, people.actors["responsable"], ticket, follows=True)
    clock.advance(DRAFTS_KEPT + timedelta(hours=1))
    keep_drafts(session, people.actors["cliente"], clock, ticket, "z", "")
    assert forget_old_drafts(session, clock) == 2
    left = {row.full_name: (row.watching, row.drafted_at is not None) for row in people_of(session, ticket.id, None)}
    assert own_row(session, people, ticket, "agente") is None
    assert len(left) == 2
    assert own_row(session, people, ticket, "responsable").reply_draft == ""
    assert own_row(session, people, ticket, "cliente").reply_draft == "z"


def test_followers_are_told_by_a_link_and_nobody_twice(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    # SO-CFG
    agent, lead, client = people.actors["agente"], people.actors["responsable"], people.actors["cliente"]
    follow(session, lead, ticket, follows=True)
    follow(session, client, ticket, follows=True)
    assert ticket.watcher_count == 2
    reply(session, agent, clock, ticket, "Le mot secret", public_url=URL)
    note(session, agent, clock, ticket, "Entre nous", public_url=URL)
    assert len(mails_to(session, people, "responsable")) == 2
    [told] = mails_to(session, people, "cliente")
    assert f"{URL}/assistance/{ticket.reference}" in told.body
    act(session, agent, clock, ticket, Verb.ASK_CLIENT, text="Quel poste ?", public_url=URL)
    assert len(mails_to(session, people, "responsable")) == 3
    follow(session, lead, ticket, follows=False)
    assert ticket.watcher_count == 1
    reply(session, client, clock, ticket, "Celui du fond", public_url=URL)
    assert len(mails_to(session, people, "responsable")) == 3
    for mail in session.scalars(select(OutboxMessage)):
        assert not {"Le mot secret", "Entre nous", "Quel poste", "Celui du fond"} & {line.strip(" ?") for line in mail.body.splitlines()}
        assert "secret" not in mail.body


def test_a_follower_who_left_the_organisation_is_not_told(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-7.1: the ticket turned out to be another client's
    follow(session, people.actors["cliente"], ticket, follows=True)
    ticket.organisation_id = people.organisations["autre-client"].id
    session.flush()
    reply(session, people.actors["agente"], clock, ticket, "Bonjour", public_url=URL)
    assert mails_to(session, people, "cliente") == []


def test_a_mention_tells_once_and_follows(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    agent = people.actors["agente"]
    note(session, agent, clock, ticket, "@responsable : à voir. @responsable !", public_url=URL)
    [mail] = mails_to(session, people, "responsable")
    assert "vous mentionne" in mail.body
    assert "à voir" not in mail.body
    assert ticket.watcher_count == 1
    with pytest.raises(Invalid) as caught:
        note(session, agent, clock, ticket, "@cliente et @inconnu", public_url=URL)
    assert "« @cliente »" in caught.value.errors["note"]
    assert len(mails_to(session, people, "responsable")) == 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.noted")).one()
    assert event.detail["mentions"] == [people.actors["responsable"].account_id]


def test_the_assignee_hears_of_a_client_s_message_once(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    agent = people.actors["agente"]
    assign(session, agent, clock, ticket, agent.account_id, agent.name)
    follow(session, agent, ticket, follows=True)
    reply(session, people.actors["cliente"], clock, ticket, "Alors ?", public_url=URL)
    assert len(mails_to(session, people, "agente")) == 1


def test_time_is_summed_and_corrected_by_entries_that_stay(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-12.3
    agent, lead, before = people.actors["agente"], people.actors["responsable"], ticket.version
    first = spend(session, agent, clock, ticket, 90)
    spend(session, lead, clock, ticket, 15)
    correct(session, agent, clock, ticket, first.id, 60)
    assert ticket.minutes_spent == 75
    assert [(row.minutes, row.corrected) for row in time_entries(session, ticket.id)] == [
        (90, True),
        (15, False),
        (-90, False),
        (60, False),
    ]
    assert {row.full_name: row.minutes for row in people_of(session, ticket.id, None)} == {agent.name: 60, lead.name: 15}
    with pytest.raises(Conflict):
        correct(session, agent, clock, ticket, first.id, 30)
    others = session.scalars(select(TimeEntry.id).where(TimeEntry.account_id == lead.account_id)).one()
    with pytest.raises(Forbidden):
        correct(session, agent, clock, ticket, others, 30)
    with pytest.raises(Forbidden):
        spend(session, people.actors["cliente"], clock, ticket, 5)
    correct(session, lead, clock, ticket, session.scalars(select(TimeEntry.id).where(TimeEntry.minutes == 60)).one(), 0)
    assert ticket.minutes_spent == 15
    session.flush()
    assert ticket.version == before, "time spent would hold a colleague's reply back"
    assert support_of(session, None, clock.now()) is None


def test_canned_texts_are_those_of_the_desk_and_of_one_s_teams(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    agent, lead = people.actors["agente"], people.actors["responsable"]
    ours, other = Team(name="Portées", created_at=clock.now()), Team(name="Déclarations", created_at=clock.now())
    session.add_all([ours, other])
    session.flush()
    session.add(TeamMember(team_id=ours.id, account_id=agent.account_id))
    for_all = write(session, lead, clock, Wording("Accusé", "Bonjour {contact}, {reference} : {echeance}. {agent}"))
    theirs = write(session, lead, clock, Wording("Autre équipe", "x", other.id))
    write(session, agent, clock, Wording("Notre équipe", "y", ours.id))
    assert [row.title for row in canned_rows(session, agent, archived=False)] == ["Accusé", "Notre équipe"]
    assert [title for _key, title in offers_of(session, agent).texts] == ["Accusé", "Notre équipe"]
    assert len(canned_rows(session, lead, archived=False)) == 3
    assert {key for key, _name in offers_of(session, agent).colleagues} == {"agente", "responsable"}
    filled = insertion(session, agent, ticket, for_all.id, URL)
    assert filled.startswith(f"Bonjour {ticket.contact_name}, {ticket.reference} : ")
    assert filled.endswith(agent.name)
    for refused in (theirs.id, 10_000):
        with pytest.raises(NotFound):
            insertion(session, agent, ticket, refused, URL)
    with pytest.raises(Invalid) as caught:
        write(session, agent, clock, Wording("Faux", "{prenom}"))
    assert "{prenom}" in caught.value.errors["body"]
    with pytest.raises(Invalid):
        write(session, agent, clock, Wording("Pas à nous", "x", other.id))
    seen = for_all.version
    rewrite(session, agent, clock, for_all, Wording("Accusé de réception", "Bonjour"), seen_version=seen)
    with pytest.raises(Conflict):
        rewrite(session, lead, clock, for_all, Wording("Accusé 2", "Bonjour"), seen_version=seen)
    archive(session, lead, clock, for_all, archived=True, seen_version=for_all.version)
    with pytest.raises(NotFound):
        insertion(session, agent, ticket, for_all.id, URL)
    assert session.scalars(select(CannedText.title).where(CannedText.archived)).one() == "Accusé de réception"


def test_the_client_rates_an_ended_ticket_and_may_change_for_a_while(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    with pytest.raises(Conflict):
        rate(session, client, clock, ticket, 4, "")
    act(session, agent, clock, ticket, Verb.DISMISS, text="Poste mal branché.", public_url=URL)
    with pytest.raises(Forbidden):
        rate(session, agent, clock, ticket, 5, "")
    with pytest.raises(NotFound):
        rate(session, people.actors["autre-cliente"], clock, ticket, 1, "")
    rate(session, client, clock, ticket, 2, "Long")
    clock.advance(timedelta(days=2))
    rate(session, client, clock, ticket, 4, "Finalement rapide")
    assert session.scalars(select(TicketRating)).one().score == 4
    clock.advance(timedelta(days=60))
    with pytest.raises(Conflict):
        rate(session, client, clock, ticket, 1, "")
    assert [row.detail["score"] for row in session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.rated"))] == [2, 4]


def test_times_are_said_briefly(clock: FrozenClock) -> None:
    assert (minutes_words(90), minutes_words(-45), minutes_words(0)) == (
        "1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30",
        "−45\N{NO-BREAK SPACE}min",
        "0 min",
    )
    assert time_words(clock.now(), clock.now()) == "10:00"
    assert time_words(clock.now() - timedelta(days=1), clock.now()) == "dim. 22/11 10:00"
    assert time_words(None, clock.now()) == ""


def test_time_spent_on_an_interruption_takes_nothing_from_the_hours_of_advanced_support(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-12.3
    contract = Contract(
        organisation_id=ticket.organisation_id,
        number="C-1",
        starts_on=clock.now().date(),
        hosting=Hosting.CLOUD,
        plan=Plan.ADVANCED,
        support_hours=10,
        search_text="c-1",
        created_at=clock.now(),
    )
    session.add(contract)
    session.flush()
    ticket.contract_id = contract.id
    spend(session, people.actors["agente"], clock, ticket, 90)
    clock.advance(timedelta(days=60))
    spend(session, people.actors["agente"], clock, ticket, 30)
    assert support_of(session, contract.id, clock.now()) == Support("C-1", 10, Decimal(10))
