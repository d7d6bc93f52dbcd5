"""Test databases: one per worker process, emptied before each test. ``TEST_DATABASE_URL`` chooses PostgreSQL."""

import os
import shutil
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.db import Base, make_engine


class SqliteFiles:
    """A template file with the schema, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        engine = make_engine(f"sqlite:///{self.template}")
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def fresh_url(self) -> str:
        """Return the URL of a fresh, empty database."""
        path = self.folder / "test.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def close(self) -> None:
        """Nothing to close: the files go with pytest's folder."""


class PostgresqlDatabase:
    """A database of this worker's own on the server, its rows deleted before each test."""

    def __init__(self, server_url: str) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        name = f"guichet_test_{worker}"
        url = make_url(server_url).set(drivername="postgresql+psycopg")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        admin.dispose()
        self.url = url.set(database=name).render_as_string(hide_password=False)
        engine = make_engine(self.url)
        Base.metadata.create_all(engine)
        engine.dispose()
        tables = "; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables)
        self.empty = f"SET session_replication_role = replica; {tables}; SET session_replication_role = DEFAULT"
        self.engine = make_engine(self.url)

    def fresh_url(self) -> str:
        """Empty every table and return the URL."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(self.empty)
        return self.url

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()
