"""Files on tickets: attached by both sides, internal for the desk, removed with a trace, and belonging to their ticket's client."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People
from tests.helpdesk.support import URL, opened
from tests.uploads import made
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.attachments import attachments_of, get_attachment
from webapp.helpdesk.services.attachments import attach, attach_alone, remove_attachment
from webapp.helpdesk.services.triage import Client, Qualification, qualify
from webapp.outbox.models import OutboxMessage
from webapp.uploads.held import Held, held_by, token_of
from webapp.uploads.models import StoredFile
from webapp.uploads.storage import FileStore, Stored, store_for
from webapp.web.state import State


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


@pytest.fixture
def files(app: Flask) -> FileStore:
    state: State = app.extensions["guichet"]
    return store_for(state.settings)


def held(files: FileStore, name: str = "ecran.png", content: bytes = b"") -> Held:
    return Held(files.put(content or made.png()), name)


def test_attaching_is_one_act_with_the_digest_of_each_file_and_leaves_the_version(
    session: GuichetSession, people: People, clock: FrozenClock, files: FileStore
) -> None:
    ticket = opened(session, people, clock)
    version = ticket.version
    attach(session, people.actors["cliente"], clock, ticket, files, [held(files), held(files, "notes.txt", b"essai")])
    session.commit()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.attached")).one()
    assert [file["name"] for file in event.detail["files"]] == ["ecran.png", "notes.txt"]
    assert all(len(file["sha256"]) == 64 for file in event.detail["files"])
    session.refresh(ticket)
    assert (ticket.attachment_count, ticket.version) == (2, version)


def test_internal_files_exist_for_the_desk_only(session: GuichetSession, people: People, clock: FrozenClock, files: FileStore) -> None:
    ticket, agent, client = opened(session, people, clock), people.actors["agente"], people.actors["cliente"]
    [hidden] = attach(session, agent, clock, ticket, files, [held(files)], internal=True)
    [shown] = attach(session, agent, clock, ticket, files, [held(files)])
    assert [row.id for row in attachments_of(session, client, ticket.id)] == [shown.id]
    assert [row.id for row in attachments_of(session, agent, ticket.id)] == [hidden.id, shown.id]
    with pytest.raises(NotFound):
        get_attachment(session, client, ticket.reference, hidden.id)
    with pytest.raises(Forbidden):
        attach(session, client, clock, ticket, files, [held(files)], internal=True)


def test_nobody_attaches_to_another_client_s_ticket(session: GuichetSession, people: People, clock: FrozenClock, files: FileStore) -> None:
    # FL-7.1
    ticket = opened(session, people, clock)
    with pytest.raises(NotFound):
        attach(session, people.actors["autre-cliente"], clock, ticket, files, [held(files)])


def test_a_ticket_holds_fifty_megabytes(session: GuichetSession, people: People, clock: FrozenClock, files: FileStore) -> None:
    ticket, actor = opened(session, people, clock), people.actors["cliente"]
    row = attach(session, actor, clock, ticket, files, [held(files)])[0]
    row.size = 50_000_000 - 10
    session.flush()
    with pytest.raises(Invalid) as caught:
        attach(session, actor, clock, ticket, files, [held(files, "a.txt", b"onze octets")])
    assert "50 Mo" in caught.value.errors["files"]
    attach(session, actor, clock, ticket, files, [held(files, "a.txt", b"dix octets")])


def test_a_kept_file_that_is_sent_twice_is_two_files(session: GuichetSession, people: People, clock: FrozenClock, files: FileStore) -> None:
    ticket, actor, file = opened(session, people, clock), people.actors["cliente"], held(files)
    first, second = (attach(session, actor, clock, ticket, files, [file])[0] for _ in range(2))
    assert first.file_key != second.file_key
    assert files.read(first.file_key or "") == files.read(second.file_key or "")


def test_the_other_side_is_told_of_files_that_come_alone(
    session: GuichetSession, people: People, clock: FrozenClock, files: FileStore
) -> None:
    ticket, agent = opened(session, people, clock), people.actors["agente"]
    ticket.assignee_id = agent.account_id
    session.commit()
    before = set(session.scalars(select(OutboxMessage.id)))
    attach_alone(session, people.actors["cliente"], clock, ticket, files, [held(files)], internal=False, public_url=URL)
    attach_alone(session, agent, clock, ticket, files, [held(files)], internal=False, public_url=URL)
    attach_alone(session, agent, clock, ticket, files, [held(files, "secret.png")], internal=True, public_url=URL)
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.id.not_in(before)).order_by(OutboxMessage.id)).all()
    assert ticket.contact_email in [mail.recipient for mail in mails]
    assert [mail.recipient for mail in mails].count(ticket.contact_email) == 1  # nothing of the internal one
    assert not any(".png" in mail.body for mail in mails)
    with pytest.raises(Invalid):
        attach_alone(session, agent, clock, ticket, files, [], internal=False, public_url=URL)


def test_removing_takes_the_bytes_and_leaves_the_trace(
    session: GuichetSession, people: People, clock: FrozenClock, files: FileStore
) -> None:
    ticket, agent, client = opened(session, people, clock), people.actors["agente"], people.actors["cliente"]
    [row] = attach(session, client, clock, ticket, files, [held(files)])
    with pytest.raises(Forbidden):
        remove_attachment(session, client, clock, ticket, row, "Trop tard")
    with pytest.raises(Invalid):
        remove_attachment(session, agent, clock, ticket, row, "  ")
    key = remove_attachment(session, agent, clock, ticket, row, "Donnée personnelle")
    session.commit()
    assert session.get(StoredFile, key) is None
    [left] = attachments_of(session, client, ticket.id)
    assert (left.name, left.removed_by, left.removal_reason) == ("ecran.png", agent.name, "Donnée personnelle")
    with pytest.raises(NotFound):
        get_attachment(session, agent, ticket.reference, row.id)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.attachment_removed")).one()
    assert event.detail["reason"] == "Donnée personnelle"


def test_files_follow_a_ticket_that_changes_client(session: GuichetSession, people: People, clock: FrozenClock, files: FileStore) -> None:
    # FL-12.5c
    ticket, agent = opened(session, people, clock), people.actors["agente"]
    [row] = attach(session, people.actors["cliente"], clock, ticket, files, [held(files)])
    session.commit()
    other = people.actors["autre-cliente"]
    move(session, people, clock, ticket)
    session.commit()
    session.expire_all()
    assert get_attachment(session, other, ticket.reference, row.id).Attachment.organisation_id == other.organisation_id
    with pytest.raises(NotFound):
        get_attachment(session, people.actors["cliente"], ticket.reference, row.id)
    assert agent.organisation_id not in {row.organisation_id}


def move(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    """Give the ticket to the other client."""
    from webapp.helpdesk.commitments import desk_hours
    from webapp.helpdesk.rules.commitment import Commitment

    other = people.organisations["autre-client"]
    found = Qualification(Commitment(desk_hours()), ticket.service, (), 2, client=Client(other.id, other.name))
    qualify(session, people.actors["agente"], clock, ticket, found)


def test_the_word_of_a_kept_file_serves_its_account_for_a_day() -> None:
    file = Held(Stored("0" * 32, 3, "a" * 64), "a.txt")
    word = token_of(file, 7, "k" * 48)
    assert held_by(word, 7, "k" * 48) == file
    assert held_by(word, 8, "k" * 48) is None
    assert held_by(word, 7, "x" * 48) is None
    assert held_by(word[:-2], 7, "k" * 48) is None
