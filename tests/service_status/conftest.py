"""Two components."""

import pytest

from tests.conftest import People
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.service_status import services
from webapp.service_status.models import Component


@pytest.fixture
def components(session: GuichetSession, people: People, clock: FrozenClock) -> tuple[Component, Component]:
    lead = people.actors["responsable"]
    portal = services.add_component(session, lead, clock, "Portail", "Connexion et pages")
    mail = services.add_component(session, lead, clock, "Courriels", "")
    session.commit()
    return portal, mail
