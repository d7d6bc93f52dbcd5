"""The life of a ticket as a table (FL-12.5c, FL-12.6, FL-12.7)."""

from dataclasses import replace
from itertools import product

import pytest

from webapp.actor import Actor, OrganisationKind, Role
from webapp.helpdesk import policies
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.states import (
    DESK,
    ENDED,
    OPEN,
    TRANSITIONS,
    Facts,
    NotPossible,
    Side,
    State,
    Verb,
    arrival,
    possible,
    standing,
    transition,
)


def actor(*roles: Role, organisation: int = 1, account: int = 7) -> Actor:
    return Actor(account, "Camille Roux", organisation, "Équipe", OrganisationKind.CLIENT, frozenset(roles))


AGENT = actor(Role.DESK_AGENT, organisation=99)
LEAD = actor(Role.DESK_LEAD, organisation=99, account=8)
CLIENT = actor(Role.CLIENT_CONTACT)


def everything() -> list[Facts]:
    return [
        Facts(state, 1, qualified=qualified or confirmed, confirmed=confirmed, in_house=in_house, partly_restored=partly)
        for state, qualified, confirmed, in_house, partly in product(State, *[(False, True)] * 4)
    ]


def test_every_state_can_be_reached_from_a_report() -> None:
    seen, todo = set(), {Facts(State.REPORTED, 1, in_house=True)}
    while todo:
        facts = todo.pop()
        seen.add(facts)
        for line in [line for side in Side for line in possible(side, facts)]:
            after = Facts(
                arrival(line, facts),
                1,
                qualified=facts.qualified or line.verb is Verb.QUALIFY,
                confirmed=facts.confirmed or line.verb is Verb.CONFIRM,
                in_house=True,
            )
            if after not in seen:
                todo.add(after)
    assert {facts.state for facts in seen} == set(State)


def test_no_state_is_a_dead_end_for_the_desk() -> None:
    for facts in everything():
        if facts.state is State.RESTORED or facts.state in ENDED or facts.confirmed:
            assert possible(Side.DESK, facts), facts


def test_every_transition_names_its_evidence_and_its_article() -> None:
    for line in TRANSITIONS:
        assert line.action.startswith("ticket.")
        assert line.clause.startswith("FL-12.")


def test_a_pause_exists_in_house_only() -> None:  # FL-12.6b
    with pytest.raises(NotPossible):
        transition(Verb.PAUSE, Side.DESK, Facts(State.CONFIRMED, qualified=True, confirmed=True))
    line = transition(Verb.PAUSE, Side.DESK, Facts(State.CONFIRMED, qualified=True, confirmed=True, in_house=True))
    assert (line.target, line.clock) == (State.WAITING_ACCESS, EventKind.PAUSED)


def test_only_a_confirmed_interruption_is_restored() -> None:  # FL-12.4
    with pytest.raises(NotPossible):
        transition(Verb.RESTORE, Side.DESK, Facts(State.WAITING_CLIENT, qualified=True))
    assert transition(Verb.RESTORE, Side.DESK, Facts(State.WAITING_CLIENT, qualified=True, confirmed=True)).target is State.RESTORED


AT_WORK = (State.CONFIRMED, State.WAITING_CLIENT, State.WAITING_ACCESS)


def test_the_client_has_acts_of_its_own_and_no_other() -> None:  # FL-12.4, FL-12.6a, FL-12.7
    allowed = {(facts.state, line.verb) for facts in everything() for line in possible(Side.CLIENT, facts)}
    assert allowed == {
        (State.WAITING_CLIENT, Verb.ANSWER),
        (State.REPORTED, Verb.CANCEL),
        (State.RESTORED, Verb.CLOSE),
        (State.QUOTED, Verb.ACCEPT),
        (State.QUOTED, Verb.REFUSE),
        *((state, Verb.REOPEN) for state in (*AT_WORK, State.RESTORED, State.CLOSED, State.DISMISSED)),
    }


def test_after_the_time_for_it_only_the_desk_reopens() -> None:
    late = Facts(State.CLOSED, 1, qualified=True, confirmed=True, reopenable=False)
    assert possible(Side.CLIENT, late) == []
    assert transition(Verb.REOPEN, Side.DESK, late).clock is EventKind.REOPENED


