"""Reading saved views: those that an agent may use, and how many open tickets each holds."""

from dataclasses import dataclass

from sqlalchemy import bindparam, literal, or_, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.actor import Actor
from webapp.db import plain_rows
from webapp.errors import NotFound
from webapp.helpdesk.models import SavedView, Team, TeamMember
from webapp.helpdesk.queries.queue import number_of
from webapp.helpdesk.rules.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view, with its audience in words: the team's name, or the owner's."""

    id: int
    name: str
    filters: str
    owner_id: int
    owner: str
    team: str
    for_desk: bool


#: One's own, those of one's teams, those of the whole desk.
_TEAMS = select(TeamMember.team_id).where(TeamMember.account_id == bindparam("me"))
_USABLE = or_(SavedView.owner_id == bindparam("me"), SavedView.team_id.in_(_TEAMS), SavedView.for_desk.is_(True))
# Read by every showing of the queue, so it is built once.
_USABLE_VIEWS = (
    select(
        SavedView.id,
        SavedView.name,
        SavedView.filters,
        SavedView.owner_id,
        Account.full_name.label("owner"),
        Team.name.label("team"),
        SavedView.for_desk,
    )
    .join(Account, Account.id == SavedView.owner_id)
    .outerjoin(Team, Team.id == SavedView.team_id)
    .where(_USABLE)
    .order_by(SavedView.name, SavedView.id)
)


def saved_views(session: Session, actor: Actor) -> list[Saved]:
    """Return the views that the agent may use, in the order of their names: one statement."""
    rows = plain_rows(session, _USABLE_VIEWS, {"me": actor.account_id})
    return [Saved(row.id, row.name, row.filters, row.owner_id, row.owner, row.team or "", row.for_desk) for row in rows]


def get_saved_view(session: Session, actor: Actor, identifier: int, *, lock: bool = False) -> SavedView:
    """Load and authorise in one call: somebody else's personal view, or none, is ``NotFound``."""
    statement = select(SavedView).where(SavedView.id == identifier, _USABLE)
    found = session.scalar(statement.with_for_update() if lock else statement, {"me": actor.account_id})
    if found is None:
        raise NotFound
    return found


def numbers_of(session: Session, wanted: dict[int, Wanted]) -> dict[int, int]:
    """Return how many open tickets each of these lists holds (the archive is not counted), in one statement."""
    counted = {key: one for key, one in wanted.items() if one.open_only}
    if not counted:
        return {}
    parts = [number_of(session, one).add_columns(literal(key).label("key")) for key, one in counted.items()]
    rows = session.execute(union_all(*parts)).all()
    return {int(row[1]): int(row[0]) for row in rows}
