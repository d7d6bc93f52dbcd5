"""What changes a campaign: prepare, open (which gives each declarant its return), move the deadline, close."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.models import Campaign, Return
from webapp.declarations.policies import can_manage_campaigns
from webapp.declarations.rules import reminders, workflow
from webapp.declarations.rules.form_models.registry import models_for
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind, ReturnState
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.folding import fold


def create(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    kind: Kind,
    year: int,
    audience: Audience,
    opens_on: date,
    deadline: date,
) -> Campaign:
    """Prepare a campaign, with the newest form model for it. Raises Invalid when there is none, or when it exists already."""
    _require(actor)
    models = models_for(kind, audience, year)
    if not models:
        raise Invalid({"year": _("Aucun modèle de formulaire n’existe pour cette déclaration, ce public et cet exercice.")})
    _check_dates(opens_on, deadline)
    same = select(Campaign.id).where(Campaign.kind == kind, Campaign.year == year, Campaign.audience == audience)
    if session.scalar(same) is not None:
        raise Invalid({"year": _("Cette campagne existe déjà.")})
    model = max(models, key=lambda found: found.version)
    campaign = Campaign(
        kind=kind,
        year=year,
        audience=audience,
        model_code=model.code,
        model_version=model.version,
        opens_on=opens_on,
        deadline=deadline,
        state=CampaignState.DRAFT,
        reminder_days=reminders.written(workflow.USUAL_REMINDERS),
        created_at=clock.now(),
    )
    session.add(campaign)
    session.flush()
    _note(session, actor, clock, campaign, "campaign.created", opens_on=opens_on.isoformat(), deadline=deadline.isoformat())
    return campaign


def open_campaign(session: Session, actor: Actor, clock: Clock, campaign_id: int, *, version: int) -> int:
    """Open a prepared campaign and give each declarant of its audience a return; returns how many.

    Opening it again (a double click) adds nothing. Raises Conflict when it is closed or changed meanwhile.
    """
    campaign = _locked(session, actor, campaign_id)
    if campaign.state is CampaignState.OPEN and version == campaign.version - 1:
        return 0
    _check(campaign, version, CampaignState.DRAFT)
    campaign.state = CampaignState.OPEN
    added = add_missing_returns(session, clock, campaign)
    _note(session, actor, clock, campaign, "campaign.opened", returns=added)
    session.flush()
    return added


def add_declarants(session: Session, actor: Actor, clock: Clock, campaign_id: int) -> int:
    """Give a return to the organisations that joined since an open campaign began; returns how many. Raises Conflict otherwise."""
    campaign = _locked(session, actor, campaign_id)
    _check(campaign, campaign.version, CampaignState.OPEN)
    added = add_missing_returns(session, clock, campaign)
    if added:
        _note(session, actor, clock, campaign, "campaign.declarants_added", returns=added)
    return added


def add_missing_returns(session: Session, clock: Clock, campaign: Campaign) -> int:
    """Give a return to each open organisation of the campaign's audience that has none yet; returns how many."""
    known = select(Return.organisation_id).where(Return.campaign_id == campaign.id)
    organisations = session.execute(
        select(Organisation.id, Organisation.name, Organisation.region, Organisation.search_text)
        .where(
            Organisation.kind == campaign.audience.organisation_kind,
            Organisation.closed_at.is_(None),
            Organisation.id.not_in(known),
        )
        .order_by(Organisation.name, Organisation.id)
    ).all()
    rank = session.scalar(select(func.count(Return.id)).where(Return.campaign_id == campaign.id)) or 0
    for rank_now, (organisation_id, name, region, search_text) in enumerate(organisations, rank + 1):
        number = workflow.return_number(campaign.kind, campaign.year, campaign.audience, rank_now)
        session.add(
            Return(
                organisation_id=organisation_id,
                campaign_id=campaign.id,
                number=number,
                state=ReturnState.DRAFT,
                region=region,
                due_on=campaign.deadline,
                search_text=fold(f"{number} {name} {region or ''} {search_text}")[:600],
                changed_at=clock.now(),
            )
        )
    session.flush()
    return len(organisations)


def move_deadline(session: Session, actor: Actor, clock: Clock, campaign_id: int, *, version: int, deadline: date) -> None:
    """Change the deadline of a campaign that is not closed, and of its returns; one put off further for a declarant keeps its day.

    Raises Invalid before the opening date.
    """
    campaign = _locked(session, actor, campaign_id)
    if campaign.deadline == deadline:
        return
    _check(campaign, version, CampaignState.DRAFT, CampaignState.OPEN)
    _check_dates(campaign.opens_on, deadline)
    before, campaign.deadline = campaign.deadline, deadline
    later = case((Return.extended_to > deadline, Return.extended_to), else_=deadline)
    session.execute(update(Return).where(Return.campaign_id == campaign.id).values(due_on=later))
    _note(session, actor, clock, campaign, "campaign.deadline_moved", before=before.isoformat(), after=deadline.isoformat())


def set_reminders(session: Session, actor: Actor, clock: Clock, campaign_id: int, *, version: int, typed: str) -> None:
    """Choose the days on which declarants are reminded, as people write them (« -15, -3, 1, 8 »). Raises Invalid."""
    campaign = _locked(session, actor, campaign_id)
    try:
        days = reminders.written(reminders.parse_days(typed))
    except ValueError as error:
        raise Invalid({"days": _(str(error))}) from error
    if days == campaign.reminder_days:
        return
    _check(campaign, version, CampaignState.DRAFT, CampaignState.OPEN)
    before, campaign.reminder_days = campaign.reminder_days, days
    _note(session, actor, clock, campaign, "campaign.reminders_changed", before=before, after=days)


def close(session: Session, actor: Actor, clock: Clock, campaign_id: int, *, version: int) -> None:
    """Close an open campaign: no more entry nor submission. Closing it again is harmless."""
    campaign = _locked(session, actor, campaign_id)
    if campaign.state is CampaignState.CLOSED and version == campaign.version - 1:
        return
    _check(campaign, version, CampaignState.OPEN)
    campaign.state = CampaignState.CLOSED
    _note(session, actor, clock, campaign, "campaign.closed")


def _require(actor: Actor) -> None:
    if not can_manage_campaigns(actor):
        raise Forbidden


def _locked(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    _require(actor)
    campaign = session.get(Campaign, campaign_id, with_for_update=True)
    if campaign is None:
        raise NotFound
    return campaign


def _check(campaign: Campaign, version: int, *states: CampaignState) -> None:
    if campaign.version != version or campaign.state not in states:
        raise Conflict(_("Cette campagne a changé entre-temps. Rechargez la page pour la voir telle qu’elle est."))


def _check_dates(opens_on: date, deadline: date) -> None:
    if deadline < opens_on:
        raise Invalid({"deadline": _("L’échéance doit suivre l’ouverture.")})


def _note(session: Session, actor: Actor, clock: Clock, campaign: Campaign, action: str, **detail: object) -> None:
    subject = f"campagne {campaign.kind.value} {campaign.year} {campaign.audience.value}"
    record(session, actor, clock, action=action, subject=subject, detail=detail)
