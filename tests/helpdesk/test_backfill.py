"""Tickets stored before sites were counted by themselves keep what they were promised."""

from importlib.util import module_from_spec, spec_from_file_location

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from flask import Flask

from tests.conftest import People
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import opened
from webapp.clock import FrozenClock
from webapp.config import ROOT
from webapp.contracts.models import Site
from webapp.db import GuichetSession
from webapp.helpdesk.models import TicketSite
from webapp.worktime import Territory


def test_a_site_of_before_takes_the_calendar_and_the_figures_of_its_ticket(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock
) -> None:  # FL-12.4
    with app.app_context():
        ticket = opened(session, people, clock)
    owner = ticket.organisation_id
    for number, calendar in enumerate(("", "desk-1:974:Indian/Reunion"), start=1):
        site = Site(
            organisation_id=owner,
            name=f"Site {number}",
            address="",
            timezone="Indian/Reunion",
            territory=Territory.REUNION,
            created_at=clock.now(),
        )
        session.add(site)
        session.flush()
        session.add(TicketSite(organisation_id=owner, ticket_id=ticket.id, site_id=site.id, calendar=calendar))
    ticket.restored_at, ticket.business_seconds = paris("2026-11-23 11:00"), 3600
    session.flush()
    step = spec_from_file_location("step", ROOT / "migrations/versions/0006_sites_are_counted.py")
    assert step is not None
    assert step.loader is not None
    module = module_from_spec(step)
    step.loader.exec_module(module)
    with Operations.context(MigrationContext.configure(session.connection())):
        module.upgrade()
    session.expire_all()
    old, new = session.query(TicketSite).order_by(TicketSite.site_id)
    assert (old.calendar, old.restoration_due_at) == (ticket.calendar, ticket.restoration_due_at)
    assert (old.restored_at, old.business_seconds) == (ticket.restored_at, 3600)
    assert (new.calendar, new.restored_at) == ("desk-1:974:Indian/Reunion", None)
