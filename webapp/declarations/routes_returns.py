"""Lists of returns, a return's own page, its submission, its receipts, and the agents' decision."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.accounts.rules import REGIONS
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import grid, queries, rules, services, snapshots
from webapp.declarations.blueprint import blueprint
from webapp.declarations.forms import ReasonForm, VersionForm
from webapp.declarations.policies import can_act, can_enter, is_agent, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.rules import Act
from webapp.declarations.services import sheet_of
from webapp.declarations.sheet import Sheet
from webapp.errors import Invalid, NotFound
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.get("/declarations")
def index() -> Response:
    """List the returns that the person may see: a declarant its own, an agent those of its territory."""
    session, actor = get_session(), current_actor()
    listing = list_state(tuple(queries.SORTS), queries.FILTERS, descending=True)
    order = listing.order(queries.SORTS)
    rows = queries.list_returns(session, actor, listing.filters, order, listing.offset, listing.size)
    return page(
        "declarations/index.html",
        listing=listing,
        files=[ReturnFile(*row) for row in rows],
        total=queries.count_returns(session, actor, listing.filters),
        agent=is_agent(actor),
        national=actor.has(Role.NATIONAL_AGENT),
        campaigns=queries.campaign_choices(session) if is_agent(actor) else [],
        regions=REGIONS,
        **words(current_clock()),
    )


def words(clock: Clock) -> dict[str, Any]:
    """The labels that lists and pages of returns share."""
    now = clock.now()
    return {
        "state_labels": rules.STATE_LABELS,
        "state_chips": rules.STATE_CHIPS,
        "audience_labels": rules.AUDIENCE_LABELS,
        "kind_labels": rules.KIND_LABELS,
        "severity_labels": grid.SEVERITY_LABELS,
        "severity_chips": grid.SEVERITY_CHIPS,
        "operator_words": grid.OPERATOR_WORDS,
        "timing": lambda file: rules.timing(file.deadline, now).value if file.state in rules.EDITABLE else "",
    }


@blueprint.get("/declarations/<number>")
def overview(number: str) -> Response:
    """Show a return: what is left to do for its declarant, what was submitted for an agent."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    return page(
        "declarations/overview.html", **overview_context(session, actor, file, ReasonForm(formdata=None, version=str(file.version)))
    )


def overview_context(session: Session, actor: Actor, file: ReturnFile, form: ReasonForm) -> dict[str, Any]:
    """What the page of a return draws."""
    clock = current_clock()
    sheet: Sheet | None
    if is_declarant_of(actor, file.facts):
        sheet = sheet_of(file, queries.stored_cells(session, file.id))
    else:
        submitted = queries.latest_submission(session, file.id)
        sheet = snapshots.sheet_from(submitted.content, file.model) if submitted else None
    findings = sheet.findings() if sheet else []
    failed = grid.failed(findings, file.model)
    return {
        "file": file,
        "model": file.model,
        "sheet": sheet,
        "failed": failed,
        "failing": Counter(code for item in failed for code in {table for _label, table, _anchor in item.cells}),
        "tally": grid.tally(findings),
        "history": queries.history(session, file.id),
        "act_labels": {Act.SUBMIT: _("Déposée"), Act.ACCEPT: _("Acceptée"), Act.SEND_BACK: _("Renvoyée pour correction")},
        "editable": can_enter(actor, file.facts, clock.now()),
        "may_submit": can_act(Act.SUBMIT, actor, file.facts, clock.now()),
        "may_decide": can_act(Act.ACCEPT, actor, file.facts, clock.now()),
        "agent": is_agent(actor),
        "transitions": rules.TRANSITIONS,
        "form": form,
        **words(clock),
    }


@blueprint.get("/declarations/<number>/depot")
def submission(number: str) -> Response:
    """Show what stands against the submission, and the button when nothing does."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    if not is_declarant_of(actor, file.facts):
        raise NotFound
    return _submission_page(session, file, VersionForm(formdata=None, version=str(file.version)))


def _submission_page(session: Session, file: ReturnFile, form: VersionForm, status: int = 200) -> Response:
    clock = current_clock()
    cells = queries.stored_cells(session, file.id)
    sheet = sheet_of(file, cells)
    findings = sheet.findings()
    return page(
        "declarations/submission.html",
        status,
        file=file,
        model=file.model,
        sheet=sheet,
        form=form,
        failed=grid.failed(findings, file.model),
        tally=grid.tally(findings),
        invalid=[(file.model.label(key), key[0], grid.anchor_of(key, file.model)) for key in sheet.invalid_cells()],
        may_submit=can_act(Act.SUBMIT, current_actor(), file.facts, clock.now()),
        transition=rules.TRANSITIONS[Act.SUBMIT],
        figures_seen=services.figures_seen(cells),
        **words(clock),
    )


@blueprint.post("/declarations/<number>/depot")
def submit(number: str) -> Response:
    """Submit the return and lead to its receipt."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    if not is_declarant_of(actor, file.facts):
        raise NotFound
    form = VersionForm()
    try:
        receipt = services.submit(
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
        return _submission_page(session, file, form, 422)
    return see_other("declarations.receipt", number=number, receipt=receipt)


@blueprint.get("/declarations/<number>/recepisses/<receipt>")
def receipt(number: str, receipt: str) -> Response:
    """Show a receipt: what was submitted, when, by whom, and its digest, checked again."""
    session = get_session()
    file = queries.find_return(session, current_actor(), number)
    submitted = queries.find_submission(session, file, receipt)
    genuine = services.verify(submitted.snapshot, submitted.sha256)
    return page("declarations/receipt.html", file=file, submitted=submitted, genuine=genuine, **words(current_clock()))


@blueprint.get("/declarations/<number>/recepisses/<receipt>/instantane.json")
def snapshot(number: str, receipt: str) -> Response:
    """Download the exact bytes whose digest is on the receipt."""
    session = get_session()
    file = queries.find_return(session, current_actor(), number)
    submitted = queries.find_submission(session, file, receipt)
    response = make_response(submitted.snapshot.encode())
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{submitted.receipt}.json"'
    return response


@blueprint.post("/declarations/<number>/decision")
def decide(number: str) -> Response:
    """Accept a submitted return, or send it back with a reason."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = ReasonForm()
    public_url = state().settings.public_url
    if request.form.get("act") == Act.ACCEPT.value:
        services.accept(session, actor, clock, file, version=form.seen, public_url=public_url)
        announce(_("La déclaration %(number)s est acceptée ; le déclarant est prévenu.", number=number))
        return see_other("declarations.overview", number=number)
    try:
        services.send_back(session, actor, clock, file, version=form.seen, reason=form.reason.data or "", public_url=public_url)
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return page("declarations/overview.html", 422, **overview_context(session, actor, file, form))
    announce(_("La déclaration %(number)s est renvoyée ; le déclarant est prévenu.", number=number))
    return see_other("declarations.overview", number=number)
