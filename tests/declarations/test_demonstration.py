"""The demonstration content of this counter: who is in it, that its figures hold, and that it loads quickly."""

from collections import Counter
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import func, select

from tests.conftest import People
from webapp.accounts.models import Organisation
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import GuichetSession
from webapp.declarations.models import CellValue, Return, Submission
from webapp.declarations.rules import workflow
from webapp.declarations.rules.controls import Verdict
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import all_models
from webapp.declarations.rules.language.expressions import is_previous, present_key
from webapp.declarations.rules.language.formula import CellKey, cells_of
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.declarations.rules.workflow import ReturnState
from webapp.demonstration import declarations
from webapp.demonstration.declaration_figures import invent
from webapp.demonstration.world import World

MODELS = list(all_models().values())


def invented(model: FormModel, seed: str, scale: float = 1.0) -> Sheet:
    return Sheet(model, invent(model, seed, scale))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.code} {model.version}")
def test_invented_figures_fill_every_cell_and_satisfy_every_control(model: FormModel) -> None:
    for seed in range(12):
        sheet = invented(model, str(seed), 0.3 + seed / 6)
        assert all(sheet.progress(table).is_complete for table in model.tables.values())
        assert [finding.control.code for finding in sheet.findings() if finding.failed] == []
        assert sheet.may_be_submitted()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.code} {model.version}")
def test_every_control_of_every_model_can_hold_and_can_fail(model: FormModel) -> None:
    base = invented(model, "1")
    for control in model.controls:
        conditions = _entered_behind(model, cells_of(control.when)) if control.when else []
        left = [key for key in _entered_behind(model, cells_of(control.left)) if key in base.entries]
        verdicts = set()
        previous = {key: base.figure(control.cells[0]) for key in control.cells if is_previous(key)}
        for flags in product(*(_cases(model, key) for key in conditions[:2])):
            for (factor, term), chosen in product(((1, 0), (0, 0), (0, 1), (1000, 0), (1000, 7)), (left, left[:1], left[-1:])):
                changed = {key: _value(base.entries[key]) * factor + term for key in chosen}
                entries = base.entries | {key: Entry(ValueKind.VALUE, "", value) for key, value in changed.items()}
                entries |= {key: flag for key, flag in zip(conditions, flags, strict=False) if flag is not None}
                finding = next(found for found in Sheet(model, entries, previous=previous).findings() if found.control is control)
                verdicts.add(finding.verdict)
        assert {Verdict.TRUE, Verdict.FALSE} <= verdicts, control.code


def _cases(model: FormModel, key: CellKey) -> list[Entry | None]:
    """What the cell of a condition may hold."""
    choices = [Entry(ValueKind.VALUE, label) for _code, label in model.cells[key].choices]
    return [None, *(choices or (Entry(ValueKind.VALUE, "", Decimal(flag)) for flag in (0, 1)))]


def _value(entry: Entry) -> Decimal:
    assert entry.value is not None
    return entry.value


def _entered_behind(model: FormModel, keys: tuple[CellKey, ...]) -> list[CellKey]:
    found: dict[CellKey, None] = {}
    pending = list(keys)
    while pending:
        key = present_key(pending.pop())
        formula = model.cells[key].formula
        if formula is None:
            found[key] = None
        else:
            pending.extend(cells_of(formula))
    return list(found)


def test_the_demonstration_has_its_declarants_their_returns_in_every_state(
    session: GuichetSession, people: People, clock: FrozenClock, settings: Settings
) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    world.organisations["ministere"] = people.organisations["ministere"]
    for username, role in (("paul.lambert", Role.NATIONAL_AGENT), ("soizic.legoff", Role.REGIONAL_AGENT)):
        world.roles[(username, "ministere")] = frozenset({role})
        world.people[username] = _account(session, people, "nationale")
    before = Counter(session.scalars(select(Organisation.kind)))
    declarations.load(world)
    session.commit()
    assert world.clock.now() == clock.now()
    added = Counter(session.scalars(select(Organisation.kind))) - before
    assert {kind.value: number for kind, number in added.items()} == {"opco": 11, "atpro": 13, "faf": 5}
    states = Counter(session.scalars(select(Return.state)))
    assert states.keys() == set(ReturnState)
    assert all(region for region in session.scalars(select(Organisation.region).where(Organisation.name.contains("association fictive"))))
    assert session.scalar(select(func.count()).select_from(CellValue)) > 5000
    for row in session.scalars(select(Submission)):
        assert workflow.digest(row.snapshot) == row.sha256
        assert workflow.receipt_is_well_formed(row.receipt)
        assert row.submitted_at <= clock.now()
    late = session.scalars(select(Submission.late)).all()
    assert any(late)
    assert not all(late)


def _account(session: GuichetSession, people: People, username: str) -> object:
    from webapp.accounts.models import Account

    return session.get_one(Account, people.actors[username].account_id)
