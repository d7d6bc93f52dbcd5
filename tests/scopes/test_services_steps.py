"""Steps of many lines: written together, taken back and done again as one."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import People
from tests.scopes.world import NUMBER, cells, make_file, publish, texts
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Invalid, NotFound
from webapp.scopes.models import Dossier, DraftLine, ScopeStep
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services import lines, undo
from webapp.scopes.services.files import open_file
from webapp.scopes.services.steps import FIRST, Edit, StaleLines, apply


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


def paste(session: GuichetSession, people: People, clock: FrozenClock, edits: list[Edit]) -> Any:
    opened = open_file(session, people.actors["editrice"], clock, NUMBER)
    return apply(session, people.actors["editrice"], clock, opened, StepKind.PASTE, edits)


def held(session: GuichetSession, file: Dossier) -> list[tuple[Any, ...]]:
    """Return everything that a reader sees of the draft, and where each line stands."""
    query = select(DraftLine.number, DraftLine.general_line_id, DraftLine.rank, DraftLine.cells)
    return [tuple(row) for row in session.execute(query.where(~DraftLine.deleted).order_by(DraftLine.number))]


def test_a_step_adds_changes_moves_and_deletes_together_and_is_taken_back_as_one(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    before = held(session, file)
    edits = [
        Edit(None, general="1", cells=cells("Bromures"), after=1),
        Edit(None, general="1", cells=cells("Fluorures"), after=1),
        Edit(2, cells=cells("Chlorates"), expected=1),
        Edit(3, deleted=True),
        Edit(1, general="2"),
    ]
    done = paste(session, people, clock, edits)
    assert [line.number for line in done.lines] == [4, 5, 2, 3, 1]
    assert texts(session, file) == [(4, "Bromures"), (5, "Fluorures"), (2, "Chlorates"), (1, "Nitrates")]
    step = session.get_one(ScopeStep, done.step_id)
    assert (step.kind, step.line_count) == (StepKind.PASTE, 5)
    after = held(session, file)
    undo.undo_last(session, people.actors["editrice"], clock, NUMBER)
    assert held(session, file) == before
    undo.redo_last(session, people.actors["editrice"], clock, NUMBER)
    assert held(session, file) == after


def test_a_line_can_come_first(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    paste(session, people, clock, [Edit(None, general="1", cells=cells("Bromures"), after=FIRST), Edit(3, after=FIRST, moved=True)])
    assert [number for number, _ in texts(session, file)] == [4, 3, 1, 2]


def test_one_stale_line_stops_the_whole_step(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Bromures"))
    before = held(session, file)
    with pytest.raises(StaleLines) as stale:
        paste(session, people, clock, [Edit(1, cells=cells("Nitrites"), expected=1), Edit(2, cells=cells("Chlorates"), expected=1)])
    assert stale.value.numbers == (2,)
    assert held(session, file) == before


def test_a_number_of_another_file_or_of_none_is_not_found(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    make_file(session, people, clock, "1-0043", names=[f"Paramètre {number}" for number in range(9)])
    with pytest.raises(NotFound):
        paste(session, people, clock, [Edit(9, cells=cells("Nitrites"))])


def test_an_unknown_general_line_takes_nothing(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    with pytest.raises(Invalid):
        paste(session, people, clock, [Edit(1, general="9")])


@pytest.mark.both_databases
def test_a_step_of_many_lines_takes_as_few_statements_as_one_of_two(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, database: Database
) -> None:
    counts = []
    for size in (2, 400):
        edits = [Edit(None, general="1", cells=cells(f"Paramètre {size} {number}")) for number in range(size)]
        with statements(database.engine) as sent:
            paste(session, people, clock, [*edits, Edit(1, cells=cells(f"Nitrates {size}"))])
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 9


def test_any_step_is_taken_back_by_anybody_who_edits_the_file_and_twice_is_once(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = people.actors["editrice"]
    lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrites"))
    step = session.scalars(select(ScopeStep.id).order_by(ScopeStep.id.desc())).first() or 0
    lines.save_line(session, editor, clock, NUMBER, 2, 1, cells("Bromures"))
    undo.take_back(session, editor, clock, NUMBER, step)
    assert undo.take_back(session, editor, clock, NUMBER, step).step_id is None
    assert texts(session, file)[:2] == [(1, "Nitrates"), (2, "Bromures")]
    with pytest.raises(NotFound):
        undo.take_back(session, editor, clock, NUMBER, 10**6)


def test_lines_changed_since_are_named_and_the_others_can_still_be_taken_back(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = people.actors["editrice"]
    done = paste(session, people, clock, [Edit(1, cells=cells("Nitrites")), Edit(2, cells=cells("Chlorates"))])
    lines.save_line(session, editor, clock, NUMBER, 2, 2, cells("Chlorites"))
    with pytest.raises(undo.ChangedSince) as since:
        undo.take_back(session, editor, clock, NUMBER, done.step_id)
    assert (since.value.numbers, since.value.others) == ((2,), 1)
    undo.take_back(session, editor, clock, NUMBER, done.step_id, leave_changed=True)
    assert texts(session, file)[:2] == [(1, "Nitrates"), (2, "Chlorites")]


def test_doing_something_new_leaves_nothing_to_do_again(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    editor = people.actors["editrice"]
    undo.undo_last(session, editor, clock, NUMBER)
    lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrites"))
    with pytest.raises(Conflict):
        undo.redo_last(session, editor, clock, NUMBER)


def test_a_step_that_was_published_is_not_taken_back(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    step = session.scalars(select(ScopeStep.id).order_by(ScopeStep.id)).first() or 0
    publish(session, people, clock)
    clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict, match="version publiée"):
        undo.take_back(session, people.actors["editrice"], clock, NUMBER, step)


ACTS = st.lists(st.tuples(st.sampled_from(["add", "edit", "delete", "move", "hang", "undo", "redo"]), st.integers(1, 5)), max_size=10)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_undoing_everything_then_redoing_everything_is_the_identity(
    acts: list[tuple[str, int]], session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8a
    editor = people.actors["editrice"]
    nested = session.begin_nested()
    for index, (act, number) in enumerate(acts):
        try:
            _do(session, people, clock, act, number, f"Valeur {index}")
        except (Conflict, NotFound):
            continue
    end = held(session, file)
    taken = 0
    while undo.next_steps(session, file.id, editor.account_id, 0)[0] is not None:
        undo.undo_last(session, editor, clock, NUMBER)
        taken += 1
    assert held(session, file) == []
    for _ in range(taken):
        undo.redo_last(session, editor, clock, NUMBER)
    assert held(session, file) == end
    nested.rollback()
    session.expire_all()


def _do(session: GuichetSession, people: People, clock: FrozenClock, act: str, number: int, text: str) -> None:
    editor = people.actors["editrice"]
    if act == "add":
        lines.add_line(session, editor, clock, NUMBER, "1", cells(text), after_number=number)
    elif act == "move":
        lines.move_line(session, editor, clock, NUMBER, number, -1)
    elif act in ("undo", "redo"):
        {"undo": undo.undo_last, "redo": undo.redo_last}[act](session, editor, clock, NUMBER)
    else:
        edit = {"edit": Edit(number, cells=cells(text)), "delete": Edit(number, deleted=True), "hang": Edit(number, general="2")}[act]
        paste(session, people, clock, [edit])
