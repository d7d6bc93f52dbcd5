"""Reports of people who cannot sign in: sent, confirmed by a mailed link, followed by another (SO-40)."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.actor import Actor, OrganisationKind
from webapp.clock import Clock
from webapp.errors import Invalid
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.commitments import offers
from webapp.helpdesk.mails import public_reports as mails
from webapp.helpdesk.mails import tickets as ticket_mails
from webapp.helpdesk.models import PublicReport, Ticket
from webapp.helpdesk.queries.public_reports import digest, intake, report_of_token, sent_in_window
from webapp.helpdesk.references import next_reference
from webapp.helpdesk.rules.public_reports import CONFIRMED_WITHIN, address_is_spent, network_is_spent
from webapp.helpdesk.services.common import send
from webapp.helpdesk.services.opening import Client, Report, new_ticket, start
from webapp.outbox.services import enqueue


def reporter(name: str, organisation_id: int, organisation_name: str) -> Actor:
    """Return somebody without an account: no role, no other right than to write on the one ticket that a link opens."""
    return Actor(None, name, organisation_id, organisation_name, OrganisationKind.CLIENT, frozenset())


def receive_report(session: Session, clock: Clock, report: Report, organisation_name: str, network: str, public_url: str) -> None:
    """Keep a report and mail the link that confirms it; the answer is the same whoever owns the address.

    An address that was mailed enough this hour is mailed no more, silently. Raises ``Invalid`` (of no field) when the network has sent
    enough. ``network`` is a network as ``throttling.network_of`` names it.
    """
    now, email = moment(clock), report.contact_email.lower()
    if network_is_spent(sent_in_window(session, now, network=network)):
        raise Invalid({"limit": _("Trop de signalements sont partis de votre réseau : réessayez dans une heure, ou téléphonez.")})
    if address_is_spent(sent_in_window(session, now, email=email)):
        return
    token = secrets.token_urlsafe(32)
    row = PublicReport(
        created_at=now,
        expires_at=now + CONFIRMED_WITHIN,
        token_hash=digest(token),
        network=network,
        contact_name=report.contact_name,
        contact_phone=report.contact_phone,
        contact_email=email,
        organisation_name=organisation_name,
        service=report.service,
        title=report.title,
        description=report.description,
        location=report.location,
        consequences=report.consequences,
        about_label=report.about_label,
        about_url=report.about_url,
    )
    session.add(row)
    session.flush()
    mail = mails.to_confirm(row, token, public_url)
    enqueue(session, clock, to=email, subject=mail.subject, body=mail.body, key=f"public-report:{row.id}")


def confirm(session: Session, clock: Clock, token: str, public_url: str) -> PublicReport:
    """Open the ticket of a confirmed report and return the report with its ``follow_key``.

    The notification is the sending of the form, valid now that its author is known to be reachable (FL-12.1, FL-12.4). The ticket waits
    with the operator until it is qualified: its client is never guessed. The session must write for everyone. Raises ``NotFound`` for a
    link that serves no more.
    """
    row = report_of_token(session, token, clock.now(), lock=True)
    holder = intake(session)
    if holder is None:
        raise Invalid({"limit": _("Ce portail n’a pas encore de service d’assistance : écrivez-nous.")})
    report = Report(
        title=row.title,
        description=row.description,
        location=row.location,
        consequences=row.consequences,
        service=row.service,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        contact_email=row.contact_email,
        about_label=row.about_label,
        about_url=row.about_url,
    )
    promised = offers(session, holder.id, row.created_at)[0].commitment
    client = Client(holder.id, row.organisation_name or holder.name)
    ticket = new_ticket(next_reference(session, row.created_at), report, client, promised, row.created_at)
    start(session, reporter(row.contact_name, holder.id, holder.name), clock, ticket, report)
    _settle(session, row, ticket, clock)
    send(session, clock, ticket, ticket_mails.opened(ticket, public_url), "opened")
    return row


def _settle(session: Session, row: PublicReport, ticket: Ticket, clock: Clock) -> None:
    """The link has served; the words are on the ticket and nowhere else."""
    row.confirmed_at, row.ticket_id, row.follow_key = moment(clock), ticket.id, secrets.token_urlsafe(24)
    row.description = row.consequences = row.location = row.contact_phone = ""
    session.flush()


def forget_unconfirmed(session: Session, clock: Clock) -> None:
    """Forget the reports that nobody confirmed in time."""
    session.execute(delete(PublicReport).where(PublicReport.confirmed_at.is_(None), PublicReport.expires_at <= clock.now()))
