"""Who else is on a return, told by the page itself; and its submission by somebody else while the page is open. SO-35."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.conftest import NOW, People, SignedIn
from tests.factories import make_person
from tests.support.client import CheckingClient
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations.services.presence import forget_presence

MINE, THEIRS = "declarant-breton", "collègue"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def number(number_of: Callable[[str], str], fill: Callable[..., None], session: GuichetSession, people: People) -> str:
    """A return that may be submitted, of a body with two declarants."""
    found = number_of("atpro-bretagne")
    fill(found)
    people.actors[THEIRS] = make_person(session, NOW, "lea.moreau", people.organisations["atpro-bretagne"], Role.DECLARANT)
    session.commit()
    return found


def ask(client: CheckingClient, number: str) -> int:
    """Ask as the page on the screen does; an answer without content leaves it as it is."""
    shown = client.last
    fields = {node.get("name"): node.get("value") for node in client.tree.cssselect("#presence input")}
    status = client.post(f"/declarations/{number}/presence", data=fields, headers=FRAGMENT).status_code
    client.last = shown if status == 204 else client.last
    return status


def said(client: CheckingClient) -> list[str]:
    return [node.text_content() for node in client.tree.cssselect("#presence > .notice")]


def on(signed_in: SignedIn, who: str, path: str) -> CheckingClient:
    client = signed_in(who)
    assert client.get(path).status_code == 200
    return client


def test_a_colleague_on_the_same_table_is_named_at_load_and_by_the_page_itself(
    signed_in: SignedIn, number: str, clock: FrozenClock
) -> None:
    path = f"/declarations/{number}/tableaux/demandes"
    mine = on(signed_in, MINE, path)
    assert said(mine) == []
    assert ask(mine, number) == 204
    theirs = on(signed_in, THEIRS, path)
    assert said(theirs) == ["Declarant-Breton remplit aussi ce tableau"]
    assert ask(theirs, number) == 204  # the page says so already
    assert ask(mine, number) == 200
    assert said(mine) == ["Lea Moreau remplit aussi ce tableau"]
    assert ask(mine, number) == 204
    clock.advance(timedelta(minutes=3))
    assert ask(mine, number) == 200
    assert said(mine) == []


def test_a_colleague_elsewhere_is_named_with_the_table_or_the_check(signed_in: SignedIn, number: str) -> None:
    ask(on(signed_in, THEIRS, f"/declarations/{number}/depot"), number)
    assert said(on(signed_in, MINE, f"/declarations/{number}/tableaux/demandes")) == ["Lea Moreau vérifie la déclaration"]
    ask(on(signed_in, THEIRS, f"/declarations/{number}/tableaux/demandes"), number)
    assert said(on(signed_in, MINE, f"/declarations/{number}/depot"))[0].startswith("Lea Moreau est sur le tableau ")


def test_who_saves_without_scripts_is_there(signed_in: SignedIn, number: str) -> None:
    path = f"/declarations/{number}/tableaux/demandes"
    theirs = on(signed_in, THEIRS, path)
    assert theirs.submit("form#grille", {"ouvriers.deposees": "3"}).status_code == 303
    assert said(on(signed_in, MINE, path)) == ["Lea Moreau remplit aussi ce tableau"]


def test_a_submission_by_somebody_else_is_told_to_the_open_page_once(signed_in: SignedIn, number: str) -> None:
    mine = on(signed_in, MINE, f"/declarations/{number}/tableaux/demandes")
    theirs = on(signed_in, THEIRS, f"/declarations/{number}/depot")
    assert theirs.submit("form#deposer").status_code == 303
    assert ask(mine, number) == 200
    assert "Lea Moreau a déposé cette déclaration" in said(mine)[0]
    assert "Lea Moreau a déposé" in mine.tree.cssselect("[hx-swap-oob] .said")[0].text_content()
    assert ask(mine, number) == 204
    assert not on(signed_in, MINE, f"/declarations/{number}/tableaux/demandes").tree.cssselect("#presence")


def test_presence_is_the_declarants_own(signed_in: SignedIn, number: str) -> None:
    other = on(signed_in, "declarant-corse", "/declarations")
    token = other.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert other.post(f"/declarations/{number}/presence", data={"csrf_token": token}, headers=FRAGMENT).status_code == 404
    agent = on(signed_in, "regionale", "/declarations")
    token = agent.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert agent.post(f"/declarations/{number}/presence", data={"csrf_token": token}, headers=FRAGMENT).status_code == 403


def test_presence_of_yesterday_is_forgotten(signed_in: SignedIn, number: str, session: GuichetSession, clock: FrozenClock) -> None:
    ask(on(signed_in, MINE, f"/declarations/{number}/tableaux/demandes"), number)
    assert forget_presence(session, clock) == 0
    clock.advance(timedelta(days=1, minutes=1))
    assert forget_presence(session, clock) == 1
    session.commit()
