"""The help desk's saves, each with its floor: a reply, and an act on a hundred tickets at once."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from benchmarks.floors import Floors
from benchmarks.people import Person
from benchmarks.saves import Save, Target
from benchmarks.world import World
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket, TicketMessage, TicketPerson, TicketSearch
from webapp.helpdesk.rules.bulk import BulkAct, JobState, Result
from webapp.helpdesk.rules.states import State
from webapp.outbox.models import OutboxMessage

AT_ONCE = 100
_COLUMNS = (Ticket.id, Ticket.organisation_id, Ticket.reference, Ticket.version, Ticket.contact_email, Ticket.rank)


def desk_saves(world: World, floors: Floors, agent: Person) -> Iterator[Save]:
    """Yield the saves. Theirs are other tickets than those of the floor."""
    with world.database.engine.begin() as connection:
        connection.execute(update(Ticket.__table__).where(Ticket.is_open).values(priority=2))  # the first act gives another one
        answered = select(*_COLUMNS).where(Ticket.state == State.CONFIRMED, Ticket.first_responded_at.is_not(None)).order_by(Ticket.id)
        mine, theirs = connection.execute(answered.limit(2)).all()
        many = connection.execute(
            select(*_COLUMNS).where(Ticket.is_open, Ticket.id > theirs.id).order_by(Ticket.id).limit(2 * AT_ONCE)
        ).all()
    yield Save("reply to a ticket", agent, _reply(world, mine), _reply_floor(world, floors, agent, theirs), htmx=False, mark="")
    ours, floor = many[:AT_ONCE], many[AT_ONCE:]
    yield Save(f"priority of {AT_ONCE} tickets", agent, _bulk(ours), _bulk_floor(world, floors, agent, floor), htmx=False, mark="")


def _reply(world: World, ticket: Any, path: str = "") -> Target:
    def fill(turn: int, _version: int) -> dict[str, str]:
        with world.database.engine.connect() as connection:
            present = connection.execute(select(Ticket.version).where(Ticket.id == ticket.id)).scalar_one()
        return {"body": f"Réponse {turn}.", "version": str(present), "do": "reply"}

    def stored(connection: Connection) -> tuple[int, str]:
        said = select(TicketMessage.body).where(TicketMessage.ticket_id == ticket.id).order_by(TicketMessage.id)
        bodies = connection.execute(said).scalars().all()
        return len(bodies), bodies[-1]

    return Target(path or f"/assistance/{ticket.reference}/messages", fill, stored, lambda turn: f"Réponse {turn}.")


def _reply_floor(world: World, floors: Floors, agent: Person, ticket: Any) -> Target:
    """Write what a reply writes: the message, its words in the index, the act's evidence, the client's mail, the agent's last visit."""
    numbers, words, person = count(1), TicketSearch.__table__.c.said, TicketPerson.__table__
    owned = {"ticket_id": ticket.id, "organisation_id": ticket.organisation_id}
    mine = (person.c.ticket_id == ticket.id) & (person.c.account_id == _account(agent))

    def writes(connection: Connection, form: Any) -> None:
        now, key = world.clock.now(), f"plancher:{next(numbers)}"
        message = {
            "at": now,
            "internal": False,
            "from_desk": True,
            "author_id": _account(agent),
            "author_name": "Camille",
            "body": form["body"],
        }
        connection.execute(insert(TicketMessage.__table__), owned | message)
        said = update(TicketSearch.__table__).where(TicketSearch.ticket_id == ticket.id)
        connection.execute(said.values(said=func.ltrim(words + " " + form["body"].lower())))
        connection.execute(insert(AuditEvent.__table__), _event(agent, now, ticket, "ticket.replied"))
        mail = {"recipient": ticket.contact_email, "subject": ticket.reference, "body": form["body"], "created_at": now, "not_before": now}
        connection.execute(insert(OutboxMessage.__table__), mail | {"key": key, "message_id": key, "attempts": 0})
        connection.execute(update(person).where(mine).values(seen_at=now, reply_draft="", drafted_at=None))

    return _reply(world, ticket, floors.save("reponse", f"/assistance/{ticket.reference}", writes))


def _priority(turn: int) -> str:
    return str((turn + 1) % 3 + 1)


def _bulk(tickets: Any, path: str = "/assistance/lots") -> Target:
    """Every turn gives the tickets another priority."""

    def fill(turn: int, _version: int) -> dict[str, Any]:
        return {"act": "priority", "priority": _priority(turn), "t": [row.reference for row in tickets]}

    def stored(connection: Connection) -> tuple[int, str]:
        row = connection.execute(select(Ticket.version, Ticket.priority).where(Ticket.id == tickets[-1].id)).one()
        return row.version, str(row.priority)

    return Target(path, fill, stored, _priority)


def _bulk_floor(world: World, floors: Floors, agent: Person, tickets: Any) -> Target:
    """Write what the act writes: the tickets, a batch with an item for each, their evidence and the batch's own."""
    table = Ticket.__table__
    new = {"priority": bindparam("new_priority"), "version": table.c.version + 1}
    change = update(table).where(table.c.id == bindparam("key"), table.c.version == bindparam("old_version")).values(**new)

    def writes(connection: Connection, form: Any) -> None:
        now, priority = world.clock.now(), int(form["priority"])
        keys = [row.id for row in tickets]
        before = connection.execute(select(Ticket.id, Ticket.version, Ticket.priority).where(Ticket.id.in_(keys))).all()
        job = {"act": BulkAct.PRIORITY, "order": {"priority": priority}, "state": JobState.DONE, "account_id": _account(agent)}
        counted = {
            "total": AT_ONCE,
            "done": AT_ONCE,
            "filters": "",
            "unknown": [],
            "created_at": now,
            "finished_at": now,
            "undo_until": now,
        }
        new = connection.execute(insert(BulkJob.__table__), job | counted | {"actor_name": "Camille", "undone_by": ""})
        assert new.inserted_primary_key is not None
        connection.execute(change, [{"key": row.id, "old_version": row.version, "new_priority": priority} for row in before])
        item = {"bulk_job_id": new.inserted_primary_key[0], "result": Result.DONE, "reason": "", "made": {}}
        owners = {row.id: row.organisation_id for row in tickets}
        items = [
            item
            | {"ticket_id": row.id, "organisation_id": owners[row.id], "before": {"priority": row.priority}}
            | {"before_version": row.version, "after_version": row.version + 1}
            for row in before
        ]
        connection.execute(insert(BulkItem.__table__), items)
        acts = [_event(agent, now, row, "ticket.prioritised") for row in tickets]
        connection.execute(insert(AuditEvent.__table__), [*acts, _event(agent, now, tickets[0], "bulk.done")])

    return _bulk(tickets, floors.save("lot", "/assistance/file", writes))


def _account(agent: Person) -> int:
    assert agent.user is not None
    assert agent.user.actor.account_id is not None
    return agent.user.actor.account_id


def _event(agent: Person, now: Any, ticket: Any, action: str) -> dict[str, Any]:
    subject, detail = f"ticket {ticket.reference}", {"from_desk": True}
    who = {"account_id": _account(agent), "actor_name": "Camille", "organisation_id": ticket.organisation_id}
    return who | {"at": now, "action": action, "subject": subject, "network_address": None, "detail": detail}
