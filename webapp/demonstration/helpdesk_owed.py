"""What the desk owes in the demonstration: reports to write, one begun, one late, and some sent."""

from datetime import timedelta

from sqlalchemy import select

from webapp.actor import Actor
from webapp.clock import FrozenClock
from webapp.demonstration.helpdesk_lives import typeset
from webapp.demonstration.world import World
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.report import Words
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services.obligations import keep_owed
from webapp.helpdesk.services.reports import save_draft, send_report

#: Reports on incidents closed earlier than that are not part of the demonstration.
SPAN = timedelta(days=19)
SENT = 2
WORDS = Words(
    typeset("Le service attendait un certificat dont la validité était passée : il refusait les connexions, sans le dire."),
    typeset("Le certificat a été remplacé et le service redémarré. Nous avons vérifié avec vous que tout répondait."),
    typeset("Une alerte nous prévient désormais trente jours avant la fin de validité de chaque certificat."),
)


def load(world: World) -> None:
    """Give the incidents closed of late what they leave owed: the earliest have their report, the next ones are late, one is begun."""
    now = world.clock.now()
    recent = world.session.scalars(
        select(Ticket)
        .where(Ticket.state == State.CLOSED, Ticket.confirmed_at.is_not(None), Ticket.closed_at > now - SPAN)
        .order_by(Ticket.closed_at, Ticket.id)
    ).all()
    agent, client = world.actor("camille.roux", "operateur"), world.organisations["client-alpha"].id
    sent = {*recent[:SENT], *[ticket for ticket in recent if ticket.organisation_id == client][:1]}
    for ticket in recent:
        keep_owed(world.session, FrozenClock(ticket.closed_at or now), ticket)
        if ticket in sent:
            _report(world, agent, ticket)
    if recent and recent[-1] not in sent:
        save_draft(world.session, agent, world.clock, recent[-1], Words(WORDS.causes), seen_version=0)


def _report(world: World, agent: Actor, ticket: Ticket) -> None:
    """Send the report some days after closing, through the service itself."""
    closed_at, now = ticket.closed_at or world.clock.now(), world.clock.now()
    clock = FrozenClock(min(desk_hours().add(closed_at, timedelta(hours=20)), now))
    draft = save_draft(world.session, agent, clock, ticket, WORDS, seen_version=0)
    send_report(world.session, agent, clock, ticket, public_url=world.settings.public_url, seen_version=draft.version)
