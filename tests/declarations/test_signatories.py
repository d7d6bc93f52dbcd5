"""Who submits a return: its signatories, everybody when there is none; and sections that are for one person alone. SO-10, SO-35."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.conftest import NOW, People, SignedIn
from tests.factories import make_person
from webapp.accounts import people as accounts
from webapp.accounts.models import Account, Membership
from webapp.actor import Actor, Role
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations import policies, queries
from webapp.declarations.models import CellValue, Return, SectionShare
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.values import ValueKind
from webapp.declarations.rules.workflow import Act, CampaignState, ReturnState
from webapp.declarations.services import documents
from webapp.declarations.services.saving import Typed, save_cells
from webapp.errors import Conflict, Invalid
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage

COLLEAGUE, SIGNATORY, OTHER = "declarant-breton", "signataire", "collègue"
TABLE, CELL = "demandes", ("demandes", "ouvriers", "deposees")
SECTION = section_of(get_model("esf-atpro", "2025.1"), TABLE)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def number(number_of: Callable[[str], str], fill: Callable[..., None]) -> str:
    """A return that nothing holds back."""
    found = number_of("atpro-bretagne")
    fill(found)
    return found


@pytest.fixture
def signatory(session: GuichetSession, people: People) -> Actor:
    """A signatory beside the colleague who only declares."""
    people.actors[SIGNATORY] = make_person(session, NOW, "maud", people.organisations["atpro-bretagne"], Role.DECLARANT, Role.SIGNATORY)
    session.commit()
    return people.actors[SIGNATORY]


@pytest.fixture
def other(session: GuichetSession, people: People) -> Actor:
    """Another colleague who only declares."""
    people.actors[OTHER] = make_person(session, NOW, "noe", people.organisations["atpro-bretagne"], Role.DECLARANT)
    session.commit()
    return people.actors[OTHER]


def state_of(session: GuichetSession, number: str) -> ReturnState:
    found = session.scalars(select(Return.state).where(Return.number == number)).one()
    session.commit()
    return found


def count(session: GuichetSession, *conditions: Any) -> int:
    found = session.scalar(select(func.count()).select_from(OutboxMessage).where(*conditions)) or 0
    session.commit()
    return found


def entrust(signed_in: SignedIn, who: str, number: str, to: Actor | None, *, reserved: bool, status: int = 303) -> Any:
    client = signed_in(who)
    client.get(f"/declarations/{number}/partage")
    given: dict[str, Any] = {"account": str(to.account_id) if to else ""}
    if client.tree.cssselect(f"form#confier-{SECTION} [name=reserved]"):
        given["reserved"] = ["1"] if reserved else []
    assert client.submit(f"form#confier-{SECTION}", given).status_code == status
    return client


def facts(state: ReturnState = ReturnState.DRAFT, until: date | None = None, **reserved: policies.Holder) -> policies.ReturnFacts:
    return policies.ReturnFacts(1, "Bretagne", state, CampaignState.OPEN, date(2026, 1, 1), until, reserved)


def somebody(account: int, *roles: Role) -> Actor:
    return Actor(account, "Quelqu’un", 1, "Organisme", None, frozenset(roles))


def test_the_acts_that_bind_the_body_are_its_signatories_while_one_may_sign_in() -> None:
    plain, signing, national = somebody(1, Role.DECLARANT), somebody(2, Role.DECLARANT, Role.SIGNATORY), somebody(3, Role.NATIONAL_AGENT)
    for act, state in (
        (Act.SUBMIT, ReturnState.DRAFT),
        (Act.RECTIFY, ReturnState.ACCEPTED),
        (Act.ABANDON, ReturnState.RECTIFYING),
    ):
        today, yesterday = NOON.date(), NOON.date() - timedelta(days=1)
        assert [policies.can_act(act, plain, facts(state, until), NOON) for until in (None, yesterday, today)] == [True, True, False]
        assert policies.can_act(act, signing, facts(state, today), NOON)
    assert policies.can_act(Act.RECTIFY, national, facts(ReturnState.ACCEPTED, NOON.date()), NOON)


def test_a_reserved_section_is_for_its_holder_and_the_signatories() -> None:
    holder, plain, signing = somebody(1, Role.DECLARANT), somebody(2, Role.DECLARANT), somebody(3, Role.DECLARANT, Role.SIGNATORY)
    shut = facts(until=NOON.date(), a=policies.Holder(1, "Léa"))
    assert [policies.can_enter_section("a", who, shut, NOON) for who in (holder, plain, signing)] == [True, False, True]
    assert [policies.can_entrust("a", who, shut, NOON) for who in (holder, plain, signing)] == [False, False, True]
    assert [policies.can_enter_section("b", who, shut, NOON) for who in (holder, plain, signing)] == [True, True, True]
    nobody_signs = facts(a=policies.Holder(1, "Léa"))
    assert not policies.can_enter_section("a", plain, nobody_signs, NOON)
    assert policies.can_entrust("a", plain, nobody_signs, NOON)


def test_without_signatory_every_declarant_submits_and_the_page_says_so(signed_in: SignedIn, number: str) -> None:
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}/depot")
    assert "Votre organisme n’a pas désigné de signataire" in client.text()
    assert client.submit("form#deposer").status_code == 303


def test_a_colleague_reads_everything_and_submits_nothing(
    session: GuichetSession, signed_in: SignedIn, number: str, signatory: Actor
) -> None:
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}")
    assert "Vérifier et déposer" not in client.text()
    client.get(f"/declarations/{number}/depot")
    assert f"Déposer revient aux signataires de votre organisme : {signatory.name}." in client.text()
    assert not client.tree.cssselect("form#deposer")
    token = client.tree.cssselect("[name=csrf_token]")[0].get("value")
    assert client.post(f"/declarations/{number}/depot", data={"csrf_token": token, "version": "1"}).status_code == 403
    assert state_of(session, number) is ReturnState.DRAFT
    boss = signed_in(SIGNATORY)
    boss.get(f"/declarations/{number}/depot")
    assert not boss.tree.cssselect("#signataires, form#prevenir")
    assert boss.submit("form#deposer").status_code == 303


def test_a_signatory_who_cannot_sign_in_any_more_holds_nobody_back(
    session: GuichetSession, signed_in: SignedIn, number: str, signatory: Actor, clock: FrozenClock
) -> None:
    account = session.get_one(Account, signatory.account_id)
    account.expires_on = clock.now().date() - timedelta(days=1)
    session.commit()
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}/depot")
    assert client.tree.cssselect("form#deposer")
    account.expires_on, account.deactivated_at = None, clock.now()
    session.commit()
    client.get(f"/declarations/{number}/depot")
    assert client.tree.cssselect("form#deposer")
    account.deactivated_at = None
    session.commit()
    assert client.submit("form#deposer").status_code == 403  # a page kept open


def test_an_accepted_return_is_opened_again_by_a_signatory_or_an_agent(
    session: GuichetSession, signed_in: SignedIn, number: str, signatory: Actor
) -> None:
    boss, agent, client = signed_in(SIGNATORY), signed_in("regionale"), signed_in(COLLEAGUE)
    boss.get(f"/declarations/{number}/depot")
    boss.submit("form#deposer")
    agent.get(f"/declarations/{number}")
    agent.submit("form#accepter")
    client.get(f"/declarations/{number}")
    assert not client.tree.cssselect("form#rectifier")
    token = client.tree.cssselect("[name=csrf_token]")[0].get("value")
    version = str(session.scalars(select(Return.version).where(Return.number == number)).one())
    session.commit()
    given = {"csrf_token": token, "r-version": version, "r-reason": "Un doublon.", "act": "rectify"}
    assert client.post(f"/declarations/{number}/rectification", data=given).status_code == 403
    boss.get(f"/declarations/{number}")
    assert boss.submit("form#rectifier", {"r-reason": "Un doublon."}).status_code == 303
    client.get(f"/declarations/{number}")
    assert not client.tree.cssselect("form#abandonner")


def test_the_signatories_are_told_once_a_day(
    session: GuichetSession, signed_in: SignedIn, number: str, signatory: Actor, clock: FrozenClock
) -> None:
    about = OutboxMessage.subject.contains("prête à déposer")
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}/depot")
    page = client.last
    assert client.submit("form#prevenir").status_code == 303
    client.follow()
    assert "Le signataire est prévenu par courriel." in client.text()
    assert not client.tree.cssselect("form#prevenir")
    assert f"Prévenu par {client_name(session, COLLEAGUE)}" in client.text()
    client.last = page
    client.submit("form#prevenir")  # the same form again
    assert count(session, about) == 1
    assert "Prête à déposer" not in signed_in(COLLEAGUE).get("/").text
    assert "Prête à déposer" in signed_in(SIGNATORY).get("/").text
    clock.advance(timedelta(days=1))
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}/depot")
    assert client.submit("form#prevenir").status_code == 303
    assert count(session, about) == 2
    body = session.scalars(select(OutboxMessage.body).where(about).order_by(OutboxMessage.id)).first()
    acts = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "return.signatory_told"))
    session.commit()
    assert f"/declarations/{number}/depot" in str(body)
    assert acts == 2


def client_name(session: GuichetSession, username: str) -> str:
    name = session.scalars(select(Account.full_name).where(Account.username == username)).one()
    session.commit()
    return name


def test_nothing_is_told_while_something_holds_the_submission_back(
    session: GuichetSession, signed_in: SignedIn, number: str, signatory: Actor
) -> None:
    cell = session.scalars(select(CellValue).where(CellValue.table_code == TABLE)).first()
    assert cell is not None
    cell.raw, cell.value, cell.kind = "à voir", None, ValueKind.INVALID
    session.commit()
    client = signed_in(COLLEAGUE)
    client.get(f"/declarations/{number}/depot")
    assert client.tree.cssselect("#blocages")
    assert not client.tree.cssselect("form#prevenir")
    assert "Vous pourrez prévenir le signataire quand plus rien n’empêchera le dépôt." in client.text()


def test_a_reserved_section_is_read_by_the_others_and_entered_by_its_holder(
    session: GuichetSession, people: People, signed_in: SignedIn, number: str, signatory: Actor, other: Actor
) -> None:
    kept_open = signed_in(OTHER)
    kept_open.get(f"/declarations/{number}/tableaux/{TABLE}")
    entrust(signed_in, SIGNATORY, number, people.actors[COLLEAGUE], reserved=True)
    answer = kept_open.submit("form#grille", {"ouvriers.deposees": "77"})
    assert answer.status_code == 409
    assert "Cette section est réservée à" in kept_open.text()
    assert kept_open.tree.cssselect("#i-ouvriers-deposees")[0].get("value") == "77"
    kept_open.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert not kept_open.tree.cssselect("form#grille")
    assert f"Section réservée à {people.actors[COLLEAGUE].name}" in kept_open.text()
    holder = signed_in(COLLEAGUE)
    holder.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert holder.submit("form#grille", {"ouvriers.deposees": "78"}).status_code == 303
    boss = signed_in(SIGNATORY)
    boss.get(f"/declarations/{number}/tableaux/{TABLE}")
    assert boss.submit("form#grille", {"ouvriers.deposees": "79"}).status_code == 303
    values = session.scalars(select(CellValue.raw).where(CellValue.row_code == "ouvriers", CellValue.column_code == "deposees")).all()
    session.commit()
    assert values == ["79"]


def test_the_service_itself_refuses_a_reserved_section_and_leaves_the_others_open(
    session: GuichetSession, people: People, signed_in: SignedIn, clock: FrozenClock, number: str, signatory: Actor, other: Actor
) -> None:
    entrust(signed_in, SIGNATORY, number, people.actors[COLLEAGUE], reserved=True)
    file = queries.find_own_return(session, other, number)
    with pytest.raises(Conflict, match="réservée"):
        save_cells(session, other, clock, file, {CELL: Typed("5", 1, "")})
    elsewhere = next(key for key, cell in file.model.cells.items() if section_of(file.model, key[0]) != SECTION and cell.formula is None)
    save_cells(session, other, clock, file, {elsewhere: Typed("5", 1, "5")})
    session.rollback()


def test_the_documents_of_a_reserved_section_are_read_by_the_others_and_changed_by_its_holder(
    session: GuichetSession, people: People, signed_in: SignedIn, clock: FrozenClock, number: str, signatory: Actor, other: Actor
) -> None:
    share = SectionShare(organisation_id=other.organisation_id, return_id=0, section_code="gestion", reserved=True)
    share.return_id = session.scalars(select(Return.id).where(Return.number == number)).one()
    share.entrusted_to, share.entrusted_name = people.actors[COLLEAGUE].account_id, people.actors[COLLEAGUE].name
    session.add(share)
    session.commit()
    client = signed_in(OTHER)
    client.get(f"/declarations/{number}/pieces")
    assert f"Section réservée à {people.actors[COLLEAGUE].name}" in client.text()
    assert "comptes.pdf" in client.text()
    assert not client.tree.cssselect("form[id^=joindre], form[id^=retirer]")
    file = queries.find_own_return(session, other, number)
    (attached,) = queries.documents_of(session, file)
    with pytest.raises(Conflict, match="réservée"):
        documents.remove(session, other, clock, file, attached.id)
    session.rollback()
    holder = signed_in(COLLEAGUE)
    holder.get(f"/declarations/{number}/pieces")
    assert holder.submit("form[id^=retirer]").status_code == 303


def test_nobody_takes_a_reserved_section_over(
    session: GuichetSession, people: People, signed_in: SignedIn, number: str, signatory: Actor, other: Actor
) -> None:
    entrust(signed_in, SIGNATORY, number, people.actors[COLLEAGUE], reserved=True)
    for who in (OTHER, COLLEAGUE):
        client = signed_in(who)
        client.get(f"/declarations/{number}/partage")
        assert not client.tree.cssselect(f"form#confier-{SECTION}")
        token = client.tree.cssselect("[name=csrf_token]")[0].get("value")
        given = {"csrf_token": token, "account": str(other.account_id)}
        assert client.post(f"/declarations/{number}/partage/{SECTION}", data=given).status_code == 403
    client = signed_in(OTHER)
    client.get(f"/declarations/{number}/partage")
    token = client.tree.cssselect("[name=csrf_token]")[0].get("value")
    for given in ({"act": "ready"}, {"account": str(other.account_id), "reserved": "1"}):
        sent = client.post(f"/declarations/{number}/partage/{SECTION}", data={"csrf_token": token, **given})
        assert sent.status_code == 403
    entrust(signed_in, SIGNATORY, number, None, reserved=False)
    shares = session.execute(select(SectionShare.entrusted_to, SectionShare.reserved)).all()
    session.commit()
    assert [tuple(row) for row in shares] == [(None, False)]


def test_a_section_is_reserved_to_somebody_and_what_was_asked_is_kept(signed_in: SignedIn, number: str) -> None:
    client = entrust(signed_in, COLLEAGUE, number, None, reserved=True, status=422)
    assert "Choisissez à qui réserver cette section." in client.text()
    assert client.tree.cssselect(f"form#confier-{SECTION} [name=reserved]")[0].get("checked") is not None


def test_the_role_comes_with_the_one_it_adds_to_and_leaves_with_it(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    manager = make_person(session, NOW, "gestion-opco", people.organisations["opco"], Role.MANAGER)
    invited = accounts.Invitation("Maud Le Bris", "maud@exemple.invalid", people.organisations["opco"].id, frozenset({Role.SIGNATORY}))
    account = accounts.invite(session, manager, clock, "http://127.0.0.1", invited)
    held = {row.role: row for row in session.scalars(select(Membership).where(Membership.account_id == account.id))}
    assert set(held) == {Role.DECLARANT, Role.SIGNATORY}
    accounts.withdraw_role(session, manager, clock, account.id, held[Role.DECLARANT].id)
    assert session.scalars(select(Membership).where(Membership.account_id == account.id)).all() == []


def test_a_manager_of_another_body_names_no_signatory(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    manager = make_person(session, NOW, "gestion-client", people.organisations["client"], Role.MANAGER)
    invited = accounts.Invitation("X", "x@exemple.invalid", people.organisations["client"].id, frozenset({Role.SIGNATORY}))
    with pytest.raises(Invalid, match="rôle"):
        accounts.invite(session, manager, clock, "http://127.0.0.1", invited)
