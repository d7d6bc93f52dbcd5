"""The demonstration's year: planned interruptions over it, two to come, and everything works now."""

from datetime import timedelta

from sqlalchemy import select

from tests.support.demo import demonstration
from webapp.actor import SYSTEM
from webapp.outbox.models import OutboxMessage
from webapp.service_status.models import Notice
from webapp.service_status.queries import current_status, history
from webapp.service_status.rules import Kind, State


def test_a_year_of_interruptions_is_told_and_two_are_to_come() -> None:
    loaded = demonstration()
    with loaded.database.reader() as session:
        session.acts_for(SYSTEM)
        now = loaded.state.clock.now()
        planned = session.scalars(select(Notice).where(Notice.kind == Kind.PLANNED).order_by(Notice.starts_at)).all()
        assert len(planned) >= 12
        assert planned[0].starts_at < now - timedelta(days=300)
        assert {State.ENDED, State.CANCELLED, State.ANNOUNCED} == {notice.state for notice in planned}
        status = current_status(session, now)
        assert status.all_well
        assert len(status.upcoming) == 2
        assert history(session, now)


def test_last_years_mails_do_not_leave_today() -> None:
    loaded = demonstration()
    with loaded.database.reader() as session:
        session.acts_for(SYSTEM)
        waiting = select(OutboxMessage.key).where(OutboxMessage.key.like("status:%"), OutboxMessage.delivered_at.is_(None))
        assert session.scalars(waiting.order_by(OutboxMessage.id)).all() == []


def test_the_public_page_tells_it_to_everybody() -> None:
    client = demonstration().browser()
    assert client.get("/etat-des-services").status_code == 200
    assert "Mise à jour du système des serveurs" in client.text()
    for link in client.tree.cssselect("main h3 a, main table a")[:4]:
        assert demonstration().browser().get(link.get("href")).status_code == 200
