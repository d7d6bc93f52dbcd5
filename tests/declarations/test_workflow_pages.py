"""From an open campaign to an accepted return, through the real pages; who sees what; the frozen snapshot."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from tests.conftest import NOW, People, SignedIn
from tests.factories import make_organisation, make_person
from webapp.actor import OrganisationKind, Role
from webapp.clock import FrozenClock
from webapp.db import Base, GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import Campaign, Return, Submission
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.workflow import CampaignState, ReturnState, receipt_is_well_formed
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage

Numbers = Callable[[str], str]
Fill = Callable[..., None]


def state_of(session: GuichetSession, number: str) -> ReturnState:
    found = session.scalars(select(Return.state).where(Return.number == number)).one()
    session.commit()  # the write lock is not held while a client works
    return found


def audit(session: GuichetSession, action: str) -> int:
    found = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0
    session.commit()
    return found


def count(session: GuichetSession, what: type[Base]) -> int:
    found = session.scalar(select(func.count()).select_from(what)) or 0
    session.commit()
    return found


def submit(signed_in: SignedIn, username: str, number: str) -> str:
    client = signed_in(username)
    client.get(f"/declarations/{number}/depot")
    response = client.submit("form#deposer")
    assert response.status_code == 303, client.text()[-600:]
    return str(response.headers["Location"]).rpartition("/")[2]


def test_a_whole_campaign_from_opening_to_acceptance(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill, clock: FrozenClock
) -> None:
    # P-3, SO-34
    number = number_of("atpro-bretagne")
    fill(number)
    receipt = submit(signed_in, "declarant-breton", number)
    assert receipt_is_well_formed(receipt)
    agent = signed_in("regionale")
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#renvoyer", {"reason": "Revoir le tableau B1."}).status_code == 303
    assert state_of(session, number) is ReturnState.RETURNED
    declarant = signed_in("declarant-breton")
    declarant.get(f"/declarations/{number}")
    assert "Revoir le tableau B1." in declarant.text()
    declarant.get(f"/declarations/{number}/tableaux/demandes")
    assert declarant.submit("form#grille", {"ouvriers.deposees": "999"}).status_code == 303
    agent.get(f"/declarations/{number}/tableaux/demandes")  # the agent still reads what was submitted
    assert "999" not in agent.tree.cssselect("#v-ouvriers-deposees")[0].text_content()
    second = submit(signed_in, "declarant-breton", number)
    assert second != receipt
    agent.get(f"/declarations/{number}/tableaux/demandes")
    assert "999" in agent.tree.cssselect("#v-ouvriers-deposees")[0].text_content()
    agent.get(f"/declarations/{number}")
    assert agent.submit("form#accepter").status_code == 303
    assert state_of(session, number) is ReturnState.ACCEPTED
    assert [audit(session, f"return.{act}") for act in ("submitted", "sent_back", "accepted")] == [2, 1, 1]
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [("à corriger" in mail.subject, "acceptée" in mail.subject) for mail in mails if number in mail.subject] == [
        (False, False), (True, False), (False, False), (False, True),
    ]  # fmt: skip
    assert all("999" not in mail.body for mail in mails)  # SO-CFG


def test_the_receipt_freezes_exact_bytes_that_anybody_can_check(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:
    # FL-18.2
    number = number_of("opco")
    fill(number)
    receipt = submit(signed_in, "declarante", number)
    client = signed_in("declarante")
    client.get(f"/declarations/{number}/recepisses/{receipt}")
    digest = client.tree.cssselect("code")[0].text_content()
    assert "Conforme" in client.text()
    assert "Dans les délais" in client.text()
    content = client.get(f"/declarations/{number}/recepisses/{receipt}/instantane.json").data
    assert hashlib.sha256(content).hexdigest() == digest
    frozen = json.loads(content)
    assert frozen["receipt"] == receipt
    model = get_model(frozen["model"]["code"], frozen["model"]["version"])
    assert len(frozen["entered"]) > 150
    assert set(frozen["computed"]) <= {".".join(key) for key in model.order}
    assert len(frozen["computed"]) > 0.9 * len(model.order)
    row = session.scalars(select(Submission).where(Submission.receipt == receipt)).one()
    row.snapshot = row.snapshot.replace("OPCO Industries", "OPCO Industriez")
    session.commit()
    client.get(f"/declarations/{number}/recepisses/{receipt}")
    assert "Non conforme" in client.text()


def test_the_same_submission_sent_twice_gives_one_receipt(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/depot")
    form = client.form("form#deposer")
    fields = {node.get("name"): node.get("value") for node in form.cssselect("input")}
    first = client.post(f"/declarations/{number}/depot", data=fields)
    second = client.post(f"/declarations/{number}/depot", data=fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(session, Submission) == 1
    assert audit(session, "return.submitted") == 1


def test_what_blocks_is_listed_with_links_to_its_cells(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:
    number = number_of("atpro-bretagne")
    empty = dict.fromkeys(_cells("couts"))
    fill(number, {("demandes", "ouvriers", "deposees"): "douze", ("frais", "taux_com", "valeur"): 12, **empty})
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/depot")
    text = client.text()
    assert "ne peut pas dépasser 11 %" in text
    assert "arrêté du 7 août 2019" in text
    assert "Écart : 1 %" in text
    assert "A2 · Coûts pris en charge" in text
    links = {node.get("href") for node in client.tree.cssselect("#blocages a")}
    assert f"/declarations/{number}/tableaux/demandes#i-ouvriers-deposees" in links
    assert f"/declarations/{number}/tableaux/frais#i-taux_com-valeur" in links
    for link in links:
        path, _, anchor = link.partition("#")
        client.get(path)
        assert not anchor or client.tree.get_element_by_id(anchor) is not None
    assert not client.tree.cssselect("form#deposer")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    forced = client.post(f"/declarations/{number}/depot", data={"csrf_token": token, "version": "1"})
    assert forced.status_code == 422
    assert "contrôles bloquants" in client.text()
    assert state_of(session, number) is ReturnState.DRAFT


def _cells(table: str) -> list[tuple[str, str, str]]:
    return [cell.key for cell in get_model("esf-atpro", "2025.1").tables[table].entry_cells]


def test_a_late_submission_is_taken_and_said_late(signed_in: SignedIn, number_of: Numbers, fill: Fill, clock: FrozenClock) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    clock.set(datetime(2027, 1, 5, 9, 0, tzinfo=UTC))
    receipt = submit(signed_in, "declarant-breton", number)
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/recepisses/{receipt}")
    assert "Hors délai" in client.text()


def test_a_return_is_sent_back_only_with_a_reason(session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    submit(signed_in, "declarant-breton", number)
    agent = signed_in("nationale")
    agent.get(f"/declarations/{number}")
    for reason in ("", "   ", "x" * 4001):
        assert agent.submit("form#renvoyer", {"reason": reason}).status_code == 422
        assert agent.tree.cssselect("#reason")[0].get("aria-invalid") == "true"
    assert state_of(session, number) is ReturnState.SUBMITTED


def test_two_agents_deciding_at_once_do_not_both_win(session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    submit(signed_in, "declarant-breton", number)
    one, other = signed_in("nationale"), signed_in("regionale")
    one.get(f"/declarations/{number}")
    other.get(f"/declarations/{number}")
    assert one.submit("form#renvoyer", {"reason": "À revoir"}).status_code == 303
    assert other.submit("form#accepter").status_code == 409
    assert state_of(session, number) is ReturnState.RETURNED


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("declarant-breton", {"atpro-bretagne"}),
        ("declarante", {"opco"}),
        ("regionale", {"atpro-bretagne"}),
        ("nationale", {"opco", "autre-opco", "atpro-bretagne", "atpro-corse"}),
    ],
)
def test_each_sees_only_what_is_theirs_to_see(
    session: GuichetSession, people: People, signed_in: SignedIn, number_of: Numbers, fill: Fill, username: str, seen: set[str]
) -> None:  # SO-10
    numbers = {key: number_of(key) for key in ("opco", "autre-opco", "atpro-bretagne", "atpro-corse")}
    client = signed_in(username)
    client.get("/declarations")
    text = client.text()
    assert {key for key, number in numbers.items() if number in text} == seen
    for key, number in numbers.items():
        for path in ("", "/tableaux/demandes", "/tableaux/produits", "/depot", "/recepisses/X", "/recepisses/X/instantane.json"):
            status = client.get(f"/declarations/{number}{path}").status_code
            assert status in ((200, 403, 404) if key in seen else (403, 404)), (key, path, status)
            if key not in seen and path != "/depot":
                assert status == 404
    actor = people.actors[username]
    found = {row.url_values["number"] for row in queries.search(session, actor, ["esf"], 50)}
    assert found == {numbers[key] for key in seen}


def test_figures_being_entered_are_not_shown_to_agents(signed_in: SignedIn, number_of: Numbers, fill: Fill) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    agent = signed_in("nationale")
    agent.get(f"/declarations/{number}")
    assert "Rien n’a encore été déposé" in agent.text()
    assert agent.get(f"/declarations/{number}/tableaux/demandes").status_code == 404


def test_a_region_in_the_address_does_not_widen_what_a_regional_agent_sees(signed_in: SignedIn, number_of: Numbers) -> None:
    agent = signed_in("regionale")
    agent.get(f"/declarations?region=Corse&q={number_of('atpro-corse')}")
    assert "Aucune déclaration ne correspond" in agent.text()


@pytest.mark.parametrize(("role", "region", "sees_corsica"), [(Role.NATIONAL_AGENT, None, True), (Role.REGIONAL_AGENT, "Bretagne", False)])
def test_agents_of_another_ministry_follow_the_returns_within_their_role(
    session: GuichetSession, people: People, signed_in: SignedIn, number_of: Numbers, role: Role, region: str | None, sees_corsica: bool
) -> None:
    # SO-36
    breton, corsican = number_of("atpro-bretagne"), number_of("atpro-corse")
    interior = make_organisation(session, NOW, OrganisationKind.MINISTRY, "Ministère de l’Intérieur")
    people.actors["interieur"] = make_person(session, NOW, "interieur", interior, role, region=region)
    session.commit()
    agent = signed_in("interieur")
    agent.get("/declarations")
    assert breton in agent.text()
    assert (corsican in agent.text()) is sees_corsica
    assert agent.get(f"/declarations/{breton}").status_code == 200
    assert agent.get(f"/declarations/{corsican}").status_code == (200 if sees_corsica else 404)
    assert agent.get("/declarations/suivi").status_code == 200


def test_lists_filter_sort_and_survive_nonsense(signed_in: SignedIn, number_of: Numbers, opened: dict[str, int]) -> None:
    # SO-35
    agent = signed_in("nationale")
    agent.get(f"/declarations?campagne={opened['ATPRO']}&etat=draft&q=CORSE&tri=organisme&sens=desc")
    assert number_of("atpro-corse") in agent.text()
    assert number_of("atpro-bretagne") not in agent.text()
    for query in ("campagne=abc", "campagne=" + "9" * 30, "etat=nimporte", "public=X", "page=0", "page=-1", "tri=zzz", "q=%00%25_'"):
        assert agent.get(f"/declarations?{query}").status_code == 200


def test_a_campaign_is_prepared_opened_moved_and_closed(session: GuichetSession, people: People, signed_in: SignedIn) -> None:
    agent = signed_in("nationale")
    agent.get("/campagnes/nouvelle")
    values = {"kind": "CSA", "audience": "OPCO", "year": "2025", "opens_on": "2026-11-01", "deadline": "2026-12-15"}
    hidden = {node.get("name"): node.get("value") for node in agent.form("form#campagne").cssselect("input[type=hidden]")}
    first = agent.submit("form#campagne", values)
    assert first.status_code == 303
    assert agent.post("/campagnes/nouvelle", data=hidden | values).headers["Location"] == first.headers["Location"]
    assert count(session, Campaign) == 1
    declarant = signed_in("declarante")
    declarant.get("/declarations")
    assert "CSA-2025" not in declarant.text()
    agent.get(first.headers["Location"])
    opening = {node.get("name"): node.get("value") for node in agent.form("form#ouvrir").cssselect("input")}
    assert agent.submit("form#ouvrir").status_code == 303
    assert agent.post(first.headers["Location"] + "/ouverture", data=opening).status_code == 303  # double click
    assert count(session, Return) == 2
    declarant.get("/declarations")
    assert "CSA-2025-OPCO-000" in declarant.text()
    agent.get(first.headers["Location"])
    assert agent.submit("form#echeance", {"deadline": "2026-10-01"}).status_code == 422
    assert agent.submit("form#echeance", {"deadline": "n'importe"}).status_code == 422
    assert agent.submit("form#echeance", {"deadline": "2026-12-31"}).status_code == 303
    agent.get(first.headers["Location"])
    assert agent.submit("form#ajouter").status_code == 303
    agent.get(first.headers["Location"])
    assert agent.submit("form#clore").status_code == 303
    session.expire_all()
    campaign = session.scalars(select(Campaign)).one()
    assert (campaign.state, campaign.deadline.isoformat()) == (CampaignState.CLOSED, "2026-12-31")
    assert [audit(session, f"campaign.{act}") for act in ("created", "opened", "deadline_moved", "closed")] == [1, 1, 1, 1]
    agent.get("/campagnes")
    assert "CSA 2025 OPCO" in agent.text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"year": "1066"}, {"year": "2010"}, {"year": "abc"}, {"kind": "XYZ"}, {"audience": ""}, {"deadline": "2026-01-01"},
        {"opens_on": ""}, {"kind": "CSA", "audience": "FAF"},
    ],
)  # fmt: skip
def test_a_campaign_with_wrong_fields_is_refused_with_a_message(
    session: GuichetSession, people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    agent = signed_in("nationale")
    agent.get("/campagnes/nouvelle")
    values = {"kind": "ESF", "audience": "OPCO", "year": "2025", "opens_on": "2026-11-01", "deadline": "2026-12-15"}
    assert agent.submit("form#campagne", values | wrong).status_code == 422
    assert agent.tree.cssselect("#erreurs")
    assert count(session, Campaign) == 0


def test_the_desk_says_what_waits_for_whom(
    session: GuichetSession, people: People, signed_in: SignedIn, number_of: Numbers, fill: Fill, clock: FrozenClock
) -> None:
    breton, corsican = number_of("atpro-bretagne"), number_of("atpro-corse")

    def labels(username: str) -> list[tuple[str, str]]:
        session.expire_all()
        rows = queries.waiting(session, people.actors[username], clock)
        session.commit()
        return [(row.url_values["number"], row.chip_text) for row in rows]

    assert labels("declarant-breton") == [(breton, "En saisie")]
    assert labels("nationale") == []
    fill(breton)
    fill(corsican)
    submit(signed_in, "declarant-breton", breton)
    clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    submit(signed_in, "declarant-corse", corsican)
    assert labels("declarant-breton") == []
    assert labels("nationale") == [(breton, "À examiner"), (corsican, "À examiner")]
    assert labels("regionale") == [(breton, "À examiner")]
    assert labels("cliente") == []
    clock.set(datetime(2027, 2, 1, 9, 0, tzinfo=UTC))
    assert labels("declarante") == [(number_of("opco"), "En retard")]


def test_what_a_colleague_changed_after_the_review_is_not_submitted_unseen(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:
    number = number_of("atpro-bretagne")
    fill(number)
    reviewer, colleague = signed_in("declarant-breton"), signed_in("declarant-breton")
    reviewer.get(f"/declarations/{number}/depot")
    colleague.get(f"/declarations/{number}/tableaux/demandes")
    first = colleague.tree.cssselect("form#grille input[id^=i-]")[0]
    colleague.submit("form#grille", {first.get("name"): "NC"})
    assert reviewer.submit("form#deposer").status_code == 409
    assert "Relisez-les" in reviewer.text()
    assert state_of(session, number) is ReturnState.DRAFT
