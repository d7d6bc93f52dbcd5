"""Counting and watching the SQL statements that an application sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent inside the block, transaction control and settings apart."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip(" (").upper().startswith(COUNTED) and "set_config" not in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def impatient(engine: Engine) -> Iterator[None]:
    """Have SQLite wait 50 ms for a lock, and no longer, inside the block."""

    def shorten(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    event.listen(engine, "checkout", shorten)
    try:
        yield
    finally:
        event.remove(engine, "checkout", shorten)
        engine.dispose()


@contextmanager
def unordered_rows_reversed(engine: Engine) -> Iterator[None]:
    """Have SQLite return the rows of every SELECT without ORDER BY the other way round inside the block."""
    if engine.dialect.name != "sqlite":
        yield
        return

    def reverse(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA reverse_unordered_selects=ON")

    event.listen(engine, "begin", reverse)
    try:
        yield
    finally:
        event.remove(engine, "begin", reverse)
        engine.dispose()
