"""Incident reports (FL-12.7): written, read again, sent by the desk; downloaded by the client too."""

from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.helpdesk.forms.reports import ReportForm, SendReportForm
from webapp.helpdesk.models import IncidentReportDraft
from webapp.helpdesk.queries.reports import draft_of, get_report, obligations_of
from webapp.helpdesk.queries.tickets import get_ticket, get_ticket_with_names
from webapp.helpdesk.report_content import Source, proposed, read_source, report_content
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import version_of
from webapp.helpdesk.rules.report import Words, may_send, missing
from webapp.helpdesk.services.common import facts_of
from webapp.helpdesk.services.reports import check_writable, save_draft, send_report, words_of
from webapp.pdf import render
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.route("/assistance/<reference>/rapport", methods=["GET", "POST"])
def edit_report(reference: str) -> Response:
    """Write the report of an interruption; « review » saves it and leads to the page that sends it."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "GET":
        return _editor(reference, None)
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form = ReportForm()
    if not form.validate():
        return _editor(reference, form, 422)
    review = request.form.get("do") == "review"
    if review and (errors := missing(form.words())):
        form.refuse({name: _(said) for name, said in errors.items()})
        return _editor(reference, form, 422)
    try:
        save_draft(session, actor, clock, ticket, form.words(), seen_version=version_of(form) or 0)
    except Conflict as error:
        return _editor(reference, form, 409, conflict=error.message)
    announce(_("Le brouillon est enregistré."))
    target = "helpdesk.review_report" if review else "helpdesk.edit_report"
    return see_other_url(remember_done(session, url_for(target, reference=ticket.reference)))


@blueprint.route("/assistance/<reference>/rapport/relecture", methods=["GET", "POST"])
def review_report(reference: str) -> Response:
    """Show the report as the client will read it, and send it."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "GET":
        return _review(reference)
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form = SendReportForm()
    try:
        url = state().settings.public_url
        report = send_report(session, actor, clock, ticket, public_url=url, seen_version=version_of(form) or 0)
    except Invalid as error:
        session.rollback()
        return _editor(reference, None, 422, errors=error.errors)
    except Conflict as error:
        session.rollback()
        return _review(reference, 409, conflict=error.message)
    announce(_("Le rapport est envoyé à %(address)s (version %(number)s).", address=report.sent_to, number=report.number))
    return see_other_url(remember_done(session, url_for("helpdesk.ticket", reference=ticket.reference)))


@blueprint.get("/assistance/<reference>/rapport/apercu.pdf")
def report_preview(reference: str) -> Response:
    """Give the draft as the PDF that it would become, marked as not sent."""
    source, words, _draft = _material(reference, current_clock().now())
    content = report_content(source, words, number=1, at=current_clock().now(), draft=True)
    return _file(render("incident_report", content), f"projet-{source.ticket.reference}.pdf")


@blueprint.get("/assistance/<reference>/rapports/<int(max=2147483647):number>.pdf")
def report_file(reference: str, number: int) -> Response:
    """Give a sent report, byte for byte as it was sent."""
    report = get_report(get_session(), current_actor(), reference, number)
    return _file(report.pdf, f"rapport-{reference}-v{number}.pdf")


def _file(pdf: bytes, name: str) -> Response:
    """Answer with a file that is saved, not opened in the site's own name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _material(reference: str, now: datetime) -> tuple[Source, Words, IncidentReportDraft | None]:
    """Return what a report is drawn from, the words written so far (or proposed), and their draft."""
    session, actor = get_session(), current_actor()
    row = get_ticket_with_names(session, actor, reference)
    check_writable(actor, row.Ticket)
    source, draft = read_source(session, row, now), draft_of(session, row.Ticket.id)
    return source, words_of(draft) if draft is not None else proposed(source), draft


def _editor(
    reference: str, form: ReportForm | None, status: int = 200, *, conflict: str = "", errors: dict[str, str] | None = None
) -> Response:
    """Show the form with the facts beside it; on a conflict, what was typed with what stands now."""
    now = current_clock().now()
    source, words, draft = _material(reference, now)
    if form is None:
        form = ReportForm(formdata=None, data=words.parts())
    form.version.data = str(draft.version if draft is not None else 0)
    form.refuse(errors or {})
    form.causes.flags.required = form.solutions.flags.required = True
    return page(
        "helpdesk/report_edit.html",
        status,
        ticket=source.ticket,
        form=form,
        content=report_content(source, words, number=1, at=now),
        notes=source.notes,
        theirs=words if conflict else None,
        conflict=conflict,
        saved=draft,
    )


def _review(reference: str, status: int = 200, conflict: str = "") -> Response:
    now = current_clock().now()
    source, words, draft = _material(reference, now)
    ticket = source.ticket
    rows = obligations_of(get_session(), ticket.id)
    number = max((row.number or 0 for row in rows), default=0) + 1
    context: dict[str, Any] = {
        "ticket": ticket,
        "content": report_content(source, words, number=number, at=now),
        "version": draft.version if draft is not None else 0,
        "number": number,
        "sendable": may_send(current_actor(), facts_of(ticket)) and not missing(words) and draft is not None,
        "conflict": conflict,
    }
    return page("helpdesk/report_review.html", status, **context)
