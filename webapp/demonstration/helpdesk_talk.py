"""What stands around the fictitious tickets' messages: canned texts, followers, time spent, a draft, and what clients thought."""

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Row

from webapp.accounts.models import Account
from webapp.demonstration.world import World
from webapp.helpdesk.models import CannedText, Ticket, TicketPerson, TicketRating, TimeEntry
from webapp.helpdesk.rules.states import ENDED

TEXTS = (
    (
        "Accusé de réception",
        "Bonjour {contact},\n\nNous avons bien reçu votre signalement {reference} (« {titre} ») et nous le traitons.\n"
        "Échéance : {echeance}.\n\n{agent}",
    ),
    (
        "Demander une capture d’écran",
        "Bonjour {contact},\n\nPouvez-vous joindre une capture d’écran du message affiché, depuis la page du ticket ?\n{lien}\n\n{agent}",
    ),
    (
        "Vider le cache du navigateur",
        "Bonjour {contact},\n\nAppuyez sur Ctrl + F5 sur la page concernée, puis recommencez. Dites-nous si le problème demeure.\n\n"
        "{agent}",
    ),
)
COMMENTS = ("", "", "Réponse claire et rapide.", "Il a fallu relancer.", "Merci à l’équipe.", "Le délai était long pour nous.")
MINUTES = (10, 15, 20, 30, 45, 60, 90, 120)


def load(world: World) -> None:
    """Add them to the tickets that are there: time and satisfaction for those that ended, followers for those that wait."""
    chance, now = random.Random(20260202), world.clock.now().replace(microsecond=0)  # noqa: S311 -- the same each time, no secret
    texts = [{"title": title, "body": body, "created_at": now - timedelta(days=200)} for title, body in TEXTS]
    world.session.execute(insert(CannedText), texts)
    agents = [world.people["camille.roux"], world.people["marc.dubois"]]
    tickets = world.session.execute(
        select(Ticket.id, Ticket.organisation_id, Ticket.state, Ticket.is_open, Ticket.notified_at, Ticket.closed_at, Ticket.contact_name)
        .where(Ticket.notified_at > now - timedelta(days=120))
        .order_by(Ticket.id)
    ).all()
    _time(world, chance, tickets, agents)
    _ratings(world, chance, tickets)


def _time(world: World, chance: random.Random, tickets: Sequence[Row[*tuple[object, ...]]], agents: Sequence[Account]) -> None:
    """Agents noted time on two tickets of three; the lead follows what is still open."""
    entries, people = [], []
    for ticket in tickets:
        agent, minutes, owner = (
            chance.choice(agents),
            chance.choice(MINUTES),
            {"organisation_id": ticket.organisation_id, "ticket_id": ticket.id},
        )
        spent = chance.random() < 0.66
        if spent:
            at = ticket.notified_at + timedelta(minutes=minutes)
            entries.append({**owner, "account_id": agent.id, "account_name": agent.full_name, "minutes": minutes, "at": at})
        follows = ticket.is_open and chance.random() < 0.4
        if spent or follows:
            people.append({**owner, "account_id": agent.id, "from_desk": True, "minutes": minutes if spent else 0, "watching": follows})
    world.session.execute(insert(TimeEntry), entries)
    world.session.execute(insert(TicketPerson), people)
    summed = {
        "minutes_spent": select(func.coalesce(func.sum(TicketPerson.minutes), 0))
        .where(TicketPerson.ticket_id == Ticket.id)
        .scalar_subquery(),
        "watcher_count": select(func.count()).where(TicketPerson.ticket_id == Ticket.id, TicketPerson.watching.is_(True)).scalar_subquery(),
    }
    ids = [row["ticket_id"] for row in people]
    world.session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(summed).execution_options(synchronize_session=False))


def _ratings(world: World, chance: random.Random, tickets: Sequence[Row[*tuple[object, ...]]]) -> None:
    """Clients said what they thought of every other ticket that ended."""
    client = world.people["nadia.benali"]
    rows = [
        {
            "organisation_id": ticket.organisation_id,
            "ticket_id": ticket.id,
            "score": chance.choices((1, 2, 3, 4, 5), (1, 2, 3, 8, 6))[0],
            "comment": chance.choice(COMMENTS),
            "account_id": client.id,
            "account_name": ticket.contact_name,
            "at": ticket.closed_at + timedelta(hours=chance.randint(1, 40)),
            "version": 1,
        }
        for ticket in tickets
        if ticket.state in ENDED and ticket.closed_at is not None and chance.random() < 0.5
    ]
    world.session.execute(insert(TicketRating), [row for row in rows if row["at"] <= world.clock.now()])
