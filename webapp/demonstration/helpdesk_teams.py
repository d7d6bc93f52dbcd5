"""Fictitious teams of the desk, the tickets they have, and two absences: one that is over, one to come."""

from datetime import date, timedelta

from sqlalchemy import select, update

from webapp.clock import PARIS
from webapp.demonstration.world import World
from webapp.helpdesk.models import Absence, AbsenceTicket, Team, TeamMember, Ticket
from webapp.helpdesk.rules.services import ServiceType

#: Name, members, and the services whose tickets the team gets.
TEAMS: tuple[tuple[str, tuple[str, ...], tuple[ServiceType, ...]], ...] = (
    ("Portail et déclarations", ("camille.roux", "marc.dubois"), (ServiceType.DECLARATIONS,)),
    ("Matériel et sites", ("marc.dubois",), (ServiceType.IN_HOUSE,)),
)
#: Tickets that changed hands during the absence that is over.
MOVED = 4


def load(world: World) -> None:
    """Add the teams, give them their tickets, and add the absences."""
    now = world.clock.now()
    for name, members, services in TEAMS:
        team = Team(name=name, created_at=now - timedelta(days=300))
        world.session.add(team)
        world.session.flush()
        world.session.add_all(TeamMember(team_id=team.id, account_id=world.people[member].id) for member in members)
        world.session.execute(update(Ticket).where(Ticket.service.in_(services)).values(team_id=team.id))
    _absences(world, now.astimezone(PARIS).date())


def _absences(world: World, today: date) -> None:
    now, agent, lead = world.clock.now(), world.people["camille.roux"].id, world.people["marc.dubois"].id
    begun = now - timedelta(days=20)
    over = Absence(
        account_id=agent,
        first_on=today - timedelta(days=20),
        last_on=today - timedelta(days=14),
        substitute_id=lead,
        reassigned_at=begun,
        told_at=now - timedelta(days=13),
        created_at=now - timedelta(days=30),
    )
    coming = Absence(
        account_id=lead,
        first_on=today + timedelta(days=12),
        last_on=today + timedelta(days=16),
        substitute_id=agent,
        created_at=now - timedelta(days=2),
    )
    world.session.add_all([over, coming])
    world.session.flush()
    followed = select(Ticket.organisation_id, Ticket.id).where(Ticket.assignee_id == lead, Ticket.notified_at < begun)
    moved = world.session.execute(followed.order_by(Ticket.notified_at.desc(), Ticket.id.desc()).limit(MOVED)).all()
    world.session.add_all(AbsenceTicket(organisation_id=row.organisation_id, absence_id=over.id, ticket_id=row.id) for row in moved)
    world.session.flush()
