"""Who may do what with returns and campaigns. Pure: the facts are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from webapp.actor import Actor, Role
from webapp.declarations.rules import TRANSITIONS, Act, CampaignState, ReturnState, may, takes_entries

READERS = frozenset({Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT})


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What the decisions about a return depend on."""

    organisation_id: int
    region: str | None
    state: ReturnState
    campaign_state: CampaignState
    opens_on: date


def is_agent(actor: Actor) -> bool:
    """Whether the actor sits on the ministry's side (SO-10)."""
    return actor.has(Role.NATIONAL_AGENT, Role.REGIONAL_AGENT)


def may_know(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the return exists for the actor: its declarant, a national agent, an agent of its region."""
    if actor.has(Role.NATIONAL_AGENT):
        return True
    if actor.has(Role.REGIONAL_AGENT) and actor.region is not None and actor.region == facts.region:
        return True
    return actor.has(Role.DECLARANT) and actor.organisation_id == facts.organisation_id


def is_declarant_of(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor declares for the return's organisation."""
    return actor.has(Role.DECLARANT) and actor.organisation_id == facts.organisation_id


def can_enter(actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may fill in the return now."""
    return is_declarant_of(actor, facts) and takes_entries(facts.campaign_state, facts.opens_on, facts.state, now)


def can_act(act: Act, actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may submit, accept or send back the return now."""
    if not may_know(actor, facts) or not may(act, facts.state) or not actor.has(*TRANSITIONS[act].roles):
        return False
    return can_enter(actor, facts, now) if act is Act.SUBMIT else True


def can_manage_campaigns(actor: Actor) -> bool:
    """Whether the actor creates, opens and closes campaigns."""
    return actor.has(Role.NATIONAL_AGENT)
