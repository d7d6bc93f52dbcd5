"""Following campaigns: the board of completeness, by campaign and region, and reminding many declarants at once."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext, ngettext

from webapp.declarations import queries
from webapp.declarations.forms import ReminderForm
from webapp.declarations.queries import NATIONAL, ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.returns import SITUATIONS, words
from webapp.declarations.rules import workflow
from webapp.declarations.services import reminders
from webapp.errors import Invalid
from webapp.web.forms import already_done, clean_line, remember_done, whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.get("/declarations/suivi")
def board() -> Response:
    """Show where the returns of an exercise stand, by campaign and by region; a regional agent sees its region alone."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    campaigns = queries.campaign_choices(session)
    years = sorted({row.year for row in campaigns}, reverse=True)
    year = whole(request.args.get("exercice", "")) or (years[0] if years else workflow.today(clock.now()).year)
    campaign = whole(request.args.get("campagne", ""))
    rows = queries.board(session, actor, workflow.today(clock.now()), year, campaign)
    return page(
        "declarations/board.html",
        campaigns=[row for row in campaigns if row.year == year],
        years=years,
        year=year,
        campaign=campaign,
        by_campaign=queries.by_campaign(rows),
        by_region=queries.by_region(rows),
        situations={code: gettext(label) for code, label in SITUATIONS.items()},
        national=NATIONAL,
        **words(clock),
    )


@blueprint.get("/declarations/relances")
def remind() -> Response:
    """Show the declarants who owe something, among those of a filter, ready to be reminded."""
    return _reminder_page(ReminderForm(formdata=None), None)


@blueprint.post("/declarations/relances")
def send_reminders() -> Response:
    """Remind the declarants that were chosen."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form, chosen = ReminderForm(), request.form.getlist("numero")
    try:
        if not form.validate():
            return _reminder_page(form, chosen, 422)
        public_url = state().settings.public_url
        sent, left = reminders.send_by_hand(session, actor, clock, chosen, body=form.body.data or "", public_url=public_url)
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _reminder_page(form, chosen, 422)
    announce(ngettext("%(num)s déclarant relancé.", "%(num)s déclarants relancés.", sent))
    if left:
        announce(ngettext("%(num)s déclaration n’avait plus à l’être.", "%(num)s déclarations n’avaient plus à l’être.", left))
    return see_other_url(remember_done(session, url_for("declarations.board")))


def _reminder_page(form: ReminderForm, chosen: list[str] | None, status: int = 200) -> Response:
    """The page, with every declarant ticked who was not reminded today, or those that were chosen (a page shown again)."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    filters = {name: (clean_line(request.values.get(name, "")) or "")[:200] for name in queries.FILTERS}
    today = workflow.today(clock.now())
    rows = queries.awaited_returns(session, actor, filters, today, reminders.MOST_AT_ONCE)
    files = [ReturnFile(*row) for row in rows]
    fresh = {file.number for file in files if file.reminded_at is None or workflow.today(file.reminded_at) < today}
    ticked = fresh if chosen is None else set(chosen)
    return page("declarations/remind.html", status, form=form, files=files, ticked=ticked, filters=filters, **words(clock))
