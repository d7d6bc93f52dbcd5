"""PostgreSQL keeps organisations apart by itself, even from a query that forgot to (FL-7.1)."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

import webapp.db_models  # noqa: F401 -- maps every table
from tests.conftest import NOW
from tests.factories import make_organisation
from webapp import migration
from webapp.actor import SYSTEM, Actor, OrganisationKind
from webapp.db import Base, Database, OrganisationOwned

SERVER = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.postgresql
NAME = f"guichet_rls_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def _admin() -> Engine:
    return create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")


@pytest.fixture(scope="module")
def plain_role() -> Iterator[Database]:
    """A migrated database whose owner is neither superuser nor exempt: what production should use."""
    admin = _admin()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE IF EXISTS {NAME}"))
        connection.execute(text(f"CREATE ROLE {NAME} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'x'"))
        connection.execute(text(f"CREATE DATABASE {NAME} OWNER {NAME}"))
    url = make_url(SERVER).set(drivername="postgresql+psycopg", database=NAME, username=NAME, password="x")
    database = Database(url.render_as_string(hide_password=False))
    migration.upgrade(database.engine)
    yield database
    database.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {NAME}"))
    admin.dispose()


def _actor_for(organisation_id: int) -> Actor:
    return Actor(1, "Une personne", organisation_id, "Une organisation", OrganisationKind.ACCREDITED_BODY, frozenset())


INSERT_DOSSIER = """INSERT INTO dossier (organisation_id, number, activity, online, draft, version_number, next_line, undo_floor,
 search_text, created_at, updated_at) VALUES (:organisation, :number, 'essais', 'none', 'none', 0, 1, 0, '', now(), now())"""


def test_raw_sql_sees_and_writes_only_the_rows_of_its_organisation(plain_role: Database) -> None:
    with plain_role.transaction(SYSTEM) as session:
        mine = make_organisation(session, NOW, OrganisationKind.ACCREDITED_BODY).id
        theirs = make_organisation(session, NOW, OrganisationKind.ACCREDITED_BODY).id
        for number, organisation in (("1-9001", mine), ("1-9002", theirs)):
            session.execute(text(INSERT_DOSSIER), {"organisation": organisation, "number": number})
    with plain_role.transaction(_actor_for(mine)) as session:
        assert session.execute(text("SELECT number FROM dossier")).scalars().all() == ["1-9001"]
        with session.for_everyone():
            assert session.scalar(text("SELECT count(*) FROM dossier")) == 2
        assert session.scalar(text("SELECT count(*) FROM dossier")) == 1
    with pytest.raises(DBAPIError, match="row-level security"), plain_role.transaction(_actor_for(mine)) as session:
        session.execute(text(INSERT_DOSSIER), {"organisation": theirs, "number": "1-9003"})


def test_a_transaction_for_nobody_sees_nothing(plain_role: Database) -> None:
    with plain_role.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM dossier")) == 0


def test_every_owned_table_is_under_it(plain_role: Database) -> None:
    owned = {mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, OrganisationOwned)}
    with plain_role.engine.connect() as connection:
        forced = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")))
    assert owned == forced
