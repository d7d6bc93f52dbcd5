"""Writing why a warning is not a mistake, and deciding on what was written. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.models import ControlJustification
from webapp.declarations.policies import can_judge
from webapp.declarations.queries import ReturnFile, stored_cells
from webapp.declarations.rules.controls import Finding
from webapp.declarations.rules.justifications import Justification, Opinion, decide, text_digest, write
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.services.saving import facts_now, hold_for_entry, locked, sheet_of
from webapp.errors import Conflict, Invalid, NotFound
from webapp.evidence.services import record

LONGEST_REFUSAL = 2000


def finding_of(sheet: Sheet, control: str) -> Finding:
    """What a control of the return's form found. Raises NotFound for a control that the form has not."""
    for finding in sheet.findings():
        if finding.control.code == control:
            return finding
    raise NotFound


class WrittenMeanwhile(Conflict):
    """Somebody else justified the same control since the page was opened: nothing was written, and both texts are to be shown."""


def justify(session: Session, actor: Actor, clock: Clock, file: ReturnFile, control: str, text: str, *, seen: str) -> None:
    """Write why a warning that fails is not a mistake, for the figures as they stand; it replaces the text that the person saw.

    `seen` is the digest (:func:`webapp.declarations.rules.justifications.text_digest`) of the text shown, empty when there was none.
    Raises NotFound for a control that the form has not, Invalid for a text that explains nothing, WrittenMeanwhile when another text
    stands by now, Conflict when the return no longer takes entries.
    """
    hold_for_entry(session, actor, clock, file)
    sheet = sheet_of(file, stored_cells(session, file.id))
    try:
        written = write(finding_of(sheet, control), text, sheet)
    except ValueError as refusal:
        raise Invalid({"text": _(str(refusal))}) from refusal
    stored = _stored(session, file, control)
    if stored is not None and stored.text != written.text and text_digest(stored.text) != seen:
        raise WrittenMeanwhile(_("%(name)s a écrit une autre justification entre-temps. Comparez, puis enregistrez.", name=stored.by_name))
    if stored is None:
        stored = ControlJustification(organisation_id=file.organisation_id, return_id=file.id, control_code=control, submitted=False)
        session.add(stored)
    elif (stored.text, stored.covers) == (written.text, written.covers) and stored.opinion is not Opinion.REFUSED:
        return
    stored.text, stored.covers, stored.opinion = written.text, written.covers, written.opinion
    stored.by, stored.by_name, stored.at = actor.account_id, actor.name, clock.now()
    stored.decided_by_name, stored.decided_at, stored.reason = "", None, ""
    _record(session, actor, clock, file, "return.justified", control)


def judge(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, control: str, opinion: Opinion, *, seen: str, reason: str = ""
) -> None:
    """Accept a justification, or refuse it with a reason, for the figures `seen`. The same decision twice is one.

    Raises NotFound when nothing was written, Invalid for a refusal without a reason, Conflict when the return is not to be examined or
    the justification is about other figures by now.
    """
    row = locked(session, file)
    if not can_judge(actor, facts_now(file, row)):
        raise Conflict(_("Cette déclaration n’est plus à examiner : elle a été renvoyée entre-temps. Rechargez la page."))
    stored = _stored(session, file, control)
    if stored is None:
        raise NotFound
    reason = reason.strip() if opinion is Opinion.REFUSED else ""
    if opinion is Opinion.REFUSED and not reason:
        raise Invalid({"reason": _("Dites pourquoi cette justification est refusée : le déclarant doit pouvoir la reprendre.")})
    if len(reason) > LONGEST_REFUSAL:
        raise Invalid({"reason": _("Raccourcissez ce texte : %(max)d caractères au plus.", max=LONGEST_REFUSAL)})
    decided = decide(Justification(control, stored.text, stored.covers, stored.opinion), opinion, seen)
    if decided is None:
        raise Conflict(_("Cette justification a changé depuis que la page est ouverte. Relisez-la avant de décider."))
    if (stored.opinion, stored.reason) == (opinion, reason):
        return
    stored.opinion, stored.reason = decided.opinion, reason
    stored.decided_by_name, stored.decided_at = actor.name, clock.now()
    action = "return.justification_accepted" if opinion is Opinion.ACCEPTED else "return.justification_refused"
    _record(session, actor, clock, file, action, control)


def freeze(session: Session, file: ReturnFile, controls: Collection[str]) -> None:
    """Note which justifications a submission holds, and which are left over from earlier figures."""
    held = ControlJustification.control_code.in_(sorted(controls))
    of_return = update(ControlJustification).where(ControlJustification.return_id == file.id)
    session.execute(of_return.values(submitted=held))


def _stored(session: Session, file: ReturnFile, control: str) -> ControlJustification | None:
    query = select(ControlJustification).where(ControlJustification.return_id == file.id, ControlJustification.control_code == control)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _record(session: Session, actor: Actor, clock: Clock, file: ReturnFile, action: str, control: str) -> None:
    subject, detail = f"déclaration {file.number}", {"control": control}
    record(session, actor, clock, action=action, subject=subject, organisation_id=file.organisation_id, detail=detail)
    session.flush()
