"""Lists of returns, a return's own page, its submission, its receipts, and the agents' decision."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.accounts.rules import REGIONS
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import grid, queries
from webapp.declarations.forms import ExtensionForm, MessageForm, ReasonForm, RectificationForm, VersionForm
from webapp.declarations.policies import can_act, can_enter, is_agent, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.presence import presence_of
from webapp.declarations.routes.signatories import signing
from webapp.declarations.routes.standings import standing_for, standings
from webapp.declarations.rules import documents as rules_documents
from webapp.declarations.rules import snapshots, workflow
from webapp.declarations.rules.justifications import STANDING_LABELS, unanswered
from webapp.declarations.rules.sections import Review
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.workflow import Act
from webapp.declarations.services import saving, transitions
from webapp.declarations.services.saving import sheet_of
from webapp.errors import Invalid
from webapp.texts import mark as _m
from webapp.web.forms import BaseForm
from webapp.web.i18n import paris_date
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

SITUATIONS = {**{code.value: label for code, label in workflow.STANDING_LABELS.items()}, queries.LATE: _m("En retard")}
CORRECTION_DAYS = 15
"""Days that a declarant is offered to correct what is sent back."""


@blueprint.get("/declarations")
def index() -> Response:
    """List the returns that the person may see: a declarant its own, an agent those of its territory."""
    session, actor = get_session(), current_actor()
    listing = list_state(tuple(queries.SORTS), queries.FILTERS, descending=True)
    order = listing.order(queries.SORTS)
    today = workflow.today(current_clock().now())
    rows = queries.list_returns(session, actor, listing.filters, today, order, listing.offset, listing.size)
    return page(
        "declarations/index.html",
        listing=listing,
        files=[ReturnFile(*row) for row in rows],
        total=queries.count_returns(session, actor, listing.filters, today),
        agent=is_agent(actor),
        national=actor.has(Role.NATIONAL_AGENT),
        campaigns=queries.campaign_choices(session) if is_agent(actor) else [],
        regions=REGIONS,
        situations=SITUATIONS,
        **words(current_clock()),
    )


def words(clock: Clock) -> dict[str, Any]:
    """The labels that lists and pages of returns share."""
    now = clock.now()
    return {
        "state_labels": workflow.STATE_LABELS,
        "state_chips": workflow.STATE_CHIPS,
        "audience_labels": workflow.AUDIENCE_LABELS,
        "kind_labels": workflow.KIND_LABELS,
        "severity_labels": grid.SEVERITY_LABELS,
        "severity_chips": grid.SEVERITY_CHIPS,
        "operator_words": grid.OPERATOR_WORDS,
        "timing": lambda file: workflow.timing(file.deadline, now).value if file.state in workflow.AWAITED else "",
    }


@blueprint.get("/declarations/<number>")
def overview(number: str) -> Response:
    """Show a return: what is left to do for its declarant, what was submitted for an agent."""
    session, actor = get_session(), current_actor()
    return overview_page(session, actor, queries.find_return(session, actor, number))


def overview_page(session: Session, actor: Actor, file: ReturnFile, status: int = 200, **forms: BaseForm) -> Response:
    """The page of a return, with the forms given in place of empty ones (a page shown again)."""
    return page("declarations/overview.html", status, **overview_context(session, actor, file), **empty_forms(file) | forms)


def empty_forms(file: ReturnFile) -> dict[str, BaseForm]:
    """The forms of a return's page, over the version that it shows."""
    version, today = str(file.version), workflow.today(current_clock().now())
    soon = max(file.deadline, today + timedelta(days=CORRECTION_DAYS))
    return {
        "form": ReasonForm(formdata=None, version=version, due_on=soon),
        "rectification": RectificationForm(formdata=None, prefix="r-", version=version),
        "extension": ExtensionForm(formdata=None, prefix="e-", version=version),
        "message": MessageForm(formdata=None),
    }


def overview_context(session: Session, actor: Actor, file: ReturnFile) -> dict[str, Any]:
    """What the page of a return draws."""
    clock = current_clock()
    declarant = is_declarant_of(actor, file.facts)
    sheet, rank = _figures(session, actor, file)
    findings = sheet.findings() if sheet else []
    failed = grid.failed(findings, file.model)
    exchange = queries.exchange(session, file.id, agent=not declarant)
    return {
        "file": file,
        "model": file.model,
        "sheet": sheet,
        "failed": failed,
        "failing": Counter(code for item in failed for code in {table for _label, table, _anchor in item.cells}),
        "tally": grid.tally(findings),
        **(standings(session, actor, file, sheet, findings) if sheet else {"standings": {}, "standing_labels": {}}),
        "history": queries.history(session, file.id),
        "exchange": exchange,
        "marked": Counter(mark.key[0] for mark in (exchange.open if declarant else [*exchange.open, *exchange.pending])),
        "rank": rank,
        "editable": can_enter(actor, file.facts, clock.now()),
        "may": {act.value: can_act(act, actor, file.facts, clock.now()) for act in Act},
        "agent": not declarant,
        "transitions": workflow.TRANSITIONS,
        "act_labels": workflow.ACT_LABELS,
        "anchors": {mark.id: grid.anchor_of(mark.key, file.model) for mark in exchange.marks if mark.key in file.model.cells},
        **words(clock),
    }


