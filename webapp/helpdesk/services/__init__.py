"""The verbs of the help desk. Each records exactly one audit event and queues its mail in the caller's transaction; none commits."""

from webapp.helpdesk.services.acts import Details, act
from webapp.helpdesk.services.common import facts_of
from webapp.helpdesk.services.messages import note
from webapp.helpdesk.services.opening import Client, Report, open_ticket
from webapp.helpdesk.services.planned import exclude
from webapp.helpdesk.services.replies import reply
from webapp.helpdesk.services.triage import Contact, Qualification, assign, qualify

__all__ = [
    "Client",
    "Contact",
    "Details",
    "Qualification",
    "Report",
    "act",
    "assign",
    "exclude",
    "facts_of",
    "note",
    "open_ticket",
    "qualify",
    "reply",
]
