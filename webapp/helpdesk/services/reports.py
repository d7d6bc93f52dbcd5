"""Writing, sending and keeping incident reports (FL-12.7)."""

import hashlib

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.mails import reports as mails
from webapp.helpdesk.models import IncidentReport, IncidentReportDraft, Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.reports import draft_of, last_report
from webapp.helpdesk.queries.tickets import get_ticket_with_names
from webapp.helpdesk.report_content import read_source, report_content
from webapp.helpdesk.rules.report import Words, may_send, may_write, missing
from webapp.helpdesk.rules.states import Facts
from webapp.helpdesk.services.common import authorise, note_act, send
from webapp.helpdesk.services.obligations import keep_owed
from webapp.pdf import render


def words_of(draft: IncidentReportDraft) -> Words:
    """Return what the agents have written so far."""
    return Words(draft.causes, draft.solutions, draft.prevention)


def check_writable(actor: Actor, ticket: Ticket) -> Facts:
    """Return the ticket's facts, or raise: ``NotFound``, ``Forbidden``, and ``Conflict`` while the interruption is not over."""
    facts = authorise(actor, ticket)
    if not works_the_desk(actor):
        raise Forbidden
    if not may_write(actor, facts) or ticket.merged_into_id is not None:
        raise Conflict(_("Ce ticket n’est pas une interruption terminée : son rapport attend le rétablissement."), state=facts.state)
    return facts


def save_draft(session: Session, actor: Actor, clock: Clock, ticket: Ticket, words: Words, *, seen_version: int) -> IncidentReportDraft:
    """Keep what was typed as the draft of the ticket's report; no evidence is left of a draft, only of what is sent.

    ``seen_version`` is the version of the draft that the page showed, 0 for none. Raises ``Conflict`` when somebody else has saved since.
    """
    check_writable(actor, ticket)
    draft = _unchanged(session, ticket, seen_version)
    if draft is not None and words_of(draft) == words:
        return draft
    if draft is None:
        draft = IncidentReportDraft(organisation_id=ticket.organisation_id, ticket_id=ticket.id)
        session.add(draft)
    for name, text in words.parts().items():
        setattr(draft, name, text)
    draft.saved_at, draft.saved_by_id, draft.saved_by_name = clock.now(), actor.account_id, actor.name
    session.flush()
    return draft


def send_report(session: Session, actor: Actor, clock: Clock, ticket: Ticket, *, public_url: str, seen_version: int) -> IncidentReport:
    """Make the PDF of the draft, keep it with its digest, and mail its link to the contact; what was owed is done.

    A second sending is a correction: the next number, the earlier ones kept. Raises ``Conflict`` when the draft has changed or is what was
    sent last, or when the ticket is not closed (any more); ``Invalid`` names the parts that are empty.
    """
    facts = check_writable(actor, ticket)
    if not may_send(actor, facts):
        raise Conflict(
            _("Ce ticket n’est pas clos : ses durées ne sont pas fixées. Le rapport partira après sa clôture."), state=facts.state
        )
    draft = _unchanged(session, ticket, seen_version)
    words = words_of(draft) if draft is not None else Words()
    if errors := missing(words):
        raise Invalid({name: _(said) for name, said in errors.items()})
    owed, last = keep_owed(session, clock, ticket), last_report(session, ticket.id)
    if last is not None and owed is not None and not owed.is_open and last.content.get("words") == words.parts():
        raise Conflict(_("Ce rapport a déjà été envoyé, avec les mêmes mots."), stale=True)
    assert owed is not None, "a closed interruption owes its report"
    at, number = moment(clock), last.number + 1 if last is not None else 1
    source = read_source(session, get_ticket_with_names(session, actor, ticket.reference), at)
    content = report_content(source, words, number=number, at=at)
    pdf = render("incident_report", content)
    report = IncidentReport(
        organisation_id=ticket.organisation_id,
        ticket_id=ticket.id,
        obligation_id=owed.id,
        number=number,
        sent_at=at,
        sent_to=ticket.contact_email,
        author_id=actor.account_id,
        author_name=actor.name,
        content={**content, "words": words.parts()},
        sha256=hashlib.sha256(pdf).hexdigest(),
        pdf=pdf,
    )
    session.add(report)
    if owed.is_open:
        owed.is_open, owed.done_at = False, at
    session.flush()
    detail = {"number": number, "sha256": report.sha256, "due_at": owed.due_at.isoformat(), "clause": "FL-12.7"}
    note_act(session, actor, clock, ticket, "ticket.report_sent", detail)
    send(session, clock, ticket, mails.sent(ticket, number, public_url), f"report:{number}")
    return report


def _unchanged(session: Session, ticket: Ticket, seen_version: int) -> IncidentReportDraft | None:
    draft = draft_of(session, ticket.id)
    if (draft.version if draft is not None else 0) != seen_version:
        raise Conflict(_("Ce rapport a changé pendant que vous le lisiez."), stale=True)
    return draft