def _figures(session: Session, actor: Actor, file: ReturnFile) -> tuple[Sheet | None, int]:
    """What the actor reads, the declarant its present figures, an agent those last submitted; and the rank of the last submission."""
    if is_declarant_of(actor, file.facts):
        return sheet_of(file, queries.stored_cells(session, file.id)), 0
    submitted = queries.latest_submission(session, file.id)
    if submitted is None:
        return None, 0
    return snapshots.sheet_from(submitted.content, file.model), submitted.rank


@blueprint.get("/declarations/<number>/depot")
def submission(number: str) -> Response:
    """Show what stands against the submission, and the button when nothing does."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    return _submission_page(session, actor, file, VersionForm(formdata=None, version=str(file.version)))


def _submission_page(session: Session, actor: Actor, file: ReturnFile, form: VersionForm, status: int = 200) -> Response:
    clock = current_clock()
    cells = queries.stored_cells(session, file.id)
    sheet = sheet_of(file, cells)
    findings = sheet.findings()
    written = queries.justifications_alone(queries.justifications_of(session, file.id))
    attached, expected = queries.documents_of(session, file), sheet.expected_documents()
    return page(
        "declarations/submission.html",
        status,
        file=file,
        model=file.model,
        sheet=sheet,
        form=form,
        failed=grid.failed(findings, file.model),
        tally=grid.tally(findings),
        unjustified=len(unanswered(findings, written, sheet)),
        standings={
            found.control.code: standing_for(actor, file, found, written.get(found.control.code), sheet)
            for found in findings
            if found.failed
        },
        standing_labels=STANDING_LABELS,
        unread=[part.section for part in queries.shared_sections(session, file) if part.review is not Review.READY],
        invalid=[(file.model.label(key), key[0], grid.anchor_of(key, file.model)) for key in sheet.invalid_cells()],
        editable=can_enter(actor, file.facts, clock.now()),
        may_submit=can_act(Act.SUBMIT, actor, file.facts, clock.now()),
        transition=workflow.TRANSITIONS[Act.SUBMIT],
        missing_documents=rules_documents.missing(expected, attached),
        documents=rules_documents.listed(expected, attached),
        figures_seen=saving.figures_seen(cells, rules_documents.seen(attached)),
        presence=presence_of(session, actor, file, "", clock.now()),
        **signing(session, actor, clock, file),
        **words(clock),
    )


@blueprint.post("/declarations/<number>/depot")
def submit(number: str) -> Response:
    """Submit the return and lead to its receipt."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    form = VersionForm()
    try:
        receipt = transitions.submit(
            session,
            actor,
            current_clock(),
            file,
            version=form.seen,
            public_url=state().settings.public_url,
            seen=request.form.get("figures"),
        )
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _submission_page(session, actor, file, form, 422)
    return see_other("declarations.receipt", number=number, receipt=receipt)


@blueprint.post("/declarations/<number>/decision")
def decide(number: str) -> Response:
    """Accept a submitted return, or send it back with a reason and the cells marked."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = ReasonForm()
    public_url = state().settings.public_url
    if request.form.get("act") == Act.ACCEPT.value:
        transitions.accept(session, actor, clock, file, version=form.seen, public_url=public_url)
        announce(_("La déclaration %(number)s est acceptée ; le déclarant est prévenu.", number=number))
        return see_other("declarations.overview", number=number)
    if not form.validate():
        return overview_page(session, actor, file, 422, form=form)
    try:
        transitions.send_back(
            session,
            actor,
            clock,
            file,
            version=form.seen,
            reason=form.reason.data or "",
            due_on=form.due_on.data,
            public_url=public_url,
        )
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return overview_page(session, actor, file, 422, form=form)
    announce(_("La déclaration %(number)s est renvoyée ; le déclarant est prévenu.", number=number))
    return see_other("declarations.overview", number=number)


@blueprint.post("/declarations/<number>/rectification")
def rectify(number: str) -> Response:
    """Open an accepted return again, or give its rectification up."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = RectificationForm(prefix="r-")
    if request.form.get("act") == Act.ABANDON.value:
        transitions.abandon(session, actor, clock, file, version=form.seen)
        announce(_("La rectification est abandonnée : les chiffres acceptés sont rétablis."))
        return see_other("declarations.overview", number=number)
    if not form.validate():
        return overview_page(session, actor, file, 422, rectification=form)
    reason = form.reason.data or ""
    transitions.rectify(session, actor, clock, file, version=form.seen, reason=reason, public_url=state().settings.public_url)
    announce(
        _("La déclaration est ouverte pour rectification. Ce qui a été accepté reste en vigueur jusqu’à l’acceptation de la suivante.")
    )
    return see_other("declarations.overview", number=number)


@blueprint.post("/declarations/<number>/report")
def extend(number: str) -> Response:
    """Put one declarant's deadline off."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = ExtensionForm(prefix="e-")
    if not form.validate():
        return overview_page(session, actor, file, 422, extension=form)
    until, reason = form.until.data, form.reason.data or ""
    try:
        transitions.extend(
            session, actor, clock, file, version=form.seen, until=until, reason=reason, public_url=state().settings.public_url
        )
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return overview_page(session, actor, file, 422, extension=form)
    announce(_("L’échéance de ce déclarant est reportée au %(day)s ; il est prévenu.", day=paris_date(until)))
    return see_other("declarations.overview", number=number)
