"""The numbered migrations lead from nothing to the models and back, on both databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from webapp.config import ROOT
from webapp.db import Base, make_engine
from webapp.migration import alembic_config, upgrade

pytestmark = pytest.mark.both_databases


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    name = f"guichet_migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = make_engine(url.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def tables(engine: Engine) -> set[str]:
    """Return the tables that are there."""
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_there_is_one_head_and_numbers_follow_each_other(engine: Engine) -> None:
    script = ScriptDirectory.from_config(alembic_config(engine))
    assert len(script.get_heads()) == 1
    numbers = sorted(path.name[:4] for path in (ROOT / "migrations/versions").glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_upgrading_gives_exactly_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "target_metadata": Base.metadata})
        assert compare_metadata(context, Base.metadata) == []
    for table in Base.metadata.sorted_tables:
        present = {column["name"]: column["nullable"] for column in inspect(engine).get_columns(table.name)}
        assert present == {column.name: bool(column.nullable) for column in table.columns}, table.name


def test_upgrading_goes_down_and_up_again(engine: Engine) -> None:
    upgrade(engine)
    assert tables(engine) == set(Base.metadata.tables)
    command.downgrade(alembic_config(engine), "base")
    assert tables(engine) == set()
    upgrade(engine)
    assert tables(engine) == set(Base.metadata.tables)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO once_token (key, created_at, location) VALUES ('1:x:y', '2026-01-01 00:00:00', '/')"))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM once_token")).scalar() == 1
