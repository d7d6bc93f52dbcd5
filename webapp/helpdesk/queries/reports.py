"""Named reads of incident reports: those sent, with the obligation that each fulfils, and one file."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, undefer

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.db import Rows, plain_rows
from webapp.errors import NotFound
from webapp.helpdesk.ahead import remembered
from webapp.helpdesk.models import IncidentReport, IncidentReportDraft, Obligation, Ticket
from webapp.helpdesk.queries.tickets import canonical, within_reach
from webapp.helpdesk.rules.owed import Owed

# Read by every showing of a ticket, so it is built once.
_OBLIGATIONS = (
    select(
        Obligation.kind,
        Obligation.due_at,
        Obligation.is_open,
        Obligation.done_at,
        Obligation.cancelled_at,
        IncidentReport.number,
        IncidentReport.sent_at,
        IncidentReport.author_name,
        IncidentReport.sha256,
    )
    .outerjoin(IncidentReport, IncidentReport.obligation_id == Obligation.id)
    .where(Obligation.ticket_id == bindparam("ticket"))
    .order_by(Obligation.id, IncidentReport.number)
)


def obligations_of(session: Session, ticket_id: int) -> Rows:
    """Return what is and was owed for a ticket (kind, due_at, is_open, done_at, cancelled_at), oldest first.

    An obligation has one row for each report sent for it (number, sent_at, author_name, sha256, all None without).
    """
    return plain_rows(session, _OBLIGATIONS, {"ticket": ticket_id}).all()


def draft_of(session: Session, ticket_id: int) -> IncidentReportDraft | None:
    """Return the draft of a ticket's report."""
    return session.scalar(select(IncidentReportDraft).where(IncidentReportDraft.ticket_id == ticket_id))


def last_report(session: Session, ticket_id: int) -> IncidentReport | None:
    """Return the newest report sent on a ticket."""
    return session.scalar(
        select(IncidentReport).where(IncidentReport.ticket_id == ticket_id).order_by(IncidentReport.number.desc()).limit(1)
    )


def get_report(session: Session, actor: Actor, reference: str, number: int) -> IncidentReport:
    """Load and authorise a sent report, with its file, in one call: somebody else's, or none, is ``NotFound``."""
    found = session.scalar(
        select(IncidentReport)
        .join(Ticket, Ticket.id == IncidentReport.ticket_id)
        .where(Ticket.reference == canonical(reference), IncidentReport.number == number, within_reach(actor))
        .options(undefer(IncidentReport.pdf))
    )
    if found is None:
        raise NotFound
    return found


def latest_reports(session: Session, limit: int = 10) -> Rows:
    """Return the reports sent last (number, sent_at, author_name, reference, title, client), newest first, for the desk."""
    return session.execute(
        select(
            IncidentReport.number,
            IncidentReport.sent_at,
            IncidentReport.author_name,
            Ticket.reference,
            Ticket.title,
            Organisation.name.label("client"),
        )
        .join(Ticket, Ticket.id == IncidentReport.ticket_id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .order_by(IncidentReport.id.desc())
        .limit(limit)
    ).all()


def last_obligation(session: Session, ticket_id: int, kind: Owed) -> Any:
    """Return the newest obligation of a kind for a ticket, whatever became of it."""
    statement = select(Obligation).where(Obligation.ticket_id == ticket_id, Obligation.kind == kind)
    return remembered(session, "obligation", (ticket_id, kind), lambda: session.scalar(statement.order_by(Obligation.id.desc()).limit(1)))
