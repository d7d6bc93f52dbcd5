"""Who works on a file, and until when (FX-7b, FX-7c)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOW, People, SignedIn
from tests.factories import make_person
from tests.scopes.world import NUMBER, cells, make_file, publish
from webapp.actor import SYSTEM, Role
from webapp.clock import PARIS, FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage
from webapp.scopes.models import Dossier, DossierAccess
from webapp.scopes.queries import file_head
from webapp.scopes.queries.rights import editors_of, rights_on
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.services import lines, rights

URL = "https://guichet.exemple"
TODAY = NOW.astimezone(PARIS).date()


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    """A file, and a colleague who joined the body after it was opened."""
    found = make_file(session, people, clock)
    people.actors["nouveau"] = make_person(session, NOW, "nouveau", people.organisations["laboratoire"], Role.SCOPE_EDITOR)
    session.commit()
    return found


def give(
    session: GuichetSession, people: People, clock: FrozenClock, who: str, right: FileRight, days: int | None, by: str
) -> DossierAccess:
    account = people.actors[who].account_id or 0
    until = None if days is None else TODAY + timedelta(days=days)
    return rights.give(session, people.actors[by], clock, NUMBER, account, right, until, "Congés", URL)


def test_a_colleague_sees_a_file_only_once_it_is_entrusted_to_them(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-7b
    new = people.actors["nouveau"]
    session.acts_for(new)
    with pytest.raises(NotFound):
        file_head(session, new, clock, NUMBER)
    with pytest.raises(NotFound):
        lines.add_line(session, new, clock, NUMBER, "1", cells("Bromures"))
    session.acts_for(people.actors["editrice"])
    give(session, people, clock, "nouveau", FileRight.DELEGATE, 7, "editrice")
    session.acts_for(new)
    lines.add_line(session, new, clock, NUMBER, "1", cells("Bromures"))


def test_a_delegation_ends_by_itself_at_midnight_in_paris(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-7c
    new = people.actors["nouveau"]
    give(session, people, clock, "nouveau", FileRight.DELEGATE, 0, "editrice")
    clock.set(clock.now().replace(hour=22, minute=59, second=59))
    assert file_head(session, new, clock, NUMBER).number == NUMBER
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotFound):
        file_head(session, new, clock, NUMBER)


def test_an_auditor_reads_and_changes_nothing(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    auditor = people.actors["auditrice"]
    give(session, people, clock, "auditrice", FileRight.AUDITOR, 30, "editrice")
    assert file_head(session, auditor, clock, NUMBER).right is FileRight.AUDITOR
    with pytest.raises(Forbidden):
        lines.add_line(session, auditor, clock, NUMBER, "1", cells("Bromures"))


def test_a_delegate_names_nobody(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    give(session, people, clock, "nouveau", FileRight.DELEGATE, 7, "editrice")
    with pytest.raises(Forbidden):
        give(session, people, clock, "auditrice", FileRight.AUDITOR, 7, "nouveau")


@pytest.mark.parametrize(
    ("who", "right", "days", "field"),
    [
        ("nouveau", FileRight.DELEGATE, None, "until"),
        ("nouveau", FileRight.DELEGATE, -1, "until"),
        ("nouveau", FileRight.DELEGATE, 400, "until"),
        ("auditrice", FileRight.DELEGATE, 7, "account"),
        ("nouveau", FileRight.AUDITOR, 7, "account"),
        ("autre-editeur", FileRight.RESPONSIBLE, None, "account"),
    ],
)
def test_a_right_that_makes_no_sense_is_refused_with_words(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, who: str, right: FileRight, days: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        give(session, people, clock, who, right, days, "editrice")
    assert set(refused.value.errors) == {field}


def test_a_right_given_is_told_and_kept_as_evidence_and_a_second_one_replaces_it(
    session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    give(session, people, clock, "nouveau", FileRight.DELEGATE, 7, "editrice")
    clock.advance(timedelta(hours=1))
    give(session, people, clock, "nouveau", FileRight.DELEGATE, 30, "gestionnaire")
    session.flush()
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "scope.right_given")).all()) == 2
    assert len(session.scalars(select(OutboxMessage).where(OutboxMessage.subject.contains("un droit vous est donné"))).all()) == 2
    running = [row for row in rights_on(session, file.id, clock.now()) if row.account_id == people.actors["nouveau"].account_id]
    assert len(running) == 1


def test_the_last_responsible_person_stays(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    only = session.scalars(select(DossierAccess).where(DossierAccess.dossier_id == file.id)).one()
    with pytest.raises(Invalid, match="Nommez d’abord"):
        rights.end(session, people.actors["editrice"], clock, NUMBER, only.id)
    give(session, people, clock, "nouveau", FileRight.RESPONSIBLE, None, "editrice")
    rights.end(session, people.actors["editrice"], clock, NUMBER, only.id)
    with pytest.raises(NotFound):
        file_head(session, people.actors["editrice"], clock, NUMBER)
    rights.end(session, people.actors["nouveau"], clock, NUMBER, only.id)  # twice is once


def test_notices_go_to_those_who_edit_the_file(session: GuichetSession, people: People, clock: FrozenClock, file: Dossier) -> None:
    give(session, people, clock, "auditrice", FileRight.AUDITOR, 7, "editrice")
    session.acts_for(SYSTEM)
    told = editors_of(session, [file.id], clock.now(), willing=False)
    assert [row.account_id for row in told] == [people.actors["editrice"].account_id]


def test_a_right_is_given_and_ended_through_the_page(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    editor = signed_in("editrice")
    editor.get(f"/portees/{NUMBER}/personnes")
    assert editor.tree.cssselect(f"nav.tabs a[href='/portees/{NUMBER}']")
    account = str(people.actors["nouveau"].account_id)
    assert editor.submit("form.pad", {"account": account, "right": "delegate", "until": ""}).status_code == 422
    assert "Donnez le dernier jour" in editor.text()
    until = (TODAY + timedelta(days=10)).isoformat()
    assert editor.submit("form.pad", {"account": account, "right": "delegate", "until": until, "reason": "Congés"}).status_code == 303
    editor.follow()
    assert "Délégataire" in editor.text()
    colleague = signed_in("nouveau")
    assert colleague.get(f"/portees/{NUMBER}").status_code == 200
    forms = editor.tree.cssselect("form[action*='/personnes/']")
    assert editor.submit(f"form[action='{forms[-1].get('action')}']").status_code == 303
    assert colleague.get(f"/portees/{NUMBER}").status_code == 404
    assert colleague.get(f"/portees/{NUMBER}/personnes").status_code == 404


def test_the_bodys_manager_sees_who_works_on_what_and_not_the_lines(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    make_file(session, people, clock, "1-0900", organisation="autre-laboratoire")
    manager = signed_in("gestionnaire")
    manager.get("/administration/personnes")
    assert manager.tree.cssselect("a[href='/portees/dossiers-confies']")
    manager.get("/portees/dossiers-confies")
    assert NUMBER in manager.text()
    assert "1-0900" not in manager.text()
    assert manager.get(f"/portees/{NUMBER}/personnes").status_code == 200
    assert not manager.tree.cssselect(f"main a[href='/portees/{NUMBER}']")  # nor is she sent where she may not go
    assert manager.get(f"/portees/{NUMBER}").status_code == 403
    assert manager.get("/portees/1-0900/personnes").status_code == 404


def test_an_auditor_has_the_whole_file_to_read_and_no_button(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    give(session, people, clock, "auditrice", FileRight.AUDITOR, 30, "editrice")
    publish(session, people, clock)
    session.commit()
    auditor = signed_in("auditrice")
    auditor.get("/portees")
    assert NUMBER in auditor.text()
    for page in ("", "/portee-generale", "/publication", "/decisions", "/personnes"):
        assert auditor.get(f"/portees/{NUMBER}{page}").status_code == 200
        assert not auditor.tree.cssselect("main form[method=post]")
