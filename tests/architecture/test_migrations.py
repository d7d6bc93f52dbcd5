"""The numbered migrations lead from nothing to the models and back, on both databases."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, DateTime, Engine, Integer, MetaData, create_engine, func, inspect, make_url, select, text

from webapp.config import ROOT
from webapp.db import Base, make_engine
from webapp.migration import alembic_config, is_modelled, upgrade

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
    return {name for name in inspect(engine).get_table_names() if not name.startswith("ticket_fts")} - {"alembic_version"}


def test_there_is_one_head_and_numbers_follow_each_other(engine: Engine) -> None:
    script = ScriptDirectory.from_config(alembic_config(engine))
    assert len(script.get_heads()) == 1
    numbers = sorted(path.name[:4] for path in (ROOT / "migrations/versions").glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_upgrading_gives_exactly_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        opts = {"compare_type": False, "target_metadata": Base.metadata, "include_object": is_modelled}
        context = MigrationContext.configure(connection, opts=opts)
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


def plant(connection: Connection, metadata: MetaData, name: str) -> None:
    """Put a row into a table and into those it refers to, each with the number 1 and whatever its columns accept."""
    table = metadata.tables[name]
    if connection.scalar(select(func.count()).select_from(table)):
        return
    fillers: dict[type, Any] = {Boolean: False, Integer: 1, Date: date(2026, 1, 1), DateTime: datetime(2026, 1, 1, tzinfo=UTC)}
    asked = [column for column in table.columns if not column.nullable]
    for column in asked:
        for key in column.foreign_keys:
            plant(connection, metadata, key.column.table.name)
    row = {column.name: next((value for kind, value in fillers.items() if isinstance(column.type, kind)), "x") for column in asked}
    connection.execute(table.insert().values(row))


def test_rows_that_others_refer_to_are_kept_by_a_migration_that_copies_their_table(engine: Engine) -> None:
    command.upgrade(alembic_config(engine), "0011")
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        plant(connection, metadata, "declaration_return")
    upgrade(engine)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT due_on = deadline FROM declaration_return JOIN campaign ON campaign.id = campaign_id"))
        if engine.dialect.name == "sqlite":  # what migrations must do without is there again for everybody else
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_returns_keep_what_they_were_when_campaigns_came_to_be_followed(engine: Engine) -> None:
    command.upgrade(alembic_config(engine), "0011")
    metadata = MetaData()
    metadata.reflect(engine)
    first, last = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC)
    with engine.begin() as connection:
        plant(connection, metadata, "declaration_return")
        row = dict(connection.execute(select(metadata.tables["declaration_return"])).mappings().one())
        organisation = dict(connection.execute(select(metadata.tables["organisation"])).mappings().one())
        for table, values in (("organisation", organisation), ("declaration_return", row | {"organisation_id": 2, "number": "y"})):
            connection.execute(metadata.tables[table].insert().values(values | {"id": 2}))
        accepted = metadata.tables["declaration_return"].update().where(metadata.tables["declaration_return"].c.id == 2)
        connection.execute(accepted.values(state="accepted"))
        for name, many in (
            ("declaration_cell", [{"row_code": "a", "edited_at": first}, {"row_code": "b", "edited_at": last}]),
            ("declaration_submission", [{"id": 1, "rank": 1, "receipt": "r1"}, {"id": 2, "rank": 2, "receipt": "r2"}]),
        ):
            plant(connection, metadata, name)
            table = metadata.tables[name]
            model = dict(connection.execute(select(table)).mappings().one())
            connection.execute(table.delete())
            connection.execute(table.insert(), [model | values | {"organisation_id": 2, "return_id": 2} for values in many])
    upgrade(engine)
    found = MetaData()
    found.reflect(engine, only=["declaration_return", "campaign"])
    returns, campaigns = found.tables["declaration_return"].c, found.tables["campaign"].c
    with engine.begin() as connection:
        asked = select(returns.due_on, returns.figures_at, returns.acceptances, returns.accepted_rank).order_by(returns.id)
        untouched, kept = connection.execute(asked).all()
        deadline = connection.scalar(select(campaigns.deadline))
        assert connection.scalar(select(campaigns.reminder_days)) == "-15 -3 1 8"
    assert untouched == (deadline, None, 0, None)
    assert (kept.due_on, kept.acceptances, kept.accepted_rank) == (deadline, 1, 2)
    assert kept.figures_at.replace(tzinfo=UTC) == last
