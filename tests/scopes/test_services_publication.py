"""From the request to the register, and what decisions do to it (FX-8a, FX-8c)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOW, People
from tests.scopes.world import FIXED, NUMBER, WATER, cells, make_file, publish, texts
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage
from webapp.register import queries as register
from webapp.scopes import queries
from webapp.scopes.models import Dossier, FrozenVersionError, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.decisions import DecisionKind
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.states import ScopeState
from webapp.scopes.services import effect, general, lines, publication
from webapp.scopes.services.decisions import DecisionValues, record_decision
from webapp.scopes.services.general import GeneralValues

#: The midnight that follows the suite's NOW, Monday 23 November 2026.
MIDNIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


def state(session: GuichetSession, people: People, clock: FrozenClock, number: str = NUMBER) -> ScopeState:
    return queries.file_head(session, people.actors["editrice"], clock, number).state


def decide(session: GuichetSession, people: People, clock: FrozenClock, kind: DecisionKind, line: str, **extension: str) -> None:
    values = DecisionValues(kind, line, date(2026, 11, 20), "D-2026-17", "Motif.", GeneralValues(**extension) if extension else None)
    record_decision(session, people.actors["chargee"], clock, NUMBER, values)
    session.commit()


def actions(session: GuichetSession) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_request_takes_effect_at_midnight_without_any_job(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8a
    publish(session, people, clock, wait=False)
    assert state(session, people, clock) is ScopeState.PUBLISHED
    clock.set(MIDNIGHT - timedelta(seconds=1))
    with pytest.raises(NotFound):
        register.published(session, NUMBER, clock.now())
    clock.set(MIDNIGHT)
    found = register.published(session, NUMBER, clock.now())
    assert (found.version, found.effective_at, found.line_count) == (1, MIDNIGHT, 3)
    assert found.in_force(clock.now())


def test_the_request_is_one_audit_event_with_the_digest_of_the_version(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FL-18.2
    publish(session, people, clock, wait=False)
    assert actions(session) == ["scope.file_created", "scope.publication_requested"]
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    version = session.scalars(select(PublishedVersion)).one()
    assert event is not None
    assert event.detail["sha256"] == version.sha256 == snapshot.sha256(version.snapshot)


def test_the_rows_that_are_paged_are_exactly_those_of_the_snapshot(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    import json

    publish(session, people, clock)
    version = session.scalars(select(PublishedVersion)).one()
    image = json.loads(version.snapshot)
    rows = session.execute(select(PublishedLine.number, PublishedLine.general_code, PublishedLine.cells).order_by(PublishedLine.position))
    assert tuple(Line(*row) for row in rows) == snapshot.lines_of(image)
    assert version.snapshot_head == snapshot.read_head(image)


def test_a_version_is_independent_of_the_draft_and_cannot_be_altered(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Nitrites"))
    lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 2, 1)
    rows, total = register.lines(session, session.scalars(select(PublishedVersion.id)).one())
    assert total == 3
    assert rows[0].cells["caracteristique"] == "Nitrates"
    version = session.scalars(select(PublishedVersion)).one()
    version.sha256 = "0" * 64
    with pytest.raises(FrozenVersionError):
        session.flush()
    session.rollback()


def test_the_draft_is_held_while_a_publication_waits_and_free_again_once_it_is_taken_back(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock, wait=False)
    with pytest.raises(Conflict, match="retirez la demande"):
        lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Nitrites"))
    publication.withdraw_request(session, people.actors["editrice"], clock, NUMBER)
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Nitrites"))
    assert session.scalars(select(PublishedVersion)).all() == []
    assert session.scalars(select(PublishedLine)).all() == []
    assert actions(session)[-1] == "scope.publication_request_withdrawn"
    session.commit()
    publish(session, people, clock)
    assert register.published(session, NUMBER, clock.now()).version == 1


def test_a_request_can_be_taken_back_until_the_very_second_before_its_effect(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock, wait=False)
    clock.set(MIDNIGHT)
    with pytest.raises(Conflict, match="déjà en ligne"):
        publication.withdraw_request(session, people.actors["editrice"], clock, NUMBER)


def test_a_draft_changed_since_it_was_reviewed_is_not_published(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    seen = publication.review(session, clock, file.id, file.activity)
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Nitrites"))
    with pytest.raises(Conflict, match="depuis votre relecture"):
        publication.request_publication(session, people.actors["editrice"], clock, NUMBER, seen.fingerprint)


def test_a_blocking_finding_stops_the_request(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", {"objet": "Boues"})
    with pytest.raises(Invalid):
        publish(session, people, clock)
    assert state(session, people, clock) is ScopeState.IN_PROGRESS


def test_fixe_lines_are_held_to_what_is_online_until_an_extension(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, FIXED.code, cells("Prélèvement instantané"))
    findings = publication.review(session, clock, file.id, file.activity).findings
    assert [finding.code for finding in findings] == ["general_empty", "fixed_added"]
    decide(session, people, clock, DecisionKind.EXTENSION, FIXED.code)
    findings = publication.review(session, clock, file.id, file.activity).findings
    assert [finding.code for finding in findings] == ["general_empty"]
    publish(session, people, clock)
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, FIXED.code, cells("Prélèvement moyen"))
    findings = publication.review(session, clock, file.id, file.activity).findings
    assert [finding.code for finding in findings] == ["general_empty", "fixed_added"]


@pytest.mark.parametrize("kind", [DecisionKind.EXTENSION, DecisionKind.SUSPENSION, DecisionKind.TERMINATION])
def test_a_decision_unpublishes_at_once_and_leaves_an_archive(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, kind: DecisionKind
) -> None:
    # FX-8c
    publish(session, people, clock)
    clock.advance(timedelta(days=2))
    decide(session, people, clock, kind, "2")
    assert state(session, people, clock) is ScopeState.UNPUBLISHED
    found = register.published(session, NUMBER, clock.now())
    assert not found.in_force(clock.now())
    assert found.ended_at == clock.now()
    assert actions(session).count("scope.decision_recorded") == 1
    # The same lines may conform to the new general scope: the body asks for them again.
    publish(session, people, clock)
    assert state(session, people, clock) is ScopeState.PUBLISHED
    assert register.published(session, NUMBER, clock.now()).version == 2


def test_a_decision_drops_a_pending_request_whose_control_it_outdates(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock, wait=False)
    decide(session, people, clock, DecisionKind.SUSPENSION, "1")
    clock.set(MIDNIGHT + timedelta(hours=1))
    with pytest.raises(NotFound):
        register.published(session, NUMBER, clock.now())
    assert state(session, people, clock) is ScopeState.IN_PROGRESS
    codes = {finding.code for finding in publication.review(session, clock, file.id, file.activity).findings}
    assert "general_suspended" in codes


def test_the_scope_closes_with_its_last_flexible_line_and_stays_readable_by_both(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8c
    publish(session, people, clock)
    decide(session, people, clock, DecisionKind.TERMINATION, "1")
    decide(session, people, clock, DecisionKind.FLEXIBILITY_WITHDRAWAL, "2")
    assert state(session, people, clock) is ScopeState.CLOSED
    assert queries.file_head(session, people.actors["chargee"], clock, NUMBER).state is ScopeState.CLOSED
    with pytest.raises(Conflict, match="fermée"):
        lines.delete_line(session, people.actors["editrice"], clock, NUMBER, 1, 1)
    assert register.published(session, NUMBER, clock.now()).closed


def test_a_suspension_that_is_lifted_reopens_the_scope(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    make_file(session, people, clock, generals=(WATER,))
    publish(session, people, clock)
    decide(session, people, clock, DecisionKind.SUSPENSION, "1")
    assert state(session, people, clock) is ScopeState.CLOSED
    decide(session, people, clock, DecisionKind.REINSTATEMENT, "1")
    assert state(session, people, clock) is ScopeState.UNPUBLISHED
    publish(session, people, clock)
    assert state(session, people, clock) is ScopeState.PUBLISHED


def test_an_extension_opens_a_new_general_line(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    publish(session, people, clock)
    decide(session, people, clock, DecisionKind.EXTENSION, "", code="4", title="Air intérieur", flexibility="FLEX2")
    assert [row.code for row in queries.general_scope(session, file.id)] == ["1", "2", "3", "4"]
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "4", cells("Formaldéhyde"))


def test_only_officers_decide_and_a_decision_without_sense_changes_nothing(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    values = DecisionValues(DecisionKind.SUSPENSION, "1", date(2026, 11, 20), "D-1", "Motif.")
    with pytest.raises(Forbidden):
        record_decision(session, people.actors["editrice"], clock, NUMBER, values)
    for wrong in (
        {"code": "99"},
        {"decided_on": date(2026, 11, 24)},
        {"reference": " "},
        {"reason": ""},
        {"kind": DecisionKind.REINSTATEMENT},
        {"kind": DecisionKind.EXTENSION, "code": ""},
    ):
        with pytest.raises(Invalid):
            record_decision(
                session,
                people.actors["chargee"],
                clock,
                NUMBER,
                DecisionValues(**{**{name: getattr(values, name) for name in DecisionValues.__slots__}, **wrong}),
            )
    assert state(session, people, clock) is ScopeState.IN_PROGRESS


def told(session: GuichetSession, database: Database, clock: FrozenClock) -> int:
    """Let the sweeper pass, and see what it wrote."""
    session.commit()
    return effect.sweep(database, clock, "https://guichet.example")


def test_two_notifications_make_one_mail_and_one_audit_event(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, database: Database
) -> None:
    publish(session, people, clock, wait=False)
    assert told(session, database, clock) == 0
    clock.set(MIDNIGHT)
    assert told(session, database, clock) == 1
    session.commit()
    assert told(session, database, clock) == 0
    mails = session.scalars(select(OutboxMessage)).all()
    assert [mail.recipient for mail in mails] == ["editrice@exemple.invalid"]
    assert "https://guichet.example/registre/1-0042" in mails[0].body
    assert actions(session).count("scope.published") == 1


def test_a_version_withdrawn_before_it_was_told_is_recorded_but_not_announced(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, database: Database
) -> None:
    publish(session, people, clock)
    decide(session, people, clock, DecisionKind.SUSPENSION, "2")
    assert told(session, database, clock) == 1
    assert session.scalars(select(OutboxMessage)).all() == []
    assert actions(session).count("scope.published") == 1


def test_a_file_is_opened_once_with_what_it_needs(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    make_file(session, people, clock, "1-0042", names=())
    body = people.organisations["laboratoire"].id
    with pytest.raises(Invalid) as refused:
        general.create_file(
            session,
            people.actors["chargee"],
            clock,
            number="1-42",
            organisation_id=people.organisations["opco"].id,
            activity_code="biologie",
            lines=[GeneralValues("1", "Hématologie", "FLEX1"), GeneralValues("1", "", "FIXE")],
        )
    assert set(refused.value.errors) == {"number", "organisation", "lines-0-flexibility", "lines-1-title", "lines-1-code"}
    with pytest.raises(Forbidden):
        general.create_file(
            session, people.actors["editrice"], clock, number="1-0043", organisation_id=body, activity_code="essais", lines=[WATER]
        )


def test_the_general_scope_is_corrected_freely_before_any_version_and_by_title_only_after(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    officer = people.actors["chargee"]
    general.add_general_line(session, officer, clock, NUMBER, GeneralValues("4", "Boues", "FLEX2"))
    line = general.edit_general_line(session, officer, clock, NUMBER, "4", 1, GeneralValues("4", "Boues de station", "FLEX3"))
    assert (line.title, str(line.flexibility), line.version) == ("Boues de station", "FLEX3", 2)
    with pytest.raises(Conflict, match="entre-temps"):
        general.edit_general_line(session, officer, clock, NUMBER, "4", 1, GeneralValues("4", "Autre", "FLEX3"))
    session.commit()
    publish(session, people, clock)
    with pytest.raises(Conflict, match="extension"):
        general.add_general_line(session, officer, clock, NUMBER, GeneralValues("5", "Air", "FLEX1"))
    session.rollback()
    with pytest.raises(Invalid, match="par une décision"):
        general.edit_general_line(session, officer, clock, NUMBER, "4", 2, GeneralValues("4", "Boues", "FLEX1"))
    general.edit_general_line(session, officer, clock, NUMBER, "4", 2, GeneralValues("4", "Boues d’épuration", "FLEX3"))


def test_the_list_filters_by_the_state_as_it_stands_now(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FX-8b
    make_file(session, people, clock, "1-0001", names=())
    make_file(session, people, clock, "1-0002")
    make_file(session, people, clock, "1-0042")
    make_file(session, people, clock, "1-0099", organisation="autre-laboratoire")
    publish(session, people, clock, wait=False)
    clock.set(NOW + timedelta(days=3))
    editor, officer = people.actors["editrice"], people.actors["chargee"]

    def numbers(actor: object, **wanted: object) -> list[str]:
        found, total = queries.files(session, actor, clock, order=Dossier.number, **wanted)
        assert total == len(found)
        return [head.number for head, _at in found]

    assert numbers(editor) == ["1-0001", "1-0002", "1-0042"]
    assert numbers(officer) == ["1-0001", "1-0002", "1-0042", "1-0099"]
    assert numbers(people.actors["gestionnaire"]) == []
    assert numbers(editor, state=ScopeState.TO_DEFINE) == ["1-0001"]
    assert numbers(editor, state=ScopeState.IN_PROGRESS) == ["1-0002"]
    assert numbers(editor, state=ScopeState.PUBLISHED) == ["1-0042"]
    assert numbers(editor, text="VAUBAN 0042") == ["1-0042"]
    assert numbers(officer, text="ampere") == ["1-0099"]
    assert editor.has(Role.SCOPE_EDITOR)
    assert texts(session, session.scalars(select(Dossier).where(Dossier.number == "1-0001")).one()) == []


def granted(session: GuichetSession, code: str = "1") -> list[str]:
    return list(session.scalars(select(GeneralLine.methods).where(GeneralLine.code == code)).one())


def verdicts(session: GuichetSession, clock: FrozenClock, file: Dossier) -> list[tuple[int | None, str]]:
    return [(item.line, item.code) for item in publication.review(session, clock, file.id, file.activity).findings if item.line]


def test_granted_methods_count_before_what_is_online(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    # FX-1
    publish(session, people, clock)
    officer, editor = people.actors["chargee"], people.actors["editrice"]
    lines.add_line(session, editor, clock, NUMBER, "1", cells("Plomb", reference="NF EN ISO 15586:2004"))
    session.commit()
    assert verdicts(session, clock, file) == [(4, "fail_not_revision")]
    values = GeneralValues("1", WATER.title, WATER.flexibility, ("NF EN ISO 10304-1:2009", "NF EN ISO 15586:2003"))
    general.edit_general_line(session, officer, clock, NUMBER, "1", 1, values)
    session.commit()
    assert verdicts(session, clock, file) == []
    # Written otherwise they are the same methods; other ones are a decision.
    general.edit_general_line(
        session, officer, clock, NUMBER, "1", 2, replace(values, methods=("NF EN ISO 15586:2003 et NF EN ISO 10304-1 (2009)",))
    )
    with pytest.raises(Invalid, match="methods"):
        general.edit_general_line(session, officer, clock, NUMBER, "1", 3, replace(values, methods=("NF EN 872:2005",)))
    with pytest.raises(Invalid, match="methods"):
        general.edit_general_line(session, officer, clock, NUMBER, "1", 3, replace(values, methods=tuple(map(str, range(501)))))


def test_an_extension_adds_methods_to_those_online(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    # FX-8c
    publish(session, people, clock)
    extension = {"code": "", "title": "", "flexibility": "", "methods": ("NF EN ISO 15586:2004",)}
    values = DecisionValues(DecisionKind.EXTENSION, "1", date(2026, 11, 20), "D-2026-18", "Métaux.", GeneralValues(**extension))
    record_decision(session, people.actors["chargee"], clock, NUMBER, values)
    session.commit()
    assert granted(session) == ["NF EN ISO 10304-1", "NF EN ISO 15586:2004"]
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Plomb", reference="NF EN ISO 15586:2004"))
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Fer", reference="NF EN ISO 11885:2009"))
    session.commit()
    assert verdicts(session, clock, file) == [(5, "fail_not_revision")]


def test_the_version_says_which_rules_it_was_checked_against(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-1
    publish(session, people, clock)
    version = session.scalars(select(PublishedVersion)).one()
    assert version.snapshot_head["rules"] == {"reference": "LAB REF 08", "version": 1, "first_day": "2024-01-01"}
