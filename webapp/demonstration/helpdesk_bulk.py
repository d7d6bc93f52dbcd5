"""Tags, links, a duplicate merged, and acts on many tickets: one of some days ago, one that can still be undone."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from webapp.demonstration.world import World
from webapp.helpdesk.commitments import offers
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.bulk import BulkAct, Order
from webapp.helpdesk.rules.relations import LinkKind
from webapp.helpdesk.rules.states import OPEN
from webapp.helpdesk.services import Client, Report, bulk, open_ticket
from webapp.helpdesk.services.linking import link


def load(world: World) -> None:
    """Add them to open tickets of the demonstration; the clock is put back where it was."""
    now = world.clock.now()
    tickets = world.session.scalars(select(Ticket).where(Ticket.state.in_(OPEN)).order_by(Ticket.notified_at, Ticket.id).limit(12)).all()
    if len(tickets) < 6:
        return
    _duplicate(world)
    world.clock.set(now - timedelta(days=2))
    _tag(world, ("declarations",), tickets[:2])
    _tag(world, ("declarations", "a-suivre"), tickets[:4])
    other = next((ticket for ticket in tickets[1:] if ticket.organisation_id == tickets[0].organisation_id), tickets[1])
    link(world.session, world.actor("camille.roux", "operateur"), world.clock, tickets[0], other, LinkKind.CAUSED_BY)
    world.clock.set(now - timedelta(minutes=2))
    _tag(world, ("a-suivre",), tickets[3:6])
    world.clock.set(now)


def _tag(world: World, words: tuple[str, ...], tickets: Sequence[Ticket]) -> None:
    agent, picks = world.actor("camille.roux", "operateur"), [ticket.reference for ticket in tickets]
    bulk.run(world.session, agent, world.clock, Order(BulkAct.TAG, tags=words), picks, public_url=world.settings.public_url)


def _duplicate(world: World) -> None:
    """The same failure reported twice by one client: the second report is merged into the first."""
    now, client = world.clock.now(), world.actor("nadia.benali", "client-alpha")
    organisation = client.organisation_id or 0
    mine = select(Ticket).where(Ticket.organisation_id == organisation, Ticket.state.in_(OPEN)).order_by(Ticket.notified_at, Ticket.id)
    first = world.session.scalars(mine).first()
    if first is None:
        return
    world.clock.set(max(first.notified_at, now - timedelta(hours=3)))
    report = Report(
        title=f"Toujours le même problème : {first.title}"[:160],
        description="Je le signale de nouveau : un collègue me dit que cela ne marche pas chez lui non plus.",
        location=first.location,
        consequences=first.consequences,
        service=first.service,
        contact_name=client.name,
        contact_phone="01 23 45 67 89",
        contact_email=first.contact_email,
    )
    commitment = offers(world.session, organisation, world.clock.now())[0].commitment
    url = world.settings.public_url
    second = open_ticket(
        world.session,
        client,
        world.clock,
        report=report,
        client=Client(organisation, client.organisation_name),
        commitment=commitment,
        public_url=url,
    )
    world.clock.set(max(first.notified_at, now - timedelta(hours=2)))
    agent = world.actor("camille.roux", "operateur")
    bulk.run(world.session, agent, world.clock, Order(BulkAct.MERGE, target=first.reference), [second.reference], public_url=url)
    world.clock.set(now)
