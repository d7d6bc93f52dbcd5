"""Runs the migrations on the engine that the application hands over."""

from typing import Literal

from alembic import context
from sqlalchemy import JSON, Engine, Enum, Integer, TypeDecorator

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.db import Base, ExactDecimal, UtcDateTime


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


def run() -> None:
    """Apply the migrations in one transaction (SQLite alters tables by copying them)."""
    engine: Engine = context.config.attributes["engine"]
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True, render_item=render_item
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
