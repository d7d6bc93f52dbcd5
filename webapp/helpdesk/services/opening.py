"""Opening a ticket: by the client on the report form, or by an agent after a phone call (FL-12.5b, FL-12.5c)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, moment
from webapp.helpdesk.mails import tickets as mails
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.references import next_reference
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.priority import Impact, rank
from webapp.helpdesk.rules.reference import Reference
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services.common import note_act, searchable, send
from webapp.helpdesk.services.sites import place_sites

#: An agent writes down a call of some days ago, not of another year.
OLDEST_CALL = timedelta(days=31)
NORMAL_PRIORITY = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What FL-12.5b asks of somebody who reports."""

    title: str
    description: str
    location: str
    consequences: str
    service: ServiceType
    contact_name: str
    contact_phone: str
    contact_email: str
    site_ids: tuple[int, ...] = ()
    impact: int = Impact.SEVERAL
    #: What it is about, when it came from a page (FX-8d): words, and a path of this portal.
    about_label: str = ""
    about_url: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """The organisation that a ticket is for."""

    organisation_id: int
    name: str


def open_ticket(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    report: Report,
    client: Client,
    commitment: Commitment,
    public_url: str,
    called_at: datetime | None = None,
) -> Ticket:
    """Open a ticket with its own reference, start its clock, and confirm it by mail to the contact.

    ``called_at`` (aware, not in the future) is the time of the phone call when an agent opens it: the start of the count.
    """
    for_other = client.organisation_id != actor.organisation_id
    if not policies.may_report(actor) or (for_other and not policies.may_open_for_a_client(actor)):
        raise Forbidden
    now = moment(clock)
    at = now if called_at is None else called_at.replace(microsecond=0)
    if at > now:
        raise Invalid({"called_at": _("L’heure de l’appel ne peut pas être dans le futur.")})
    if at < now - OLDEST_CALL:
        raise Invalid({"called_at": _("L’appel date de plus d’un mois : vérifiez la date.")})
    ticket = new_ticket(next_reference(session, at), report, client, commitment, at)
    ticket.by_phone = called_at is not None
    ticket.opened_by_id = actor.account_id
    start(session, actor, clock, ticket, report)
    send(session, clock, ticket, mails.opened(ticket, public_url), "opened")
    return ticket


def start(session: Session, actor: Actor, clock: Clock, ticket: Ticket, report: Report) -> None:
    """Add a new ticket with its sites, start its clock at the notification, and write the one audit event of its opening."""
    session.add(ticket)
    session.flush()
    place_sites(session, ticket, report.site_ids)
    append(session, ticket, EventKind.STARTED, ticket.notified_at, account_id=actor.account_id)
    detail = {"notified_at": ticket.notified_at.isoformat(), "service": str(report.service), "by_phone": ticket.by_phone}
    note_act(session, actor, clock, ticket, "ticket.opened", detail)


def new_ticket(reference: Reference, report: Report, client: Client, commitment: Commitment, at: datetime) -> Ticket:
    """Return a ticket with the deadlines of the commitment, not yet added to a session."""
    ticket = Ticket(
        organisation_id=client.organisation_id,
        reference=str(reference),
        year=reference.year,
        counter=reference.counter,
        title=report.title,
        description=report.description,
        location=report.location,
        consequences=report.consequences,
        service=report.service,
        contact_name=report.contact_name,
        contact_phone=report.contact_phone,
        contact_email=report.contact_email,
        by_phone=False,
        state=State.REPORTED,
        is_open=True,
        priority=NORMAL_PRIORITY,
        impact=report.impact,
        about_label=report.about_label,
        about_url=report.about_url,
        notified_at=at,
        in_house=False,
    )
    ticket.search_text = searchable(ticket, client.name)
    commit_to(ticket, commitment)
    return ticket


def commit_to(ticket: Ticket, commitment: Commitment) -> None:
    """Copy the promise of a service level into the ticket: the deadlines that it gives before any suspension, and its rank."""
    ticket.contract_id = commitment.contract_id
    ticket.level_version_id = commitment.level_version_id
    ticket.in_house = commitment.in_house
    ticket.calendar = commitment.calendar.version
    ticket.response_days = commitment.first_response.days
    ticket.response_seconds = int(commitment.first_response.time.total_seconds())
    ticket.restoration_days = commitment.restoration.days
    ticket.restoration_seconds = int(commitment.restoration.time.total_seconds())
    ticket.restoration_elapsed = commitment.restoration.elapsed
    ticket.day_rule = commitment.restoration.day_rule
    ticket.rank = rank(ticket.priority, ticket.impact, paying=commitment.paying, paying_first=commitment.paying_first)
    promised = commitment.deadlines(ticket.notified_at)
    ticket.first_response_due_at = promised.first_response
    ticket.restoration_due_at = promised.restoration
