"""The form of an incident report."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from webapp.helpdesk.rules.report import LONGEST_PART, Words
from webapp.web.forms import BaseForm, at_most


class ReportForm(BaseForm):
    """What the agents write; ``version`` is that of the draft on the page, 0 before the first one."""

    version = HiddenField()
    causes = TextAreaField(_l("Causes"), validators=[at_most(LONGEST_PART)])
    solutions = TextAreaField(_l("Solutions"), validators=[at_most(LONGEST_PART)])
    prevention = TextAreaField(_l("Prévention"), validators=[at_most(LONGEST_PART)])

    def words(self) -> Words:
        """Return what was typed."""
        return Words(self.causes.data or "", self.solutions.data or "", self.prevention.data or "")


class SendReportForm(BaseForm):
    """Sending the draft that was read."""

    version = HiddenField()
