"""Imports every module that maps tables, so that the metadata is complete for migrations and tests."""

from webapp.accounts import models as accounts
from webapp.evidence import models as evidence
from webapp.helpdesk import models as helpdesk
from webapp.outbox import models as outbox
from webapp.web import once

__all__ = ["accounts", "evidence", "helpdesk", "once", "outbox"]
