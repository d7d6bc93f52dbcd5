"""Decisions on the general scope and their effect (FX-8c)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules.decisions import (
    DECISION_LABELS,
    REFUSAL_TEXTS,
    DecisionKind,
    DecisionRefused,
    Flexibility,
    GeneralFacts,
    GeneralStatus,
    decide,
    effect,
)
from webapp.scopes.rules.states import Act, Online

WATER = GeneralFacts("1", Flexibility.FLEX1, GeneralStatus.ACTIVE)
SOIL = GeneralFacts("2", Flexibility.FLEX3, GeneralStatus.ACTIVE)
FIXED = GeneralFacts("3", Flexibility.FIXE, GeneralStatus.ACTIVE)
ALL = (WATER, SOIL, FIXED)


@pytest.mark.parametrize("kind", [DecisionKind.EXTENSION, DecisionKind.SUSPENSION, DecisionKind.TERMINATION])
def test_a_decision_on_one_line_unpublishes_the_version_online(kind: DecisionKind) -> None:
    # FX-8c
    assert effect(Online.PUBLISHED, decide(kind, "1", ALL)) is Act.UNPUBLISH


@pytest.mark.parametrize("kind", [DecisionKind.SUSPENSION, DecisionKind.TERMINATION, DecisionKind.FLEXIBILITY_WITHDRAWAL])
def test_the_scope_closes_when_no_flexible_line_is_left_in_force(kind: DecisionKind) -> None:
    # FX-8c
    once = decide(kind, "1", ALL)
    assert effect(Online.PUBLISHED, once) is Act.UNPUBLISH
    twice = decide(kind, "2", once)
    assert effect(Online.WITHDRAWN, twice) is Act.CLOSE


def test_lifting_a_suspension_reopens_a_closed_scope() -> None:
    suspended = decide(DecisionKind.SUSPENSION, "1", (WATER, FIXED))
    assert effect(Online.PUBLISHED, suspended) is Act.CLOSE
    assert effect(Online.CLOSED, decide(DecisionKind.REINSTATEMENT, "1", suspended)) is Act.REOPEN


def test_a_decision_changes_its_line_and_no_other() -> None:
    result = decide(DecisionKind.FLEXIBILITY_WITHDRAWAL, "2", ALL)
    assert result == (WATER, GeneralFacts("2", Flexibility.FIXE, GeneralStatus.ACTIVE), FIXED)
    assert decide(DecisionKind.EXTENSION, "3", ALL)[2].extended


@pytest.mark.parametrize(
    ("kind", "line", "code"),
    [
        (DecisionKind.SUSPENSION, GeneralFacts("1", Flexibility.A, GeneralStatus.SUSPENDED), "already_suspended"),
        (DecisionKind.EXTENSION, GeneralFacts("1", Flexibility.A, GeneralStatus.TERMINATED), "already_terminated"),
        (DecisionKind.REINSTATEMENT, GeneralFacts("1", Flexibility.A, GeneralStatus.ACTIVE), "not_suspended"),
        (
            DecisionKind.FLEXIBILITY_WITHDRAWAL,
            GeneralFacts("1", Flexibility.FIXE, GeneralStatus.ACTIVE),
            "not_flexible",
        ),
    ],
)
def test_a_decision_without_sense_is_refused_with_its_reason(kind: DecisionKind, line: GeneralFacts, code: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        decide(kind, "1", [line])
    assert refused.value.code == code
    assert code in REFUSAL_TEXTS


def test_a_decision_on_an_unknown_line_is_refused() -> None:
    with pytest.raises(DecisionRefused, match="unknown_line"):
        decide(DecisionKind.SUSPENSION, "9", ALL)


def test_every_kind_of_decision_has_a_label() -> None:
    assert set(DECISION_LABELS) == set(DecisionKind)


@given(st.lists(st.tuples(st.sampled_from(list(DecisionKind)), st.sampled_from(["1", "2", "3"])), max_size=12))
def test_after_any_series_of_decisions_nothing_is_published_and_closed_means_no_flexibility(
    series: list[tuple[DecisionKind, str]],
) -> None:
    lines: tuple[GeneralFacts, ...] = ALL
    for kind, code in series:
        try:
            lines = decide(kind, code, lines)
        except DecisionRefused:
            continue
        flexible = any(line.status is GeneralStatus.ACTIVE and line.flexibility is not Flexibility.FIXE for line in lines)
        assert (effect(Online.PUBLISHED, lines) is Act.CLOSE) is not flexible