def test_a_ticket_restored_in_part_goes_on_and_can_be_reopened_in_part() -> None:  # FL-12.4
    facts = Facts(State.WAITING_ACCESS, 1, qualified=True, confirmed=True, in_house=True, counting=True)
    restore = transition(Verb.RESTORE, Side.DESK, facts)
    assert (arrival(restore, facts), arrival(restore, facts, more=True)) == (State.RESTORED, State.WAITING_ACCESS)
    assert transition(Verb.PAUSE, Side.DESK, facts).target is State.WAITING_ACCESS, "another site may wait for access too"
    with pytest.raises(NotPossible):
        transition(Verb.PAUSE, Side.DESK, replace(facts, counting=False))
    with pytest.raises(NotPossible):
        transition(Verb.REOPEN, Side.DESK, facts)
    partly = replace(facts, partly_restored=True)
    assert arrival(transition(Verb.REOPEN, Side.DESK, partly), partly) is State.WAITING_ACCESS


def test_work_is_offered_accepted_and_done_off_the_clock() -> None:  # FL-12.6a
    facts = Facts(State.QUALIFIED, 1, qualified=True)
    offer = transition(Verb.PROPOSE, Side.DESK, facts)
    assert (offer.target, offer.clock) == (State.QUOTED, EventKind.NOT_INTERRUPTION)
    assert transition(Verb.PROPOSE, Side.DESK, replace(facts, state=State.DISMISSED)).clock is None, "its clock has stopped already"
    with pytest.raises(NotPossible):
        transition(Verb.ACCEPT, Side.DESK, replace(facts, state=State.QUOTED))
    assert transition(Verb.ACCEPT, Side.CLIENT, replace(facts, state=State.QUOTED)).target is State.BILLABLE
    for verb in (Verb.COMPLETE, Verb.WITHDRAW):
        assert transition(verb, Side.DESK, replace(facts, state=State.BILLABLE)).target is State.DISMISSED


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(State.WAITING_CLIENT), State.REPORTED),
        (Facts(State.WAITING_CLIENT, qualified=True), State.QUALIFIED),
        (Facts(State.WAITING_ACCESS, qualified=True, confirmed=True), State.CONFIRMED),
    ],
)
def test_after_waiting_a_ticket_stands_where_it_stood(facts: Facts, expected: State) -> None:
    assert standing(facts) is expected


def test_qualifying_again_keeps_the_state() -> None:
    facts = Facts(State.WAITING_ACCESS, qualified=True, confirmed=True, in_house=True)
    assert arrival(transition(Verb.QUALIFY, Side.DESK, facts), facts) is State.WAITING_ACCESS


def test_open_ended_and_restored_cover_all_states() -> None:
    assert OPEN | ENDED | {State.RESTORED} == set(State)
    assert not OPEN & ENDED
    assert {Role.DESK_AGENT, Role.DESK_LEAD} == DESK


def test_a_client_sees_their_own_organisation_only() -> None:  # FL-7.1
    assert policies.may_see(CLIENT, Facts(State.CONFIRMED, 1))
    assert not policies.may_see(CLIENT, Facts(State.CONFIRMED, 2))
    assert policies.may_see(AGENT, Facts(State.CONFIRMED, 2))
    assert not policies.moves(CLIENT, Facts(State.RESTORED, 2))
    assert not policies.may_reply(CLIENT, Facts(State.CLOSED, 1))


def test_notes_stay_on_the_desk_side() -> None:
    assert policies.may_note(AGENT)
    assert not policies.may_note(CLIENT)


def test_an_agent_takes_what_is_free_and_a_lead_moves_anything() -> None:
    free, taken = Facts(State.CONFIRMED, 1), Facts(State.CONFIRMED, 1, assignee_id=42)
    assert policies.may_assign(AGENT, free)
    assert not policies.may_assign(AGENT, taken)
    assert policies.may_assign(LEAD, taken)
    assert not policies.may_assign(CLIENT, free)
    assert not policies.may_assign(LEAD, Facts(State.CLOSED, 1))


def test_anybody_signed_in_for_an_organisation_may_report() -> None:  # FL-12.5b
    assert policies.may_report(CLIENT)
    assert not policies.may_report(Actor(None, "Guichet", None, "", None, frozenset()))
    assert policies.may_open_for_a_client(LEAD)
    assert not policies.may_open_for_a_client(CLIENT)
