"""Views of the queue that agents keep under a name, for themselves, a team or the whole desk."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.helpdesk.models import SavedView
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.talk import teams_of

#: Views that one person keeps: more would not be found again, and each is counted.
MOST_VIEWS = 30
LONGEST_FILTERS = 2000


@dataclass(frozen=True, slots=True)
class Kept:
    """A view as it was typed; ``team_id`` None and not ``for_desk``: for oneself."""

    name: str
    filters: str
    team_id: int | None = None
    for_desk: bool = False


def keep_view(session: Session, actor: Actor, clock: Clock, kept: Kept) -> SavedView:
    """Keep a view. Raises ``Invalid`` for a team that is not the actor's, filters that are too long, or one view too many."""
    if not works_the_desk(actor) or actor.account_id is None:
        raise Forbidden
    _check(session, actor, kept)
    own = session.scalar(select(func.count()).select_from(SavedView).where(SavedView.owner_id == actor.account_id)) or 0
    if own >= MOST_VIEWS:
        raise Invalid({"name": _("Vous gardez déjà %(max)s vues : supprimez-en une d’abord.", max=MOST_VIEWS)})
    view = SavedView(
        name=kept.name,
        owner_id=actor.account_id,
        team_id=kept.team_id,
        for_desk=kept.for_desk,
        filters=kept.filters,
        created_at=clock.now(),
    )
    session.add(view)
    session.flush()
    _note(session, actor, clock, "saved_view.kept", view)
    return view


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """Its owner changes a view; a lead those that are shared."""
    return view.owner_id == actor.account_id or (actor.has(Role.DESK_LEAD) and (view.for_desk or view.team_id is not None))


def change_view(session: Session, actor: Actor, clock: Clock, view: SavedView, kept: Kept, *, seen_version: int) -> None:
    """Rename a view or share it otherwise; raise ``Conflict`` when somebody changed it since the form was drawn."""
    _check_changeable(actor, view, seen_version)
    if kept.team_id != view.team_id:
        _check(session, actor, kept)
    view.name, view.team_id, view.for_desk = kept.name, kept.team_id, kept.for_desk
    session.flush()
    _note(session, actor, clock, "saved_view.changed", view)


def remove_view(session: Session, actor: Actor, clock: Clock, view: SavedView, *, seen_version: int) -> None:
    """Delete a view; the tickets stay as they are."""
    _check_changeable(actor, view, seen_version)
    _note(session, actor, clock, "saved_view.removed", view)
    session.delete(view)
    session.flush()


def _check(session: Session, actor: Actor, kept: Kept) -> None:
    if kept.team_id is not None and kept.team_id not in dict(teams_of(session, actor)):
        raise Invalid({"audience": _("Choisissez une valeur de la liste.")})
    if len(kept.filters) > LONGEST_FILTERS:
        raise Invalid({"name": _("Ces filtres sont trop longs pour être gardés : raccourcissez le texte cherché.")})


def _check_changeable(actor: Actor, view: SavedView, seen_version: int) -> None:
    if not may_change_view(actor, view):
        raise Forbidden
    if view.version != seen_version:
        raise Conflict(_("Cette vue a été modifiée pendant que vous la lisiez."), stale=True)


def _note(session: Session, actor: Actor, clock: Clock, action: str, view: SavedView) -> None:
    detail = {"name": view.name, "filters": view.filters, "team": view.team_id, "for_desk": view.for_desk}
    record(session, actor, clock, action=action, subject=f"vue {view.id}", detail=detail)
