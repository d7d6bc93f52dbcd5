"""Pages of the operator's exceptional days. Both acts lead to the page that shows what would move before they are confirmed."""

from flask import Response, url_for
from flask_babel import gettext as _

from webapp.contracts import day_services, queries
from webapp.contracts.blueprint import blueprint
from webapp.contracts.exceptional import read_days
from webapp.contracts.forms import ExceptionalDayForm
from webapp.contracts.policies import can_manage
from webapp.contracts.rules import day_of, write_hours
from webapp.errors import Invalid
from webapp.web.pages import page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/jours-exceptionnels")
def exceptional_days() -> Response:
    """List the days on which the operator closes or keeps other hours, with the form that adds one."""
    return _days_page(ExceptionalDayForm(formdata=None))


@blueprint.post("/jours-exceptionnels")
def propose_day() -> Response:
    """Check a day and lead to what it would move; nothing is written here."""
    form = ExceptionalDayForm()
    special = form.special() if form.validate() else None
    if special is not None:
        try:
            day_services.check_day(get_session(), current_actor(), current_clock(), special)
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            return see_other_url(url_for("helpdesk.shift_day", code=special.code, label=form.label.data))
    return _days_page(form, 422)


def _days_page(form: ExceptionalDayForm, status: int = 200) -> Response:
    rows = [(row, write_hours(read_days(row.code)[0].hours)) for row in reversed(queries.exceptional_days(get_session()))]
    today = day_of(current_clock().now())
    return page("contracts/days.html", status, form=form, rows=rows, today=today, manages=can_manage(current_actor()))
