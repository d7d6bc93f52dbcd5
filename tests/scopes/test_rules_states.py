"""FX-8c: five states from two facts, and a table of what may change them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.actor import Role
from webapp.clock import PARIS
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.rules.states import (
    EVIDENCE,
    STATE_CHIPS,
    STATE_LABELS,
    TRANSITIONS,
    WHO,
    Act,
    Draft,
    Facts,
    NotAllowedNow,
    Online,
    ScopeState,
    after,
    facts_in,
    possible,
    settled,
    state_of,
)

EVERY_PAIR = [Facts(online, draft) for online in Online for draft in Draft]
facts = st.sampled_from(EVERY_PAIR)
acts = st.sampled_from(list(Act))


@pytest.mark.parametrize(
    ("online", "draft", "state"),
    [
        ("none", "none", ScopeState.TO_DEFINE),
        ("none", "editing", ScopeState.IN_PROGRESS),
        ("none", "requested", ScopeState.PUBLISHED),
        ("published", "none", ScopeState.PUBLISHED),
        ("published", "editing", ScopeState.IN_PROGRESS),
        ("published", "requested", ScopeState.PUBLISHED),
        ("withdrawn", "none", ScopeState.UNPUBLISHED),
        ("withdrawn", "editing", ScopeState.UNPUBLISHED),
        ("withdrawn", "requested", ScopeState.PUBLISHED),
        ("closed", "none", ScopeState.CLOSED),
        ("closed", "editing", ScopeState.CLOSED),
    ],
)
def test_each_pair_of_facts_shows_as_one_of_the_five_states(online: str, draft: str, state: ScopeState) -> None:
    # FX-8c
    assert state_of(Facts(Online(online), Draft(draft))) is state


def test_every_state_can_be_reached_from_an_empty_file() -> None:
    reached = {Facts(Online.NONE, Draft.NONE)}
    while True:
        new = {after(act, pair) for act in Act for pair in reached if possible(act, pair)} | reached
        if new == reached:
            break
        reached = new
    assert {state_of(pair) for pair in reached} == set(ScopeState)
    # A closed file never waits for a publication.
    assert Facts(Online.CLOSED, Draft.REQUESTED) not in reached


def test_the_table_has_one_target_per_act_and_origin() -> None:
    origins = [(act, origin) for act, origin, _ in TRANSITIONS]
    assert len(origins) == len(set(origins))


@given(acts, facts)
def test_an_act_that_is_not_in_the_table_is_refused_by_name(act: Act, pair: Facts) -> None:
    if possible(act, pair):
        assert isinstance(after(act, pair), Facts)
    else:
        with pytest.raises(NotAllowedNow) as refused:
            after(act, pair)
        assert refused.value.act is act


@given(facts)
def test_nothing_is_edited_while_a_publication_waits_or_once_closed(pair: Facts) -> None:
    frozen = pair.draft is Draft.REQUESTED or pair.online is Online.CLOSED
    assert possible(Act.EDIT, pair) is not frozen


@given(facts)
def test_a_decision_never_leaves_a_version_in_force_or_a_request_pending(pair: Facts) -> None:
    for act in (Act.UNPUBLISH, Act.CLOSE):
        if possible(act, pair):
            result = after(act, pair)
            assert result.online is not Online.PUBLISHED
            assert result.draft is not Draft.REQUESTED


def test_decisions_belong_to_the_officer_and_edits_to_the_editor() -> None:
    assert WHO[Act.EDIT] == WHO[Act.REQUEST] == {Role.SCOPE_EDITOR}
    assert WHO[Act.UNPUBLISH] == WHO[Act.CLOSE] == {Role.SCOPE_OFFICER}
    assert WHO[Act.TAKE_EFFECT] == frozenset()
    assert set(WHO) == set(EVIDENCE) == set(Act)


def test_every_state_has_a_label_and_a_chip() -> None:
    assert set(STATE_LABELS) == set(STATE_CHIPS) == set(ScopeState)


@given(facts)
def test_filtering_by_state_finds_exactly_the_pairs_that_show_as_it(pair: Facts) -> None:
    assert [state for state in ScopeState if pair in facts_in(state)] == [state_of(pair)]


def test_a_request_takes_effect_by_the_passing_of_time_alone() -> None:
    # FX-8a
    waiting = Facts(Online.PUBLISHED, Draft.REQUESTED)
    instant = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert settled(waiting, instant, instant - timedelta(microseconds=1)) == waiting
    assert settled(waiting, instant, instant) == Facts(Online.PUBLISHED, Draft.NONE)
    assert settled(Facts(Online.PUBLISHED, Draft.EDITING), instant, instant).draft is Draft.EDITING


@pytest.mark.parametrize(
    ("requested", "effective"),
    [
        ("2026-11-20T15:00:00+00:00", "2026-11-20T23:00:00+00:00"),  # an ordinary Friday
        ("2026-11-20T23:00:00+00:00", "2026-11-21T23:00:00+00:00"),  # midnight exactly in Paris: the day after
        ("2026-11-20T22:59:59+00:00", "2026-11-20T23:00:00+00:00"),  # one second before
        ("2026-03-28T12:00:00+00:00", "2026-03-28T23:00:00+00:00"),  # eve of the change to summer time
        ("2026-03-29T12:00:00+00:00", "2026-03-29T22:00:00+00:00"),  # day of 23 hours
        ("2026-10-24T12:00:00+00:00", "2026-10-24T22:00:00+00:00"),  # eve of the change to winter time
        ("2026-10-24T22:30:00+00:00", "2026-10-25T23:00:00+00:00"),  # day of 25 hours
    ],
)
def test_publication_takes_effect_at_the_next_midnight_in_paris(requested: str, effective: str) -> None:
    # FX-8a
    assert effective_instant(datetime.fromisoformat(requested)).isoformat() == effective


@given(st.integers(1577836800, 2051222400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_the_wait_is_never_over_25_hours_and_ends_at_midnight(requested: datetime) -> None:
    effective = effective_instant(requested)
    assert timedelta(0) < effective - requested <= timedelta(hours=25)
    assert (effective.astimezone(PARIS).hour, effective.astimezone(PARIS).minute) == (0, 0)


def test_a_naive_request_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        effective_instant(datetime(2026, 1, 1))  # noqa: DTZ001 -- a naive instant is what is refused
