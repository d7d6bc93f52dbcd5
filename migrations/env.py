"""Runs the migrations on the engine that the application hands over."""

from alembic import context
from sqlalchemy import Engine

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.db import Base


def run() -> None:
    """Apply the migrations in one transaction (SQLite alters tables by copying them)."""
    engine: Engine = context.config.attributes["engine"]
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
