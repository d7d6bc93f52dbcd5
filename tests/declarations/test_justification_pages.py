"""A warning is corrected or justified before the submission; an agent decides on what was written. SO-1."""

import json
from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.conftest import SignedIn
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations.exports import explained
from webapp.declarations.models import Campaign, ControlJustification, Return, Submission
from webapp.declarations.rules.justifications import Opinion
from webapp.declarations.rules.workflow import CampaignState, ReturnState
from webapp.evidence.models import AuditEvent

CELL = ("demandes", "ouvriers", "engagements")
CONTROL = "A-04"
WHY = "Les engagements des ouvriers ont été repris par un autre fonds au cours de l’exercice."
DECLARANT, AGENT = "declarant-breton", "regionale"


@pytest.fixture
def number(number_of: Callable[[str], str], fill: Callable[..., None]) -> str:
    """A return whose figures hold, but for one warning: engagements far below the costs."""
    found = number_of("atpro-bretagne")
    fill(found, {CELL: Decimal(1)})
    return found


def justify(signed_in: SignedIn, number: str, text: str = WHY, status: int = 303) -> object:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/justifications/{CONTROL}")
    assert client.submit("form#justifier", {"text": text}).status_code == status, client.text()[:500]
    return client


def submit(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/depot")
    assert client.submit("form#deposer").status_code == 303, client.text()[:500]


def judge(signed_in: SignedIn, number: str, button: str, reason: str = "", status: int = 303) -> None:
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/justifications/{CONTROL}")
    assert agent.submit("form#juger", {"reason": reason}, button=button).status_code == status, agent.text()[:500]


def said(signed_in: SignedIn, who: str, page: str) -> str:
    client = signed_in(who)
    client.get(page)
    return client.text()


def stored(session: GuichetSession) -> ControlJustification:
    session.expire_all()
    found = session.scalars(select(ControlJustification)).one()
    session.commit()
    return found


def test_an_unjustified_warning_holds_the_submission_back(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/depot")
    assert "1 contrôle reste à justifier avant le dépôt." in client.text()
    assert not client.tree.cssselect("form#deposer")
    assert client.tree.cssselect(f'#a-justifier a[href$="/justifications/{CONTROL}"]')
    token = {"csrf_token": client.tree.cssselect("[name=csrf_token]")[0].get("value"), "version": "1"}
    assert client.post(f"/declarations/{number}/depot", data=token).status_code in (409, 422)  # a form forged or kept open
    assert session.scalars(select(Submission.id)).all() == []
    session.commit()


def test_a_justified_warning_lets_the_return_go_and_is_frozen_with_it(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    submit(signed_in, number)
    frozen = json.loads(session.scalars(select(Submission.snapshot)).one())
    assert {control["code"]: control.get("justification") for control in frozen["controls"] if control["verdict"] == "false"} == {
        CONTROL: WHY
    }
    written = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("return.justif%"))).all()
    session.commit()
    assert written == ["return.justified"]


def test_what_explains_nothing_is_refused_and_kept_as_typed(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    client = justify(signed_in, number, "bof", 422)
    assert client.tree.cssselect("textarea[name=text]")[0].text.strip() == "bof"
    assert "Expliquez en une phrase au moins" in client.text()
    assert "(facultatif)" not in client.text()
    assert "Ce texte est celui de l’an dernier" not in client.text()
    assert session.scalars(select(ControlJustification.control_code)).all() == []
    session.commit()


def test_a_change_of_a_covered_figure_asks_for_new_words(signed_in: SignedIn, number: str) -> None:
    client = justify(signed_in, number)
    client.get(f"/declarations/{number}/tableaux/demandes")
    client.submit("form#grille", {"ouvriers.engagements": "2"})
    client.get(f"/declarations/{number}/depot")
    assert "À justifier de nouveau" in client.text()
    assert not client.tree.cssselect("form#deposer")
    client.get(f"/declarations/{number}/tableaux/demandes")
    client.submit("form#grille", {"ouvriers.engagements": "1"})
    client.get(f"/declarations/{number}/depot")
    assert client.tree.cssselect("form#deposer")  # the figures it was written about are back


def test_two_colleagues_who_justify_at_once_see_both_texts(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    late = signed_in(DECLARANT)
    late.get(f"/declarations/{number}/justifications/{CONTROL}")
    justify(signed_in, number)
    assert late.submit("form#justifier", {"text": "Les conventions ont été signées l’an passé."}).status_code == 409
    assert WHY in late.text()
    assert late.tree.cssselect("textarea[name=text]")[0].text.strip() == "Les conventions ont été signées l’an passé."
    assert stored(session).text == WHY
    assert late.submit("form#justifier").status_code == 303  # both were shown: what is sent now is meant
    assert stored(session).text == "Les conventions ont été signées l’an passé."


def test_an_agent_accepts_a_justification(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    submit(signed_in, number)
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}/justifications/{CONTROL}")
    assert WHY in agent.text()
    judge(signed_in, number, "Accepter la justification")
    assert stored(session).opinion is Opinion.ACCEPTED


def test_a_refusal_says_why_and_is_to_be_answered_once_the_return_is_sent_back(
    session: GuichetSession, signed_in: SignedIn, number: str
) -> None:
    justify(signed_in, number)
    submit(signed_in, number)
    judge(signed_in, number, "Refuser la justification", status=422)
    judge(signed_in, number, "Refuser la justification", "Joignez la convention de reprise.")
    page = f"/declarations/{number}/justifications/{CONTROL}"
    assert "Joignez la convention" not in said(signed_in, DECLARANT, page)  # not before the return is sent back
    assert stored(session).opinion is Opinion.REFUSED
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    agent.submit("form#renvoyer", {"reason": "Justification à reprendre."})
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/depot")
    assert "Justification refusée" in client.text()
    assert not client.tree.cssselect("form#deposer")
    assert "Joignez la convention" in said(signed_in, DECLARANT, page)
    justify(signed_in, number, WHY + " La convention est jointe.")
    assert "La convention est jointe" not in said(signed_in, AGENT, page)  # not before it is submitted
    submit(signed_in, number)
    assert (stored(session).opinion, stored(session).reason) == (Opinion.PENDING, "")


def test_the_same_decision_twice_is_one(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    submit(signed_in, number)
    judge(signed_in, number, "Accepter la justification")
    judge(signed_in, number, "Accepter la justification")
    accepted = session.scalars(select(AuditEvent.id).where(AuditEvent.action == "return.justification_accepted")).all()
    session.commit()
    assert len(accepted) == 1


def test_a_justification_exists_for_those_who_know_of_the_return_alone(signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    page = f"/declarations/{number}/justifications/{CONTROL}"
    assert signed_in("declarant-corse").get(page).status_code == 404
    assert signed_in(AGENT).get(page).status_code == 404  # figures that were not submitted are the declarant's alone
    assert signed_in(DECLARANT).get(f"/declarations/{number}/justifications/Z-99").status_code == 404


def test_a_control_that_holds_has_nothing_to_justify(signed_in: SignedIn, number: str) -> None:
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/justifications/A-01")
    assert not client.tree.cssselect("form#justifier")
    assert "il n’y a rien à justifier" in client.text()


def test_last_year_s_words_are_offered_again_for_the_same_control(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    now = session.scalars(select(Return).where(Return.number == number)).one()
    before = Campaign(
        **{name: getattr(now.campaign, name) for name in ("kind", "audience", "opens_on", "deadline", "reminder_days", "created_at")},
        year=2024, model_code="esf-atpro", model_version="2024.1", state=CampaignState.CLOSED,
    )  # fmt: skip
    session.add(before)
    session.flush()
    same = {name: getattr(now, name) for name in ("organisation_id", "region", "search_text", "due_on", "changed_at")}
    earlier = Return(campaign_id=before.id, number="ESF-2024-ATPRO-0001", state=ReturnState.ACCEPTED, **same)
    session.add(earlier)
    session.flush()
    words = {
        "control_code": CONTROL,
        "text": WHY,
        "covers": "0" * 64,
        "opinion": Opinion.ACCEPTED,
        "by_name": "Essai",
        "at": now.changed_at,
    }
    session.add(ControlJustification(organisation_id=now.organisation_id, return_id=earlier.id, **words))
    session.commit()
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/justifications/{CONTROL}")
    assert client.tree.cssselect("textarea[name=text]")[0].text.strip() == WHY
    assert "Ce texte est celui de l’an dernier" in client.text()


def frozen(session: GuichetSession) -> dict[str, str]:
    """The control as the last submission holds it."""
    text = session.scalars(select(Submission.snapshot).order_by(Submission.rank.desc())).first()
    session.commit()
    return next(control for control in json.loads(str(text))["controls"] if control["code"] == CONTROL)


def test_a_submission_says_who_justified_what_and_when(
    session: GuichetSession, signed_in: SignedIn, clock: FrozenClock, number: str
) -> None:
    justify(signed_in, number)
    written = clock.now()
    clock.advance(timedelta(minutes=10))
    submit(signed_in, number)
    held = frozen(session)
    assert (held["justification"], held["justified_by"]) == (WHY, "Declarant-Breton")
    assert held["justified_at"] == written.astimezone(UTC).isoformat()
    assert f"Justification de Declarant-Breton : {WHY}" in explained(held)
    del held["justified_by"], held["justified_at"]
    assert f"Justification : {WHY}" in explained(held)  # submissions of before say less


def chips(signed_in: SignedIn, who: str, page: str, where: str = "#controles") -> list[str]:
    client = signed_in(who)
    client.get(page)
    return [node.text_content().strip() for node in client.tree.cssselect(f'{where} li a[href$="{CONTROL}"] + .chip')]


def test_the_chip_beside_a_warning_says_where_it_is_as_each_side_may_know(signed_in: SignedIn, number: str) -> None:
    table, depot = f"/declarations/{number}/tableaux/demandes", f"/declarations/{number}/depot"
    assert chips(signed_in, DECLARANT, table) == ["À justifier"]
    justify(signed_in, number)
    assert chips(signed_in, DECLARANT, table) == ["Justifié"]
    assert chips(signed_in, DECLARANT, depot, "#a-justifier") == ["Justifié"]
    submit(signed_in, number)
    assert chips(signed_in, AGENT, table) == ["Justifié"]
    judge(signed_in, number, "Refuser la justification", "Joignez la convention de reprise.")
    assert chips(signed_in, AGENT, table) == ["Justification refusée"]
    assert chips(signed_in, AGENT, f"/declarations/{number}", "main") == ["Justification refusée"]
    assert chips(signed_in, DECLARANT, table) == ["Justifié"]  # told when the return is sent back
    assert "Justification refusée" not in said(signed_in, DECLARANT, f"/declarations/{number}/justifications/{CONTROL}")
    agent = signed_in(AGENT)
    agent.get(f"/declarations/{number}")
    agent.submit("form#renvoyer", {"reason": "À reprendre."})
    assert chips(signed_in, DECLARANT, table) == ["Justification refusée"]
    assert chips(signed_in, AGENT, table) == []  # what is being written is the declarant's alone


def listed(signed_in: SignedIn, who: str, query: str = "") -> list[str]:
    client = signed_in(who)
    client.get(f"/declarations/justifications{query}")
    return [node.get("href") for node in client.tree.cssselect("tbody th a")]


def test_agents_list_what_waits_for_a_decision_in_their_perimeter(
    session: GuichetSession, signed_in: SignedIn, opened: dict[str, int], number: str
) -> None:  # SO-10
    justify(signed_in, number)
    assert listed(signed_in, "nationale") == []  # not submitted yet
    submit(signed_in, number)
    link = f"/declarations/{number}/justifications/{CONTROL}?de=liste"
    assert listed(signed_in, "nationale") == listed(signed_in, AGENT) == [link]
    for query, found in (
        (f"?campagne={opened['ATPRO']}&genre=ESF&region=Bretagne", [link]),
        (f"?campagne={opened['OPCO']}", []),
        ("?genre=CSA", []),
        ("?region=-", []),
        ("?campagne=x&genre=x&tri=organisme&sens=desc&page=9999999999", [link]),
    ):
        assert listed(signed_in, "nationale", query) == found, query
    region = session.scalars(select(Return).where(Return.number == number)).one()
    region.region = "Corse"
    session.commit()
    assert listed(signed_in, AGENT) == []
    assert signed_in(DECLARANT).get("/declarations/justifications").status_code == 403


def test_a_decision_taken_from_the_list_leads_back_to_it(signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    submit(signed_in, number)
    agent = signed_in(AGENT)
    agent.get(listed(signed_in, AGENT)[0])
    assert agent.submit("form#juger", {"reason": ""}, button="Refuser la justification").status_code == 422
    answer = agent.submit("form#juger", {"reason": ""}, button="Accepter la justification")
    assert answer.headers["Location"] == "/declarations/justifications"
    assert listed(signed_in, AGENT) == []


def test_words_left_over_from_earlier_figures_do_not_wait_for_anybody(session: GuichetSession, signed_in: SignedIn, number: str) -> None:
    justify(signed_in, number)
    client = signed_in(DECLARANT)
    client.get(f"/declarations/{number}/tableaux/demandes")
    client.submit("form#grille", {"ouvriers.engagements": "99000000"})  # the costs are covered now
    submit(signed_in, number)
    assert stored(session).submitted is False
    assert listed(signed_in, "nationale") == []
