"""Runs the migrations on the engine that the application hands over."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from alembic import context
from sqlalchemy import JSON, Connection, Engine, Enum, Integer, TypeDecorator

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.db import Base, ExactDecimal, UtcDateTime
from webapp.migration import is_modelled


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types by name, and enumerations as the plain strings they are stored in."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime | ExactDecimal):
        return f"{type(item).__name__}()"
    if isinstance(item, TypeDecorator) and isinstance(item.impl, Integer):
        return "sa.Integer()"  # an area's own code over a number
    if isinstance(item, JSON):
        return "JsonDict"
    return f"sa.String({item.length})" if isinstance(item, Enum) else False


@contextmanager
def _tables_may_be_copied(connection: Connection) -> Iterator[None]:
    """Let SQLite drop a table that others refer to, to put its copy in its place: only outside a transaction can it be told so."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")
        raw.close()


def run() -> None:
    """Apply the migrations in one transaction (SQLite alters tables by copying them)."""
    engine: Engine = context.config.attributes["engine"]
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection, _tables_may_be_copied(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_object=is_modelled,
        )
        with context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("a migration left rows that refer to nothing")
        connection.commit()


run()
