"""Teams of the desk: making, renaming and closing them, and who is in them."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.helpdesk import policies
from webapp.helpdesk.models import Team, TeamMember, Ticket
from webapp.helpdesk.queries.teams import members_of, today_in_paris, works_at_the_desk
from webapp.helpdesk.services.handing_over import hand_over


def create_team(session: Session, actor: Actor, clock: Clock, name: str, members: Collection[int]) -> Team:
    """Make a team. Raises ``Forbidden``, or ``Invalid`` when the name is taken or a member is no agent."""
    if not policies.may_manage_teams(actor):
        raise Forbidden
    _check(session, clock, name, members)
    team = Team(name=name, created_at=clock.now())
    session.add(team)
    session.flush()
    _set_members(session, team, members)
    detail = {"name": name, "members": sorted(members)}
    record(session, actor, clock, action="team.created", subject=f"équipe {team.id}", detail=detail)
    return team


def change_team(
    session: Session, actor: Actor, clock: Clock, team: Team, name: str, members: Collection[int], *, closed: bool, seen_version: int
) -> None:
    """Rename a team, change its members, close it or open it again.

    The open tickets of a team that closes go back to the queue, each with its trace; a person who follows one goes on following it.
    Raises ``Conflict`` when the page was stale.
    """
    if not policies.may_manage_teams(actor):
        raise Forbidden
    if seen_version != team.version:
        raise Conflict(_("Cette équipe a changé pendant votre saisie."), stale=True)
    _check(session, clock, name, members, team)
    before = {"name": team.name, "members": members_of(session, team.id), "closed": team.closed}
    closes = closed and not team.closed
    team.name, team.closed = name, closed
    team.version += 1
    session.flush()
    _set_members(session, team, members)
    if closes:
        held = select(Ticket).where(Ticket.team_id == team.id, Ticket.is_open.is_(True)).order_by(Ticket.id).with_for_update()
        for ticket in session.scalars(held).all():
            hand_over(session, actor, clock, ticket, reason="team_closed", team_id=None)
    after = {"name": name, "members": sorted(members), "closed": closed}
    record(session, actor, clock, action="team.changed", subject=f"équipe {team.id}", detail={"before": before, "after": after})


def _check(session: Session, clock: Clock, name: str, members: Collection[int], team: Team | None = None) -> None:
    """Raise ``Invalid`` when another team has the name, or when somebody who joins does not work at the desk."""
    same = select(Team.id).where(func.lower(Team.name) == name.lower(), Team.id != (team.id if team else 0))
    if session.scalar(same) is not None:
        raise Invalid({"name": _("Une autre équipe porte déjà ce nom.")})
    known = set(members_of(session, team.id)) if team else set()
    joining = set(members) - known
    able = works_at_the_desk(today_in_paris(clock))
    found = session.scalars(select(Account.id).where(Account.id.in_(joining), able)).all() if joining else []
    if joining - set(found):
        raise Invalid({"members": _("Choisissez des agents de la liste.")})


def _set_members(session: Session, team: Team, members: Collection[int]) -> None:
    session.execute(delete(TeamMember).where(TeamMember.team_id == team.id, TeamMember.account_id.not_in(list(members))))
    present = set(members_of(session, team.id))
    session.add_all(TeamMember(team_id=team.id, account_id=account) for account in sorted(set(members) - present))
    session.flush()
