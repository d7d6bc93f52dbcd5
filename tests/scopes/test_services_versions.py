"""Named drafts and versions, giving up a draft, starting again from an older state."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import People
from tests.scopes.world import FIXED, NUMBER, SOIL, WATER, cells, make_file, publish, texts
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.register import queries as register
from webapp.scopes import queries
from webapp.scopes.models import Dossier, DraftLine, NamedDraft, PublishedVersion, ScopeStep
from webapp.scopes.queries import versions as states
from webapp.scopes.queries.lives import line_life
from webapp.scopes.rules import refs, snapshot
from webapp.scopes.rules.lines import Line, difference
from webapp.scopes.rules.states import Draft
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services import lines, publication, undo, versions
from webapp.scopes.services.files import open_file
from webapp.scopes.services.steps import Edit, apply


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


def shown(session: GuichetSession, file: Dossier) -> str:
    return versions.draft_fingerprint(queries.draft_lines(session, file.id))


def held(session: GuichetSession, file: Dossier) -> list[tuple[Any, ...]]:
    """Return the draft as a reader sees it: lines in their order."""
    return [(line.number, line.general, snapshot_cells(line)) for line in queries.draft_lines(session, file.id)]


def edit(session: GuichetSession, people: People, clock: FrozenClock, *edits: Edit, number: str = NUMBER) -> None:
    editor = people.actors["editrice"]
    apply(session, editor, clock, open_file(session, editor, clock, number), StepKind.PASTE, edits)


def discard(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> Any:
    return versions.discard(session, people.actors["editrice"], clock, NUMBER, shown(session, file))


def restore(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, ref: refs.Ref) -> Any:
    return versions.restore(session, people.actors["editrice"], clock, file.number, ref, shown(session, file))


def test_a_draft_is_kept_under_a_name_and_what_becomes_of_it_changes_nothing_there(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8a
    edit(session, people, clock, Edit(1, cells=cells("Nitrates", note="À revoir")))
    before = held(session, file)
    kept = versions.name_draft(session, people.actors["editrice"], clock, NUMBER, "  Avant   l’audit ")
    assert (kept.name, kept.line_count, kept.actor_name) == ("Avant l’audit", 3, people.actors["editrice"].name)
    assert snapshot.canonical_text(json.loads(kept.lines)) == kept.lines
    edit(session, people, clock, Edit(1, cells=cells("Nitrites")), Edit(2, deleted=True), Edit(None, general="2", cells=cells("Plomb")))
    restore(session, people, clock, file, refs.named(kept.id))
    assert held(session, file) == before
    assert session.scalars(select(ScopeStep).order_by(ScopeStep.id.desc())).first().note == f"n{kept.id} · Avant l’audit"


@pytest.mark.parametrize(("name", "words"), [("", "Donnez un nom"), ("AVANT L’AUDIT", "déjà ce nom"), ("x" * 121, "Raccourcissez")])
def test_a_name_that_is_missing_taken_or_too_long_is_refused_with_words(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, name: str, words: str
) -> None:
    versions.name_draft(session, people.actors["editrice"], clock, NUMBER, "Avant l’audit")
    with pytest.raises(Invalid) as refused:
        versions.name_draft(session, people.actors["editrice"], clock, NUMBER, name)
    assert words in refused.value.errors["nom"]


def test_only_the_body_s_editors_name_and_anothers_file_is_not_found(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-7b
    with pytest.raises(Forbidden):
        versions.name_draft(session, people.actors["chargee"], clock, NUMBER, "Nom")
    with pytest.raises(NotFound):
        versions.name_draft(session, people.actors["autre-editeur"], clock, NUMBER, "Nom")
    kept = versions.name_draft(session, people.actors["editrice"], clock, NUMBER, "Nom")
    make_file(session, people, clock, "1-0043")
    with pytest.raises(NotFound):
        versions.forget_draft(session, people.actors["editrice"], clock, "1-0043", kept.id)
    assert versions.forget_draft(session, people.actors["editrice"], clock, NUMBER, kept.id) == "Nom"
    assert session.scalars(select(NamedDraft)).all() == []
    assert session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first().action == "scope.named_draft_deleted"


def test_the_name_of_a_version_changes_later_with_a_trace_and_nothing_else_does(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    before = session.execute(select(PublishedVersion.snapshot, PublishedVersion.sha256)).one()
    versions.rename_version(session, people.actors["editrice"], clock, NUMBER, 1, "Renouvellement 2026")
    versions.rename_version(session, people.actors["editrice"], clock, NUMBER, 1, "Renouvellement 2026")
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "scope.version_named")).all()
    assert [event.detail for event in events] == [{"version": 1, "before": "", "after": "Renouvellement 2026"}]
    assert session.execute(select(PublishedVersion.snapshot, PublishedVersion.sha256)).one() == before
    assert "Renouvellement" not in before.snapshot
    with pytest.raises(NotFound):
        versions.rename_version(session, people.actors["editrice"], clock, NUMBER, 2, "x")


def test_a_discarded_draft_is_what_is_online_in_one_step_that_is_taken_back(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    online = held(session, file)
    editor = people.actors["editrice"]
    edit(session, people, clock, Edit(1, cells=cells("Nitrites")), Edit(3, cells=cells("Brome")), Edit(3, deleted=True))
    edit(session, people, clock, Edit(None, general="2", cells=cells("Plomb")), Edit(2, general="2"))
    lines.move_line(session, editor, clock, NUMBER, 4, -1)
    mine = held(session, file)
    applied = discard(session, people, clock, file)
    assert held(session, file) == online
    assert (file.draft, session.get_one(ScopeStep, applied.step_id).kind) == (Draft.NONE, StepKind.DISCARD)
    undo.undo_last(session, editor, clock, NUMBER)
    assert held(session, file) == mine
    assert file.draft is Draft.EDITING
    undo.redo_last(session, editor, clock, NUMBER)
    assert held(session, file) == online


def test_a_discarded_draft_of_a_file_that_was_never_online_is_empty_and_comes_back(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    mine = held(session, file)
    discard(session, people, clock, file)
    assert (held(session, file), file.draft) == ([], Draft.NONE)
    undo.undo_last(session, people.actors["editrice"], clock, NUMBER)
    assert held(session, file) == mine


def test_giving_up_a_draft_keeps_the_private_cells_of_the_lines_that_stay(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    edit(session, people, clock, Edit(1, cells=cells("Nitrites", note="Voir AB")))
    discard(session, people, clock, file)
    line = held(session, file)[0][2]
    assert (line["caracteristique"], line["note"]) == ("Nitrates", "Voir AB")


def test_a_line_that_ended_lives_again_under_its_number_and_the_number_is_never_given_again(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, "Méthode abandonnée")
    publish(session, people, clock)
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Bromures"))
    publish(session, people, clock)
    assert texts(session, file) == [(1, "Nitrates"), (3, "Sulfates"), (4, "Bromures")]
    assert session.scalar(select(DraftLine.id).where(DraftLine.number == 2)) is None
    editor = people.actors["editrice"]
    restore(session, people, clock, file, refs.version(1))
    assert texts(session, file) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]
    versions_of_line = session.scalars(select(DraftLine.version).where(DraftLine.number == 2)).one()
    assert versions_of_line == 3  # written, deleted, live again: an old sheet still knows which it was made from
    undo.undo_last(session, editor, clock, NUMBER)
    assert texts(session, file) == [(1, "Nitrates"), (3, "Sulfates"), (4, "Bromures")]
    undo.redo_last(session, editor, clock, NUMBER)
    publish(session, people, clock)
    assert texts(session, file) == [(1, "Nitrates"), (2, "Chlorures"), (3, "Sulfates")]
    assert lines.add_line(session, editor, clock, NUMBER, "1", cells("Fluorures")).number == 5


def test_a_draft_changed_since_the_preview_is_not_replaced(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    before = shown(session, file)
    edit(session, people, clock, Edit(1, cells=cells("Nitrates", note="privée")))
    for act in (
        lambda: versions.discard(session, people.actors["editrice"], clock, NUMBER, before),
        lambda: versions.restore(session, people.actors["editrice"], clock, NUMBER, refs.version(1), before),
    ):
        with pytest.raises(Conflict, match="relisez"):
            act()


def test_nothing_is_restored_while_a_publication_waits_or_from_what_does_not_exist(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    with pytest.raises(NotFound):
        restore(session, people, clock, file, refs.version(1))
    with pytest.raises(NotFound):
        restore(session, people, clock, file, refs.named(9))
    publish(session, people, clock, wait=False)
    with pytest.raises(Conflict, match="retirez la demande"):
        restore(session, people, clock, file, refs.version(1))


CELL = st.sampled_from(["Nitrates", "Nitrites", "Plomb"])
GENERAL = st.sampled_from([WATER.code, SOIL.code, FIXED.code])
ACT = st.one_of(
    st.tuples(st.just("add"), GENERAL, CELL),
    st.tuples(st.just("edit"), st.integers(0, 9), CELL),
    st.tuples(st.just("delete"), st.integers(0, 9), CELL),
    st.tuples(st.just("hang"), st.integers(0, 9), GENERAL),
    st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from([-1, 1])),
    st.tuples(st.just("publish"), st.just(0), CELL),
    st.tuples(st.just("restore"), st.integers(0, 9), CELL),
)


def carry_out(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, acts: list[tuple[Any, ...]]) -> None:
    """Do these acts on the draft, each on some line that is there."""
    editor = people.actors["editrice"]
    for act, where, what in acts:
        live = queries.draft_lines(session, file.id)
        line = live[where % len(live)] if live and isinstance(where, int) else None
        if act == "add":
            lines.add_line(session, editor, clock, file.number, str(where), cells(what))
        elif act == "publish":
            seen = publication.review(session, clock, file.id, file.activity)
            if file.draft is Draft.EDITING and seen.may_be_asked:
                publish(session, people, clock, file.number)
        elif act == "restore" and file.version_number:
            restore(session, people, clock, file, refs.version(where % file.version_number + 1))
        elif line is not None and act == "move":
            lines.move_line(session, editor, clock, file.number, line.number, what)
        elif line is not None and act in ("edit", "delete", "hang"):
            done = {"edit": {"cells": cells(what)}, "delete": {"deleted": True}, "hang": {"general": what}}[act]
            edit(session, people, clock, Edit(line.number, **done), number=file.number)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACT, max_size=8), st.lists(ACT, max_size=8))
def test_a_published_version_is_what_was_previewed_and_no_later_act_changes_it(
    session: GuichetSession, people: People, clock: FrozenClock, first: list[Any], second: list[Any]
) -> None:
    # FX-8a: what is frozen is independent of the draft, and any version can be had again as it was
    file = make_file(session, people, clock, f"1-{9000 + (session.scalar(select(func.count(Dossier.id))) or 0)}")
    carry_out(session, people, clock, file, first)
    seen = publication.review(session, clock, file.id, file.activity)
    if not seen.may_be_asked or file.draft is not Draft.EDITING:
        return
    previewed = [(line.number, line.general, snapshot_cells(line)) for line in seen.lines]
    publish(session, people, clock, file.number)
    number = file.version_number
    this_one = select(PublishedVersion).where(PublishedVersion.dossier_id == file.id, PublishedVersion.number == number)
    frozen = session.scalars(this_one).one().snapshot
    carry_out(session, people, clock, file, second)
    session.expire_all()
    again = session.scalars(this_one).one()
    assert again.snapshot == frozen
    assert snapshot.verified(again.snapshot, again.sha256)
    rows = queries.version_lines(session, again.id)
    assert [(line.number, line.general, snapshot_cells(line)) for line in rows] == previewed
    restore(session, people, clock, file, refs.version(number))
    assert [(line.number, line.general, snapshot_cells(line)) for line in queries.draft_lines(session, file.id)] == previewed
    assert difference(rows, queries.draft_lines(session, file.id)).nothing


def snapshot_cells(line: Line) -> dict[str, str]:
    """Return what the cells of a line say."""
    return {key: value for key, value in line.cells.items() if value}


def test_the_life_of_a_line_is_told_after_its_end_and_its_return(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 2, 1, cells("Chlorates"))
    publish(session, people, clock)
    lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 2, 2, "Méthode abandonnée")
    publish(session, people, clock)
    known = line_life(session, file.id, 2)
    assert [(row.kind, row.note) for row in known.changes] == [
        (StepKind.ADD, ""),
        (StepKind.EDIT, ""),
        (StepKind.DELETE, "Méthode abandonnée"),
    ]
    assert [line.cells["caracteristique"] if line else None for _row, line in known.versions] == ["Chlorures", "Chlorates", None]
    assert not known.live
    with session.for_everyone():
        assert [*register.line_versions(session, NUMBER, 2, clock.now()).lines] == [1, 2]
        with pytest.raises(NotFound):
            register.line_versions(session, NUMBER, 9, clock.now())
    with pytest.raises(NotFound):
        line_life(session, file.id, 9)


def test_states_are_read_together_and_a_missing_one_is_not_found(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    kept = versions.name_draft(session, people.actors["editrice"], clock, NUMBER, "Nom")
    head = queries.file_head(session, people.actors["editrice"], clock, NUMBER)
    found = states.contents(session, head, [refs.DRAFT, refs.version(1), refs.named(kept.id), refs.version(1)])
    assert [str(item.ref) for item in found] == ["brouillon", "v1", f"n{kept.id}", "v1"]
    assert all(difference(found[0].lines, item.lines).nothing for item in found)
    with pytest.raises(NotFound):
        states.contents(session, head, [refs.DRAFT, refs.version(2)])
