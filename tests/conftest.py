"""Fixtures of the whole suite: settings, clock, database, application, and clients that check what they fetch."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Table, insert, select

from tests.factories import make_organisation, make_person
from tests.support.client import CheckingClient
from tests.support.database import PostgresqlDatabase, SqliteFiles
from webapp.accounts.models import Organisation
from webapp.actor import SYSTEM, Actor, OrganisationKind, Role
from webapp.app import create_app, equip
from webapp.clock import FrozenClock
from webapp.config import Settings, load_settings
from webapp.db import Base, Database, GuichetSession
from webapp.web.state import State

# No time limit on one example: these machines are noisy, speed is measured by the benchmarks.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

#: Monday 23 November 2026, 10:00 in Paris: an ordinary working morning.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests about one database itself out of the run on the other."""
    other = "sqlite" if os.environ.get("TEST_DATABASE_URL") else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def database_source() -> Iterator[SqliteFiles | PostgresqlDatabase]:
    """The kind of database under test."""
    server = os.environ.get("TEST_DATABASE_URL")
    source = PostgresqlDatabase(server) if server else SqliteFiles()
    yield source
    source.close()


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at Monday 23 November 2026, 10:00 in Paris."""
    return FrozenClock(NOW)


@pytest.fixture
def settings(database_source: SqliteFiles | PostgresqlDatabase, tmp_path: Path) -> Settings:
    """Demonstration settings over a fresh database, with hashing made cheap."""
    database_source.empty()
    return load_settings(
        {
            "GUICHET_MODE": "demonstration",
            "DATA_DIR": str(tmp_path / "var"),
            "DATABASE_URL": database_source.url,
            "ARGON2_MEMORY_KIB": "8",
            "ARGON2_TIME_COST": "1",
            "SECRET_KEY": "k" * 48,
        }
    )


#: The application of this process, made for its first test: its routes and compiled templates do not depend on the test.
SHARED: list[Flask] = []


def _checked(app: Flask) -> Flask:
    app.test_client_class = CheckingClient
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def app(
    settings: Settings, clock: FrozenClock, database_source: SqliteFiles | PostgresqlDatabase, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application over the fresh database. Mail queued is not delivered by itself: look at the outbox table.

    ``own_app`` marks a test that adds routes or changes the configuration: it gets an application to itself.
    """
    own = request.node.get_closest_marker("own_app")
    if own or not SHARED:
        app = _checked(create_app(settings, clock))
        app.extensions["queue"].storage.close()
        if not own:
            SHARED.append(app)
    else:
        app = SHARED[0]
    equip(app, settings, clock, database_source.database)
    yield app
    database_source.release()


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's database."""
    state: State = app.extensions["guichet"]
    return state.database


@pytest.fixture
def session(database: Database) -> Iterator[GuichetSession]:
    """A writing session for the system. Commit what a client must see."""
    with database.writer() as session:
        session.acts_for(SYSTEM)
        yield session


@dataclass
class People:
    """The small world: an organisation of each kind, and a person for each role. Usernames are the keys of ``actors``."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)


ORGANISATIONS = {
    "laboratoire": (OrganisationKind.ACCREDITED_BODY, "Laboratoire Vauban", None),
    "autre-laboratoire": (OrganisationKind.ACCREDITED_BODY, "Laboratoire Ampère", None),
    "comite": (OrganisationKind.ACCREDITATION_BODY, "Comité d'accréditation", None),
    "opco": (OrganisationKind.OPCO, "OPCO Industries", None),
    "autre-opco": (OrganisationKind.OPCO, "OPCO Commerce", None),
    "atpro-bretagne": (OrganisationKind.ATPRO, "Transitions Pro Bretagne", "Bretagne"),
    "atpro-corse": (OrganisationKind.ATPRO, "Transitions Pro Corse", "Corse"),
    "ministere": (OrganisationKind.MINISTRY, "Ministère du Travail", None),
    "client": (OrganisationKind.CLIENT, "Société Alpha", None),
    "autre-client": (OrganisationKind.CLIENT, "Société Bêta", None),
    "operateur": (OrganisationKind.OPERATOR, "Équipe Guichet", None),
}

PEOPLE = {
    "editrice": ("laboratoire", Role.SCOPE_EDITOR, None),
    "autre-editeur": ("autre-laboratoire", Role.SCOPE_EDITOR, None),
    "auditrice": ("laboratoire", Role.SCOPE_AUDITOR, None),
    "gestionnaire": ("laboratoire", Role.MANAGER, None),
    "chargee": ("comite", Role.SCOPE_OFFICER, None),
    "declarante": ("opco", Role.DECLARANT, None),
    "autre-declarant": ("autre-opco", Role.DECLARANT, None),
    "declarant-breton": ("atpro-bretagne", Role.DECLARANT, None),
    "declarant-corse": ("atpro-corse", Role.DECLARANT, None),
    "nationale": ("ministere", Role.NATIONAL_AGENT, None),
    "regionale": ("ministere", Role.REGIONAL_AGENT, "Bretagne"),
    "cliente": ("client", Role.CLIENT_CONTACT, None),
    "autre-cliente": ("autre-client", Role.CLIENT_CONTACT, None),
    "agente": ("operateur", Role.DESK_AGENT, None),
    "responsable": ("operateur", Role.DESK_LEAD, None),
    "administratrice": ("operateur", Role.ADMINISTRATOR, None),
}


#: The rows of the small world and its people, kept from its first making in this process: writing rows is quicker than making them.
WORLD: list[tuple[Table, list[dict[str, Any]]]] = []
ACTORS: dict[str, Actor] = {}


@pytest.fixture
def people(session: GuichetSession) -> People:
    """The small world, committed: one person per role, two organisations where crossing must be refused."""
    if WORLD:
        for table, rows in WORLD:
            session.execute(insert(table), rows)
    else:
        _make_world(session)
    session.commit()
    found = {row.name: row for row in session.scalars(select(Organisation))}
    session.commit()
    return People({key: found[name] for key, (_kind, name, _region) in ORGANISATIONS.items()}, dict(ACTORS))


def _make_world(session: GuichetSession) -> None:
    made = {key: make_organisation(session, NOW, kind, name, region=region) for key, (kind, name, region) in ORGANISATIONS.items()}
    for username, (key, role, region) in PEOPLE.items():
        ACTORS[username] = make_person(session, NOW, username, made[key], role, region=region)
    for table in Base.metadata.sorted_tables:
        rows = [dict(row._mapping) for row in session.execute(select(table))]
        if rows:
            WORLD.append((table, rows))


SignedIn = Callable[[str], CheckingClient]


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that is not signed in."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    return client


@pytest.fixture
def signed_in(app: Flask, people: People) -> SignedIn:
    """Return a function: username of the small world → a new browser signed in as that person."""

    def sign_in(username: str) -> CheckingClient:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        client.enter(people.actors[username].account_id or 0)
        return client

    return sign_in
