"""Saying who works on a file, and until when (FX-7b, FX-7c)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import PARIS, Clock
from webapp.db import Rows
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.scopes import mails
from webapp.scopes.models import Dossier, DossierAccess
from webapp.scopes.policies import can_manage_rights, can_see
from webapp.scopes.queries.rights import right_of, running
from webapp.scopes.rules.rights import RIGHT_LABELS, FileRight, until_problem
from webapp.scopes.services.files import subject

#: The role that lets somebody use each right.
ROLE_OF = {FileRight.RESPONSIBLE: Role.SCOPE_EDITOR, FileRight.DELEGATE: Role.SCOPE_EDITOR, FileRight.AUDITOR: Role.SCOPE_AUDITOR}


def managed_file(session: Session, actor: Actor, clock: Clock, number: str, *, to_change: bool) -> Dossier:
    """Return a file whose people the actor may see, or change; :class:`NotFound` when it is not theirs, else :class:`Forbidden`."""
    found = session.execute(select(Dossier, right_of(actor, clock.now()).label("right")).where(Dossier.number == number)).one_or_none()
    if found is None:
        raise NotFound(number)
    file, right = found
    may_change = can_manage_rights(actor, file.organisation_id, right)
    if not may_change and not can_see(actor, file.organisation_id, right):
        raise NotFound(number)
    if to_change and not may_change:
        raise Forbidden("rights on a file")
    return file


def candidates(session: Session, organisation_id: int) -> Rows:
    """Return the people of a body who may be given some right on its files."""
    return people_with_role(session, organisation_id, *frozenset(ROLE_OF.values()))


def first_responsible(session: Session, clock: Clock, file: Dossier, granted_by: int | None) -> None:
    """Give a new file to everybody who edits scopes for its body."""
    for person in people_with_role(session, file.organisation_id, Role.SCOPE_EDITOR):
        _add(session, clock, file, person.account_id, FileRight.RESPONSIBLE, granted_by=granted_by)


def give(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    account_id: int,
    right: FileRight,
    until: date | None,
    reason: str,
    public_url: str,
) -> DossierAccess:
    """Give a person of the body a right on the file until the end of a day in Paris; a running one of the same kind is replaced.

    :class:`Invalid` for somebody who has not the role that the right needs, and for a day that it cannot have.
    """
    file = managed_file(session, actor, clock, number, to_change=True)
    errors: dict[str, str] = {}
    holders = {person.account_id: person for person in people_with_role(session, file.organisation_id, ROLE_OF[right])}
    if account_id not in holders:
        errors["account"] = _(
            "Choisissez une personne de l’organisme qui a le rôle voulu : « Responsable de portées » pour modifier,"
            " « Auditeur de portées » pour lire."
        )
    problem = until_problem(right, until, clock.now().astimezone(PARIS).date())
    if problem:
        errors["until"] = _(problem)
    if errors:
        raise Invalid(errors)
    _end_running(session, clock, file, account_id, right)
    ends = None if until is None else datetime.combine(until + timedelta(days=1), time(0), PARIS).astimezone(UTC)
    access = _add(session, clock, file, account_id, right, until=ends, reason=reason, granted_by=actor.account_id)
    person = holders[account_id]
    detail = {"person": person.full_name, "right": right, "until": ends.isoformat() if ends else None, "reason": reason}
    record(session, actor, clock, action="scope.right_given", subject=subject(file), organisation_id=file.organisation_id, detail=detail)
    title, body = mails.entrusted(file.number, RIGHT_LABELS[right], until, f"{public_url}/portees/{file.number}")
    enqueue(session, clock, to=person.email, subject=title, body=body, key=f"scope-right:{access.id}")
    return access


def end(session: Session, actor: Actor, clock: Clock, number: str, access_id: int) -> str:
    """End a right at once and return the person's name; ending it twice is the same as once.

    The last person who edits a file cannot be taken from it: somebody must answer for it.
    """
    file = managed_file(session, actor, clock, number, to_change=True)
    access = session.scalar(select(DossierAccess).where(DossierAccess.id == access_id, DossierAccess.dossier_id == file.id))
    if access is None:
        raise NotFound(f"{number}/{access_id}")
    name = session.get_one(Account, access.account_id).full_name
    now = clock.now()
    if access.until is not None and access.until <= now:
        return name
    if access.access is FileRight.RESPONSIBLE and len(_responsible(session, file, now)) == 1:
        raise Invalid({"right": _("Nommez d’abord un autre responsable : un dossier en a toujours un.")})
    access.until = now
    detail = {"person": name, "right": access.access}
    record(session, actor, clock, action="scope.right_ended", subject=subject(file), organisation_id=file.organisation_id, detail=detail)
    return name


def _responsible(session: Session, file: Dossier, now: datetime) -> Sequence[int]:
    query = select(DossierAccess.id).where(DossierAccess.dossier_id == file.id, DossierAccess.access == FileRight.RESPONSIBLE, running(now))
    return session.scalars(query.order_by(DossierAccess.id).with_for_update()).all()


def _end_running(session: Session, clock: Clock, file: Dossier, account_id: int, right: FileRight) -> None:
    now = clock.now()
    query = select(DossierAccess).where(
        DossierAccess.dossier_id == file.id, DossierAccess.account_id == account_id, DossierAccess.access == right, running(now)
    )
    for access in session.scalars(query.order_by(DossierAccess.id)):
        access.until = now


def _add(
    session: Session,
    clock: Clock,
    file: Dossier,
    account_id: int,
    right: FileRight,
    *,
    until: datetime | None = None,
    reason: str = "",
    granted_by: int | None = None,
) -> DossierAccess:
    access = DossierAccess(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        account_id=account_id,
        access=right,
        since=clock.now(),
        until=until,
        reason=reason,
        granted_at=clock.now(),
        granted_by=granted_by,
    )
    session.add(access)
    session.flush()
    return access
