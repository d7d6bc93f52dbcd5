"""Imports every module that maps tables, so that the metadata is complete for migrations and tests; and what listens to their flushes."""

from webapp.accounts import models as accounts
from webapp.contracts import models as contracts
from webapp.declarations import models as declarations
from webapp.evidence import models as evidence
from webapp.helpdesk import models as helpdesk
from webapp.helpdesk import search_index
from webapp.outbox import models as outbox
from webapp.scopes import models as scopes
from webapp.service_status import models as service_status
from webapp.terms import models as terms
from webapp.uploads import models as uploads
from webapp.web import once

__all__ = [
    "accounts",
    "contracts",
    "declarations",
    "evidence",
    "helpdesk",
    "once",
    "outbox",
    "scopes",
    "search_index",
    "service_status",
    "terms",
    "uploads",
]
