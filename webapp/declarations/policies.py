"""Who may do what with returns and campaigns. Pure: the facts are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from webapp.actor import Actor, Role
from webapp.declarations.rules.workflow import TRANSITIONS, Act, CampaignState, ReturnState, may, takes_entries

MARKABLE = frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED, ReturnState.RECTIFIED})
"""Where an agent may prepare a correction: marks leave with the return, or with the rectification that is opened."""
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
    """Whether the actor may do this to the return now."""
    roles = TRANSITIONS[act].roles
    if not may_know(actor, facts) or not may(act, facts.state) or not actor.has(*roles):
        return False
    if act is Act.SUBMIT:
        return can_enter(actor, facts, now)
    return is_declarant_of(actor, facts) or actor.has(*(roles - {Role.DECLARANT}))


def can_mark(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor may ask for single cells to be corrected: an agent who knows of a return that was submitted."""
    return is_agent(actor) and may_know(actor, facts) and facts.state in MARKABLE


def can_judge(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor decides on justifications: an agent who knows of the return, while it is to be examined."""
    return is_agent(actor) and may_know(actor, facts) and facts.state is ReturnState.SUBMITTED


def can_switch_controls(actor: Actor) -> bool:
    """Whether the actor switches controls of form models off and on."""
    return actor.has(Role.NATIONAL_AGENT)


def can_manage_campaigns(actor: Actor) -> bool:
    """Whether the actor creates, opens and closes campaigns."""
    return actor.has(Role.NATIONAL_AGENT)
