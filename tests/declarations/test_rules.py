"""States, deadlines, numbers and the digest of a submission."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.declarations.small_model import TEXT
from webapp.actor import Actor, OrganisationKind, Role
from webapp.declarations import policies
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.snapshots import plain, sheet_from, take_snapshot
from webapp.declarations.rules.values import NOT_COMMUNICATED, Entry, Unit, ValueKind, parse_value
from webapp.declarations.rules.workflow import Act, Audience, CampaignState, Kind, ReturnState, Timing

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def actor(role: Role, organisation: int = 1, region: str | None = None) -> Actor:
    return Actor(9, "Camille", organisation, "Org", OrganisationKind.OPCO, frozenset({role}), region)


def facts(
    state: ReturnState = ReturnState.DRAFT, campaign: CampaignState = CampaignState.OPEN, opens: date = date(2026, 1, 1)
) -> policies.ReturnFacts:
    return policies.ReturnFacts(1, "Bretagne", state, campaign, opens)


def test_a_return_moves_only_along_the_table() -> None:
    moves = {(act, state) for act in Act for state in ReturnState if workflow.may(act, state)}
    assert moves == {
        (Act.SUBMIT, ReturnState.DRAFT),
        (Act.SUBMIT, ReturnState.RETURNED),
        (Act.SUBMIT, ReturnState.RECTIFYING),
        (Act.ACCEPT, ReturnState.SUBMITTED),
        (Act.SEND_BACK, ReturnState.SUBMITTED),
        (Act.RECTIFY, ReturnState.ACCEPTED),
        (Act.RECTIFY, ReturnState.RECTIFIED),
        (Act.ABANDON, ReturnState.RECTIFYING),
        (Act.EXTEND, ReturnState.DRAFT),
        (Act.EXTEND, ReturnState.RETURNED),
    }
    assert workflow.arrival(Act.ACCEPT, ReturnState.SUBMITTED, 1) is ReturnState.ACCEPTED
    assert workflow.arrival(Act.ACCEPT, ReturnState.SUBMITTED, 2) is ReturnState.RECTIFIED
    assert workflow.arrival(Act.ABANDON, ReturnState.RECTIFYING, 2) is ReturnState.RECTIFIED
    assert workflow.arrival(Act.EXTEND, ReturnState.RETURNED, 0) is ReturnState.RETURNED


def test_only_the_declarant_enters_and_submits_and_only_agents_decide() -> None:  # SO-10
    declarant, other = actor(Role.DECLARANT), actor(Role.DECLARANT, organisation=2)
    national, regional, elsewhere = (
        actor(Role.NATIONAL_AGENT, 50),
        actor(Role.REGIONAL_AGENT, 51, "Bretagne"),
        actor(Role.REGIONAL_AGENT, 52, "Corse"),
    )
    draft, submitted = facts(), facts(ReturnState.SUBMITTED)
    assert [policies.can_act(Act.SUBMIT, who, draft, NOON) for who in (declarant, other, national, regional)] == [True, False, False, False]
    deciders = [policies.can_act(Act.ACCEPT, who, submitted, NOON) for who in (declarant, national, regional, elsewhere)]
    assert deciders == [False, True, True, False]
    assert [policies.may_know(who, draft) for who in (declarant, other, national, regional, elsewhere)] == [True, False, True, True, False]
    assert not policies.may_know(
        actor(Role.REGIONAL_AGENT, 53, None), policies.ReturnFacts(1, None, ReturnState.DRAFT, CampaignState.OPEN, NOON.date())
    )
    assert not policies.can_manage_campaigns(regional)
    assert policies.can_manage_campaigns(national)


@pytest.mark.parametrize(
    ("given_facts", "open_for_entry"),
    [
        (facts(), True),
        (facts(ReturnState.RETURNED), True),
        (facts(ReturnState.SUBMITTED), False),
        (facts(ReturnState.ACCEPTED), False),
        (facts(campaign=CampaignState.DRAFT), False),
        (facts(campaign=CampaignState.CLOSED), False),
        (facts(ReturnState.RETURNED, CampaignState.CLOSED), True),
        (facts(ReturnState.RECTIFYING, CampaignState.CLOSED), True),
        (facts(opens=date(2026, 3, 3)), False),
        (facts(opens=date(2026, 3, 2)), True),
    ],
)
def test_figures_are_entered_while_the_campaign_is_open_and_the_return_is_with_its_declarant(
    given_facts: policies.ReturnFacts, open_for_entry: bool
) -> None:
    assert policies.can_enter(actor(Role.DECLARANT), given_facts, NOON) is open_for_entry


def test_a_deadline_ends_with_its_day_in_paris() -> None:
    deadline = date(2026, 5, 31)
    assert workflow.timing(deadline, datetime(2026, 5, 31, 21, 59, tzinfo=UTC)) is Timing.SOON
    assert workflow.timing(deadline, datetime(2026, 5, 31, 22, 0, tzinfo=UTC)) is Timing.LATE
    assert workflow.timing(deadline, datetime(2026, 5, 15, 12, 0, tzinfo=UTC)) is Timing.AHEAD


def test_numbers_read_as_people_cite_them() -> None:
    number = workflow.return_number(Kind.ESF, 2025, Audience.OPCO, 7)
    assert number == "ESF-2025-OPCO-0007"
    receipt = workflow.receipt_number(number, 1)
    assert receipt.startswith("ESF-2025-OPCO-0007-D1-")
    assert workflow.receipt_is_well_formed(receipt)


@given(st.integers(1, 9999), st.integers(0, 19), st.sampled_from("0123456789"))
def test_one_wrong_character_in_a_receipt_number_is_noticed(rank: int, position: int, other: str) -> None:
    receipt = workflow.receipt_number(workflow.return_number(Kind.ESF, 2025, Audience.OPCO, rank), 1)
    if receipt[position] not in ("-", other):
        assert not workflow.receipt_is_well_formed(receipt[:position] + other + receipt[position + 1 :])


def small_sheet() -> Sheet:
    model = load_model(TEXT)
    amount = parse_value("1 234,50", Unit.EUROS)
    return Sheet(
        model,
        {
            ("achats", "livres", "montant"): amount,
            ("achats", "papier", "montant"): NOT_COMMUNICATED,
            ("bilan", "budget", "valeur"): parse_value("1000", Unit.EUROS),
        },
    )


def snapshot(sheet: Sheet) -> dict[str, object]:
    return take_snapshot(sheet, receipt="R", number="N", declarant={"name": "Opco Été"}, by="Camille", at=NOON)


def test_a_snapshot_holds_every_figure_and_gives_them_back() -> None:
    sheet = small_sheet()
    frozen = snapshot(sheet)
    assert frozen["entered"] == {
        "achats.livres.montant": {"kind": "value", "value": "1234.5"},
        "achats.papier.montant": {"kind": "non_communique", "raw": "NC"},
        "bilan.budget.valeur": {"kind": "value", "value": "1000"},
    }
    assert frozen["computed"] == {"achats.total.montant": "1234.5", "bilan.reste.valeur": "-234.5"}
    failed = {
        "code": "X-01",
        "severity": "blocking",
        "verdict": "false",
        "difference": "234.5",
        "message": "Les achats dépassent le budget.",
        "legal": "Règle d’essai",
    }
    assert failed in frozen["controls"]
    again = sheet_from(json.loads(workflow.canonical(frozen)), sheet.model)
    assert all(again.figure(key) == sheet.figure(key) for key in sheet.model.cells)


def test_the_same_content_has_the_same_digest_whatever_the_order_of_entry() -> None:
    sheet = small_sheet()
    turned = Sheet(sheet.model, dict(reversed(sheet.entries.items())))
    assert workflow.digest(workflow.canonical(snapshot(sheet))) == workflow.digest(workflow.canonical(snapshot(turned)))
    changed = Sheet(sheet.model, sheet.entries | {("bilan", "budget", "valeur"): Entry(ValueKind.VALUE, "", Decimal("1000.01"))})
    assert workflow.digest(workflow.canonical(snapshot(sheet))) != workflow.digest(workflow.canonical(snapshot(changed)))
    assert "Été" in workflow.canonical(snapshot(sheet))


def test_a_figure_has_one_canonical_spelling() -> None:
    assert [plain(Decimal(text)) for text in ("1E+3", "1.500", "-0.0", "0", "100")] == ["1000", "1.5", "0", "0", "100"]
