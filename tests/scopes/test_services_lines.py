"""Changing lines: by permanent number and version, never by place; undone from anywhere."""

import pytest
from sqlalchemy import select

from tests.conftest import NOW, People
from tests.factories import make_person
from tests.scopes.world import NUMBER, WATER, cells, make_file, publish, texts
from webapp.actor import SYSTEM, Role
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange
from webapp.scopes.queries import file_head
from webapp.scopes.rules.decisions import GeneralStatus
from webapp.scopes.rules.states import Draft, Online, ScopeState
from webapp.scopes.services import lines
from webapp.scopes.services.rights import first_responsible
from webapp.scopes.services.undo import undo_last


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


def edit(
    session: GuichetSession, people: People, clock: FrozenClock, number: int, version: int, name: str, who: str = "editrice"
) -> DraftLine:
    return lines.save_line(session, people.actors[who], clock, NUMBER, number, version, cells(name))


def test_a_new_file_is_to_be_defined_and_its_first_line_puts_it_in_progress(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FX-8c
    make_file(session, people, clock, "1-0007", names=())
    head = file_head(session, people.actors["editrice"], clock, "1-0007")
    assert head.state is ScopeState.TO_DEFINE
    lines.add_line(session, people.actors["editrice"], clock, "1-0007", "1", cells("Nitrates"))
    assert file_head(session, people.actors["editrice"], clock, "1-0007").state is ScopeState.IN_PROGRESS


def test_a_stale_save_tells_both_versions_and_what_they_started_from(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    edit(session, people, clock, 1, 1, "Nitrites")
    with pytest.raises(lines.StaleLine) as stale:
        edit(session, people, clock, 1, 1, "Bromures")
    facts = stale.value.facts
    assert facts["mine"]["caracteristique"] == "Bromures"
    assert facts["line"].cells["caracteristique"] == "Nitrites"
    assert facts["base"]["caracteristique"] == "Nitrates"
    assert facts["who"] == people.actors["editrice"].name
    assert texts(session, file)[0] == (1, "Nitrites")


def test_the_same_save_sent_twice_is_saved_once(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    first = edit(session, people, clock, 1, 1, "Nitrites")
    again = edit(session, people, clock, 1, 1, "Nitrites")
    assert first.version == again.version == 2


def test_saving_without_a_change_is_not_a_change(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    assert edit(session, people, clock, 1, 1, "Nitrates").version == 1


def test_a_line_is_found_by_its_number_whatever_its_place(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    lines.move_line(session, people.actors["editrice"], clock, NUMBER, 3, -1)
    lines.move_line(session, people.actors["editrice"], clock, NUMBER, 3, -1)
    assert [number for number, _ in texts(session, file)] == [3, 1, 2]
    edit(session, people, clock, 3, 1, "Fluorures")
    assert texts(session, file) == [(3, "Fluorures"), (1, "Nitrates"), (2, "Chlorures")]


def test_a_line_at_the_edge_stays_there(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    lines.move_line(session, people.actors["editrice"], clock, NUMBER, 1, -1)
    lines.move_line(session, people.actors["editrice"], clock, NUMBER, 3, 1)
    assert [number for number, _ in texts(session, file)] == [1, 2, 3]


def test_many_lines_inserted_at_one_place_keep_their_order(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    for index in range(30):
        lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells(f"Paramètre {index}"), after_number=1)
    numbers = [number for number, _ in texts(session, file)]
    assert numbers == [1, *range(33, 3, -1), 2, 3]


def test_a_copy_comes_just_below_with_a_number_of_its_own(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    copy = lines.duplicate_line(session, people.actors["editrice"], clock, NUMBER, 1, cells("Nitrites"))
    assert texts(session, file)[:2] == [(1, "Nitrates"), (copy.number, "Nitrites")]


def test_a_number_is_never_given_twice(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 3, 1)
    added = lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Fluorures"))
    assert added.number == 4


def test_a_deleted_line_cannot_be_saved_over_but_what_was_typed_is_kept(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 2, 1)
    with pytest.raises(lines.StaleLine) as stale:
        edit(session, people, clock, 2, 1, "Bromures")
    assert stale.value.facts["line"].deleted
    assert stale.value.facts["mine"]["caracteristique"] == "Bromures"


def test_a_line_changed_since_is_not_deleted_unseen(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    edit(session, people, clock, 2, 1, "Bromures")
    with pytest.raises(lines.StaleLine):
        lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 2, 1)


def test_undo_takes_changes_back_one_by_one_latest_first(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = people.actors["editrice"]
    before = texts(session, file)
    edit(session, people, clock, 1, 1, "Nitrites")
    lines.move_line(session, editor, clock, NUMBER, 1, 1)
    lines.delete_line(session, editor, clock, NUMBER, 3, 1)
    lines.duplicate_line(session, editor, clock, NUMBER, 2, cells("Chlorures"))
    for _ in range(4):
        undo_last(session, editor, clock, NUMBER)
    assert texts(session, file) == before
    # The log is added to, never rewritten: four changes and four undos after the first three additions.
    assert len(session.scalars(select(ScopeChange)).all()) == 11


def test_undo_never_overwrites_what_somebody_else_did_since(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    edit(session, people, clock, 1, 1, "Nitrites")
    other = make_person(session, NOW, "ali", people.organisations["laboratoire"], Role.SCOPE_EDITOR)
    first_responsible(session, clock, file, None)
    lines.save_line(session, other, clock, NUMBER, 1, 2, cells("Bromures"))
    with pytest.raises(Conflict, match="ligne 1 a changé"):
        undo_last(session, people.actors["editrice"], clock, NUMBER)
    assert texts(session, file)[0] == (1, "Bromures")


def test_a_line_hung_elsewhere_goes_to_the_end_of_its_new_group_and_back_to_its_place(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = people.actors["editrice"]
    lines.add_line(session, editor, clock, NUMBER, "2", cells("Plomb"))
    moved = lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrates"), "2")
    assert moved.version == 2
    assert [number for number, _ in texts(session, file)] == [2, 3, 4, 1]
    back = undo_last(session, editor, clock, NUMBER).lines[0]
    assert [number for number, _ in texts(session, file)] == [1, 2, 3, 4]
    assert back.version == 3


def test_a_line_hung_elsewhere_meanwhile_is_a_stale_save(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = people.actors["editrice"]
    lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrates"), "2")
    with pytest.raises(lines.StaleLine):
        lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrates"), "1")
    assert lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrates"), "2").version == 2  # the same save sent twice
    with pytest.raises(Invalid, match="portée générale de ce dossier"):
        lines.save_line(session, editor, clock, NUMBER, 1, 2, cells("Nitrates"), "99")


def test_a_line_leaves_a_suspended_general_line_and_cannot_join_it(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8d
    editor = people.actors["editrice"]
    first = session.scalars(select(GeneralLine).where(GeneralLine.code == "1")).one()
    first.status = GeneralStatus.SUSPENDED
    session.flush()
    assert lines.save_line(session, editor, clock, NUMBER, 1, 1, cells("Nitrites"), "1").version == 2  # it may stay there
    lines.save_line(session, editor, clock, NUMBER, 1, 2, cells("Nitrites"), "2")
    with pytest.raises(Invalid, match="plus en vigueur"):
        lines.save_line(session, editor, clock, NUMBER, 1, 3, cells("Nitrites"), "1")


def test_undo_has_an_end(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    make_file(session, people, clock, "1-0009", names=("Nitrates",))
    undo_last(session, people.actors["editrice"], clock, "1-0009")
    assert file_head(session, people.actors["editrice"], clock, "1-0009").state is ScopeState.TO_DEFINE
    with pytest.raises(Conflict, match="plus de modification"):
        undo_last(session, people.actors["editrice"], clock, "1-0009")


def test_undo_stops_at_what_was_published(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    publish(session, people, clock)
    with pytest.raises(Conflict, match="plus de modification"):
        undo_last(session, people.actors["editrice"], clock, NUMBER)


def test_a_draft_that_is_again_what_is_online_is_no_draft(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    edit(session, people, clock, 1, 1, "Nitrites")
    head = file_head(session, people.actors["editrice"], clock, NUMBER)
    assert (head.facts.online, head.facts.draft, head.changed) == (Online.PUBLISHED, Draft.EDITING, 1)
    undo_last(session, people.actors["editrice"], clock, NUMBER)
    assert file_head(session, people.actors["editrice"], clock, NUMBER).facts.draft is Draft.NONE


def test_an_incomplete_line_is_kept_and_an_empty_one_refused(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    kept = lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", {"objet": "Boues"})
    assert kept.cells["principe"] == ""
    with pytest.raises(Invalid, match="au moins une case"):
        lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", {"objet": "  \u00a0 "})
    with pytest.raises(Invalid, match="2000 caractères"):
        lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", {"objet": "x" * 2001})
    with pytest.raises(Invalid, match="portée générale de ce dossier"):
        lines.add_line(session, people.actors["editrice"], clock, NUMBER, "99", {"objet": "x"})


def test_another_bodys_file_does_not_exist(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    # FX-7b
    with pytest.raises(NotFound):
        edit(session, people, clock, 1, 1, "Bromures", who="autre-editeur")
    with pytest.raises(NotFound):
        edit(session, people, clock, 1, 1, "Bromures", who="gestionnaire")
    with pytest.raises(Forbidden):
        edit(session, people, clock, 1, 1, "Bromures", who="chargee")


def test_the_session_guard_hides_another_bodys_lines_even_from_a_careless_query(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FL-7.1
    session.acts_for(people.actors["autre-editeur"])
    assert session.scalars(select(DraftLine.number)).all() == []
    session.acts_for(SYSTEM)
    assert session.scalars(select(DraftLine.number).order_by(DraftLine.number)).all() == [1, 2, 3]


def test_edits_stand_in_the_change_log_not_in_the_audit_trail(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    edit(session, people, clock, 1, 1, "Nitrites")
    assert session.scalars(select(AuditEvent.action)).all() == ["scope.file_created"]
    assert WATER.code == "1"
