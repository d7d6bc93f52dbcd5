"""Campaigns, for the national agents: prepare, open, follow, move the deadline, close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row
from sqlalchemy.orm import Session

from webapp.declarations import queries
from webapp.declarations.forms import CampaignForm, DeadlineForm, RemindersForm, VersionForm
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.workflow import Audience, Kind
from webapp.declarations.services import campaigns as acts
from webapp.errors import Invalid, NotFound
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

LABELS: dict[str, Any] = {
    "campaign_labels": workflow.CAMPAIGN_LABELS,
    "audience_labels": workflow.AUDIENCE_LABELS,
    "kind_labels": workflow.KIND_LABELS,
    "state_labels": workflow.STATE_LABELS,
}
CAMPAIGN_CHIPS = {"draft": "q", "open": "ok", "closed": "q"}


@blueprint.get("/campagnes")
def campaigns() -> Response:
    """List the campaigns, each with its returns counted by state."""
    return page("declarations/campaigns.html", campaigns=queries.completeness(get_session()), chips=CAMPAIGN_CHIPS, **LABELS)


@blueprint.get("/campagnes/nouvelle")
def new_campaign() -> Response:
    """Show the form that prepares a campaign, for the last finished year."""
    today = workflow.today(current_clock().now())
    form = CampaignForm(formdata=None, year=today.year - 1, opens_on=today, deadline=today + timedelta(days=90))
    return page("declarations/new_campaign.html", form=form)


@blueprint.post("/campagnes/nouvelle")
def create_campaign() -> Response:
    """Prepare a campaign."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = CampaignForm()
    if not form.validate():
        return page("declarations/new_campaign.html", 422, form=form)
    try:
        campaign = acts.create(
            session,
            actor,
            clock,
            kind=Kind(form.kind.data),
            year=form.year.data,
            audience=Audience(form.audience.data),
            opens_on=form.opens_on.data,
            deadline=form.deadline.data,
        )
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return page("declarations/new_campaign.html", 422, form=form)
    announce(_("La campagne est préparée. Ouvrez-la pour que les déclarants la voient."))
    return see_other_url(remember_done(session, url_for("declarations.campaign", campaign_id=campaign.id)))


@blueprint.get("/campagnes/<int(max=2147483647):campaign_id>")
def campaign(campaign_id: int) -> Response:
    """Show a campaign: its dates, its form model, where its returns are."""
    return _campaign_page(get_session(), campaign_id)


def _found(session: Session, campaign_id: int) -> Row[*tuple[object, ...]]:
    if campaign_id >= 2**31:
        raise NotFound
    rows = queries.completeness(session, campaign_id)
    if not rows:
        raise NotFound
    return rows[0]


def _campaign_page(
    session: Session, campaign_id: int, form: DeadlineForm | None = None, status: int = 200, reminders: RemindersForm | None = None
) -> Response:
    row = _found(session, campaign_id)
    written = ", ".join(row.reminder_days.split())
    days = reminders or RemindersForm(formdata=None, prefix="r-", version=str(row.version), days=written)
    shown = form or DeadlineForm(formdata=None, version=str(row.version), deadline=row.deadline)
    model = get_model(row.model_code, row.model_version)
    return page("declarations/campaign.html", status, campaign=row, model=model, form=shown, reminders=days, chips=CAMPAIGN_CHIPS, **LABELS)


@blueprint.post("/campagnes/<int(max=2147483647):campaign_id>/ouverture")
def open_campaign(campaign_id: int) -> Response:
    """Open a campaign: each declarant of its audience gets a return."""
    added = acts.open_campaign(get_session(), current_actor(), current_clock(), campaign_id, version=VersionForm().seen)
    announce(ngettext("Campagne ouverte : %(num)s déclaration créée.", "Campagne ouverte : %(num)s déclarations créées.", added))
    return see_other("declarations.campaign", campaign_id=campaign_id)


@blueprint.post("/campagnes/<int(max=2147483647):campaign_id>/declarants")
def add_declarants(campaign_id: int) -> Response:
    """Give a return to the declarants that joined after the opening."""
    added = acts.add_declarants(get_session(), current_actor(), current_clock(), campaign_id)
    announce(
        ngettext("%(num)s déclarant ajouté.", "%(num)s déclarants ajoutés.", added) if added else _("Tous les déclarants y sont déjà.")
    )
    return see_other("declarations.campaign", campaign_id=campaign_id)


@blueprint.post("/campagnes/<int(max=2147483647):campaign_id>/echeance")
def move_deadline(campaign_id: int) -> Response:
    """Move the deadline."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    form = DeadlineForm()
    if not form.validate():
        return _campaign_page(session, campaign_id, form, 422)
    try:
        acts.move_deadline(session, actor, clock, campaign_id, version=form.seen, deadline=form.deadline.data)
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _campaign_page(session, campaign_id, form, 422)
    announce(_("Échéance enregistrée."))
    return see_other("declarations.campaign", campaign_id=campaign_id)


@blueprint.post("/campagnes/<int(max=2147483647):campaign_id>/rappels")
def set_reminders(campaign_id: int) -> Response:
    """Choose the days on which declarants are reminded."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    form = RemindersForm(prefix="r-")
    try:
        if not form.validate():
            return _campaign_page(session, campaign_id, None, 422, form)
        acts.set_reminders(session, actor, clock, campaign_id, version=form.seen, typed=form.days.data or "")
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _campaign_page(session, campaign_id, None, 422, form)
    announce(_("Jours de rappel enregistrés."))
    return see_other("declarations.campaign", campaign_id=campaign_id)


@blueprint.post("/campagnes/<int(max=2147483647):campaign_id>/cloture")
def close_campaign(campaign_id: int) -> Response:
    """Close a campaign: no more entry nor submission."""
    acts.close(get_session(), current_actor(), current_clock(), campaign_id, version=VersionForm().seen)
    announce(_("Campagne close : la saisie et le dépôt sont arrêtés."))
    return see_other("declarations.campaign", campaign_id=campaign_id)
