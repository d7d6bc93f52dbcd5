"""The help desk's tables, by subject."""

from webapp.helpdesk.models.attachment import Attachment
from webapp.helpdesk.models.billable import BillableRequest
from webapp.helpdesk.models.bulk import BulkItem, BulkJob
from webapp.helpdesk.models.owed import BreachWarning, IncidentReport, IncidentReportDraft, Obligation
from webapp.helpdesk.models.public_report import PublicReport
from webapp.helpdesk.models.relations import Tag, TicketLink
from webapp.helpdesk.models.saved_view import SavedView
from webapp.helpdesk.models.search import TicketSearch
from webapp.helpdesk.models.talk import CannedText, TicketPerson, TicketRating, TimeEntry
from webapp.helpdesk.models.team import Absence, AbsenceTicket, Team, TeamMember
from webapp.helpdesk.models.ticket import Ticket, TicketClockEvent, TicketCounter, TicketMessage, TicketSite

__all__ = [
    "Absence",
    "AbsenceTicket",
    "Attachment",
    "BillableRequest",
    "BreachWarning",
    "BulkItem",
    "BulkJob",
    "CannedText",
    "IncidentReport",
    "IncidentReportDraft",
    "Obligation",
    "PublicReport",
    "SavedView",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketClockEvent",
    "TicketCounter",
    "TicketLink",
    "TicketMessage",
    "TicketPerson",
    "TicketRating",
    "TicketSearch",
    "TicketSite",
    "TimeEntry",
]
