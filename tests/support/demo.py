"""The demonstration content, loaded once for each test process, for the tests that walk the application."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, make_url, select, text

from tests.conftest import NOW
from tests.factories import make_person
from tests.support.client import CheckingClient
from tests.support.database import database_name, quick_folder
from tests.support.walk import Walk, walk
from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import SYSTEM, Role
from webapp.app import create_app
from webapp.clock import FrozenClock
from webapp.config import load_settings
from webapp.db import Base, Database
from webapp.demonstration import load_all, sign_ins
from webapp.web.state import State


@dataclass
class Demo:
    """An application over the demonstration content, its clock standing at ``NOW``."""

    app: Flask
    state: State
    #: A second person of each role, in another organisation of the same kind: demonstration username → theirs.
    others: dict[str, str]

    @property
    def database(self) -> Database:
        """The application's database."""
        return self.state.database

    @property
    def usernames(self) -> list[str]:
        """The demonstration sign-ins, in their order."""
        return [*dict.fromkeys(row["username"] for row in sign_ins())]

    def browser(self, username: str | None = None) -> CheckingClient:
        """Return a new browser, signed in when ``username`` is given."""
        client = self.app.test_client()
        assert isinstance(client, CheckingClient)
        if username is not None:
            client.sign_in(username)
            if client.get("/").status_code == 303:
                client.follow()
                client.submit("form#acceptation", {"accepte": "oui"})
        return client


def _database_url(folder: Path, name: str) -> str:
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        return f"sqlite:///{folder / 'demo.db'}"
    name = database_name(name)
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return str(url.set(database=name).render_as_string(hide_password=False))


def _second_people(state: State) -> dict[str, str]:
    """Add, for each demonstration sign-in, a person with the same role in another organisation of the same kind, if there is one."""
    others: dict[str, str] = {}
    with state.database.transaction(SYSTEM) as session:
        for username in dict.fromkeys(row["username"] for row in sign_ins()):
            mine = session.execute(
                select(Membership.role, Membership.region, Organisation.id, Organisation.kind)
                .join(Organisation, Organisation.id == Membership.organisation_id)
                .join(Account, Account.id == Membership.account_id)
                .where(Account.username == username)
                .order_by(Membership.id)
            ).first()
            assert mine is not None
            other = session.scalars(
                select(Organisation).where(Organisation.kind == mine.kind, Organisation.id != mine.id).order_by(Organisation.id)
            ).first()
            if other is not None and mine.role in {Role.SCOPE_EDITOR, Role.DECLARANT, Role.CLIENT_CONTACT, Role.MANAGER}:
                others[username] = f"autre-{username}"
                make_person(session, NOW, others[username], other, mine.role)
    return others


@cache
def demonstration() -> Demo:
    """Return this process's demonstration: built at the first call, shared by all its tests, which change nothing that counts."""
    return new_demonstration("demo")


def new_demonstration(name: str) -> Demo:
    """Return a demonstration to do with as one likes; ``name`` is that of its database, where a server holds it."""
    folder = quick_folder()
    settings = load_settings(
        {
            "GUICHET_MODE": "demonstration",
            "DATA_DIR": str(folder),
            "DATABASE_URL": _database_url(folder, name),
            "ARGON2_MEMORY_KIB": "8",
            "ARGON2_TIME_COST": "1",
            "SECRET_KEY": "k" * 48,
        }
    )
    app = create_app(settings, FrozenClock(NOW))
    state: State = app.extensions["guichet"]
    state.mail_queued = lambda: None
    state.work_queued = lambda: None
    app.test_client_class = CheckingClient
    app.config["PROPAGATE_EXCEPTIONS"] = False
    Base.metadata.create_all(state.database.engine)
    load_all(state)
    return Demo(app, state, _second_people(state))


@cache
def walked(username: str | None) -> Walk:
    """Return what one person reaches from the home page and the site map, walked once in this process.

    The register is the same for all, and long: the visitor and the first person go through it, the others pass it by.
    """
    demo = demonstration()
    passing = "?" if username in (None, demo.usernames[0]) else "register."
    return walk(demo.browser(username), extra=("/plan-du-site", "/recherche?q=a"), passing=passing)
