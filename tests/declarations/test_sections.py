"""Colleagues share a return: sections entrusted, said ready to be read again, and changed since."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations.models import SectionShare
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.sections import Review, review
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def number(number_of: Callable[[str], str]) -> str:
    return number_of("atpro-bretagne")


def test_a_section_is_ready_until_one_of_its_own_figures_changes() -> None:
    section = get_model("esf-atpro", "2025.1").sections[0]
    table = section.tables[0].code
    assert review(section, None, {table: NOON}) is Review.FILLING
    assert review(section, NOON, {}) is Review.READY
    assert review(section, NOON, {table: NOON - timedelta(hours=1)}) is Review.READY
    assert review(section, NOON, {table: NOON + timedelta(seconds=1)}) is Review.CHANGED
    assert review(section, NOON, {"elsewhere": NOON + timedelta(days=1)}) is Review.READY


def test_a_section_is_said_ready_and_then_changed(session: GuichetSession, signed_in: SignedIn, clock: FrozenClock, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/partage")
    section = next(part.code for part in get_model("esf-atpro", "2025.1").sections if "demandes" in [table.code for table in part.tables])
    client.submit(f"form#relire-{section}")
    client.follow()
    assert "Prête pour relecture" in client.text()
    client.get(f"/declarations/{number}/depot")
    unread = len(client.tree.cssselect("#relecture li"))
    clock.advance(timedelta(minutes=5))
    client.get(f"/declarations/{number}/tableaux/demandes")
    client.submit("form#grille", {"ouvriers.deposees": "3"})
    client.get(f"/declarations/{number}/partage")
    assert "Modifiée depuis qu’elle a été dite prête" in client.text()
    client.get(f"/declarations/{number}/depot")
    assert len(client.tree.cssselect("#relecture li")) == unread + 1
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("return.section%"))).all()
    session.commit()
    assert actions == ["return.section_ready"]


def test_a_section_is_taken_up_again(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/partage")
    form = f"form#{client.tree.cssselect('form[id^=relire]')[0].get('id')}"
    client.submit(form, button="Dire prête pour relecture")
    client.follow()
    client.submit(form, button="Reprendre la saisie")
    client.follow()
    assert "Prête pour relecture" not in client.text()


def test_a_section_is_entrusted_to_somebody_who_declares_for_the_organisation_only(
    session: GuichetSession, people: People, signed_in: SignedIn, number: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/partage")
    form = f"form#{client.tree.cssselect('form[id^=confier]')[0].get('id')}"
    me = people.actors["declarant-breton"]
    client.submit(form, {"account": str(me.account_id)})
    client.follow()
    assert f"confiée à {me.name}" in client.text()
    answer = client.submit(form, {"account": str(people.actors["nationale"].account_id)})
    assert answer.status_code == 422
    assert "Choisissez une personne de la liste" in client.text()
    assert session.scalars(select(SectionShare.entrusted_to).order_by(SectionShare.section_code)).all() == [me.account_id]
    told = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.subject.contains("section"))
    assert session.scalar(told) == 0  # nobody writes to oneself
    session.commit()


def test_the_sharing_of_a_return_does_not_exist_for_others(signed_in: SignedIn, number: str) -> None:
    assert signed_in("declarant-corse").get(f"/declarations/{number}/partage").status_code == 404
    assert signed_in("nationale").get(f"/declarations/{number}/partage").status_code == 403
