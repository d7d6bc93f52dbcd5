"""Test databases: one per worker process, emptied before each test. ``TEST_DATABASE_URL`` chooses PostgreSQL.

The engine stays from test to test: compiling the same statements anew for each cost more than running them.
"""

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.db import Base, Database, make_engine

MEMORY = Path("/dev/shm")
ROOM = 512 * 1024 * 1024


def quick_folder() -> Path:
    """Return a new folder in memory where there is room for it, so that no commit waits for the disk; it goes with the process."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="guichet-tests-", dir=MEMORY if in_memory else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class SqliteFiles:
    """A template file with the schema, copied for each test."""

    def __init__(self) -> None:
        folder = quick_folder()
        self.template = folder / "template.db"
        engine = make_engine(f"sqlite:///{self.template}")
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        self.path = folder / "test.db"
        self.url = f"sqlite:///{self.path}"
        self.database = Database(self.url)

    def empty(self) -> None:
        """Put a fresh, empty file in the place of the last test's."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)

    def release(self) -> None:
        """Close the connections to the file that will go."""
        self.database.engine.dispose()

    def close(self) -> None:
        """Nothing to close: the files go with the process."""


def database_name(purpose: str) -> str:
    """Return the name of a database of this checkout's and worker's own."""
    return f"guichet_{purpose}_{zlib.crc32(__file__.encode()):08x}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


class PostgresqlDatabase:
    """A database of this checkout's and worker's own on the server, its rows deleted before each test."""

    def __init__(self, server_url: str) -> None:
        name = database_name("test")
        url = make_url(server_url).set(drivername="postgresql+psycopg")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            # No test outlives the server, so no commit needs to wait for the disk.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        admin.dispose()
        self.url = url.set(database=name).render_as_string(hide_password=False)
        self.database = Database(self.url)
        Base.metadata.create_all(self.database.engine)
        with self.database.engine.begin() as connection:
            connection.exec_driver_sql(_empty_function())

    def empty(self) -> None:
        """Delete every row."""
        with self.database.engine.begin() as connection:
            connection.exec_driver_sql("SELECT empty_tables()")

    def release(self) -> None:
        """Keep the connections for the next test, unless this one still holds one, whose locks would stop it."""
        if self.database.engine.pool.checkedout():  # type: ignore[attr-defined]  # -- a queue pool
            self.database.engine.dispose()

    def close(self) -> None:
        """Close the connections."""
        self.database.engine.dispose()


def _empty_function() -> str:
    """Return the definition of a function of the server's that deletes from the tables that have rows, foreign keys aside."""
    tables = "\n".join(
        f'IF EXISTS (SELECT FROM "{table.name}") THEN DELETE FROM "{table.name}"; END IF;' for table in Base.metadata.sorted_tables
    )
    return f"""
        CREATE FUNCTION empty_tables() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
        BEGIN
        {tables}
        END $$
    """
