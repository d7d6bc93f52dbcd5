"""Justifications: a declarant says why a warning of a return is no mistake, an agent decides on that; what waits for a decision."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import Row
from sqlalchemy.orm import Session

from webapp.accounts.rules import REGIONS
from webapp.actor import Actor, Role
from webapp.declarations import grid, queries
from webapp.declarations.forms import JudgementForm, JustificationForm
from webapp.declarations.policies import can_enter, can_judge, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.standings import standing_for
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.justifications import STANDING_LABELS, Opinion, needs_justification, offered, text_digest
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.snapshots import sheet_from
from webapp.declarations.rules.workflow import EDITABLE, KIND_LABELS, STATE_LABELS, ReturnState
from webapp.declarations.services.justifications import WrittenMeanwhile, finding_of, judge, justify
from webapp.declarations.services.saving import sheet_of
from webapp.errors import Invalid, NotFound
from webapp.web.acting import acts_once
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session


def _sheet(session: Session, actor: Actor, file: ReturnFile) -> Sheet:
    """The figures that the actor reads: the declarant its present ones, an agent those last submitted. Raises NotFound before."""
    if is_declarant_of(actor, file.facts):
        return sheet_of(file, queries.stored_cells(session, file.id))
    submitted = queries.latest_submission(session, file.id)
    if submitted is None:
        raise NotFound
    return sheet_from(submitted.content, file.model)


@blueprint.get("/declarations/justifications")
def justifications() -> Response:
    """List the justifications that wait for the agent's decision, of all the returns that they may see."""
    session, actor = get_session(), current_actor()
    listing = list_state(tuple(queries.TO_EXAMINE_SORTS), queries.TO_EXAMINE_FILTERS)
    order = listing.order(queries.TO_EXAMINE_SORTS)
    rows = queries.to_examine(session, actor, listing.filters, order, listing.offset, listing.size)
    return page(
        "declarations/justifications.html",
        listing=listing,
        rows=rows,
        total=rows[0].total if rows else 0,
        messages={(row.model_code, row.model_version, row.control_code): _message(row) for row in rows},
        campaigns=queries.campaign_choices(session),
        kind_labels=KIND_LABELS,
        regions=REGIONS,
        national=actor.has(Role.NATIONAL_AGENT),
    )


def _message(row: Row[Any]) -> str:
    """What the control of a justification says; empty for one that its form has no more."""
    controls = get_model(row.model_code, row.model_version).controls
    return next((control.message for control in controls if control.code == row.control_code), "")


@blueprint.get("/declarations/<number>/justifications/<control>")
def justification(number: str, control: str) -> Response:
    """Show a control of a return with what was written about it, and the form of whoever may write or decide."""
    session, actor = get_session(), current_actor()
    return _page(session, actor, queries.find_return(session, actor, number), control)


def _page(
    session: Session,
    actor: Actor,
    file: ReturnFile,
    control: str,
    status: int = 200,
    form: JustificationForm | None = None,
    judgement: JudgementForm | None = None,
    conflict: str = "",
) -> Response:
    sheet = _sheet(session, actor, file)
    finding = finding_of(sheet, control)
    declarant, in_hand = is_declarant_of(actor, file.facts), file.state in EDITABLE
    written = queries.justifications_of(session, file.id).get(control)
    if in_hand and not declarant:
        written = None  # what is being written is the declarant's alone, as its figures are
    where = standing_for(actor, file, finding, written.justification if written else None, sheet)
    may_write = can_enter(actor, file.facts, current_clock().now()) and needs_justification(finding)
    begun = ""
    if form is None and may_write:
        begun = "" if written else offered(finding, queries.justification_of_last_year(session, file, control))
        text = written.justification.text if written else ""
        form = JustificationForm(formdata=None, text=text or begun, seen=text_digest(text))
    seen = written.justification.covers if written else ""
    return page(
        "declarations/justification.html",
        status,
        file=file,
        item=grid.finding_view(finding, file.model),
        failed=finding.failed,
        written=written,
        conflict=conflict,
        standing=where.value,
        standing_words=STANDING_LABELS[where] if declarant or not in_hand else STATE_LABELS[file.state],
        decided=written is not None and written.decided_at is not None and not (declarant and file.state is ReturnState.SUBMITTED),
        begun_from_last_year=bool(begun),
        form=form if may_write else None,
        from_list=request.values.get("de") == "liste",
        judgement=(judgement or JudgementForm(formdata=None, seen=seen)) if written and can_judge(actor, file.facts) else None,
        severity_labels=grid.SEVERITY_LABELS,
        severity_chips=grid.SEVERITY_CHIPS,
        operator_words=grid.OPERATOR_WORDS,
    )


@blueprint.post("/declarations/<number>/justifications/<control>")
@acts_once
def write_justification(number: str, control: str) -> Response:
    """Write why a warning is no mistake."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    form = JustificationForm()
    try:
        justify(session, actor, current_clock(), file, control, form.text.data or "", seen=form.seen.data or "")
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _page(session, actor, file, control, 422, form=form)
    except WrittenMeanwhile as conflict:
        theirs = queries.justifications_of(session, file.id)[control]
        form.seen.data = text_digest(theirs.justification.text)
        return _page(session, actor, file, control, 409, form=form, conflict=str(conflict))
    announce(_("La justification du contrôle %(code)s est enregistrée.", code=control))
    return see_other("declarations.submission", number=number)


@blueprint.post("/declarations/<number>/justifications/<control>/decision")
@acts_once
def judge_justification(number: str, control: str) -> Response:
    """Accept or refuse a justification."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    form = JudgementForm()
    opinion = Opinion.ACCEPTED if request.form.get("act") == "accept" else Opinion.REFUSED
    try:
        judge(session, actor, current_clock(), file, control, opinion, seen=form.seen.data or "", reason=form.reason.data or "")
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _page(session, actor, file, control, 422, judgement=form)
    accepted = _("La justification du contrôle %(code)s est acceptée.", code=control)
    refused = _("La justification du contrôle %(code)s est refusée ; le déclarant le verra au renvoi.", code=control)
    announce(accepted if opinion is Opinion.ACCEPTED else refused)
    return see_other("declarations.justifications") if request.form.get("de") else see_other("declarations.overview", number=number)
