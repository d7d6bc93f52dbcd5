"""Pages by key: walked in both directions, they hold each row once, in the order of a plain sort."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select

from webapp.db import Database, UtcDateTime
from webapp.web.keyset import Cursor, CursorProblem, Key, Keyset

pytestmark = pytest.mark.both_databases

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROWS = Table("keyset_rows", MetaData(), Column("id", Integer, primary_key=True), Column("rank", Integer), Column("due", UtcDateTime))
RANK, DUE, ID = Key("rank", ROWS.c.rank), Key("due", ROWS.c.due, datetime, nullable=True), Key("id", ROWS.c.id)
ORDERS = [(ID,), (DUE, ID), (RANK, DUE, ID), (RANK, ID)]


@pytest.fixture
def table(database: Database) -> Any:
    ROWS.create(database.engine)
    yield ROWS
    ROWS.drop(database.engine)


def plain(rows: list[dict[str, Any]], keys: tuple[Key, ...], *, descending: bool) -> list[int]:
    """Return the ids in the order that a reader expects: unknown values last, whatever the direction."""
    ordered = rows
    for key in reversed(keys):
        known = sorted((row for row in ordered if row[key.name] is not None), key=lambda row: row[key.name], reverse=descending)
        ordered = known + [row for row in ordered if row[key.name] is None]
    return [row["id"] for row in ordered]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(values=[(1, None), (1, None), (1, 0), (2, None)], keys=(RANK, DUE, ID), descending=True, size=1)
@given(
    values=st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 3)), max_size=12),
    keys=st.sampled_from(ORDERS),
    descending=st.booleans(),
    size=st.integers(1, 5),
)
def test_pages_hold_each_row_once_in_the_order_of_a_plain_sort(
    database: Database,
    table: Table,
    values: list[tuple[int, int | None]],
    keys: tuple[Key, ...],
    descending: bool,
    size: int,
) -> None:
    rows: list[dict[str, Any]] = [
        {"id": place, "rank": rank, "due": None if days is None else START + timedelta(days=days, microseconds=days)}
        for place, (rank, days) in enumerate(values, 1)
    ]
    keyset = Keyset(keys, descending)
    expected = plain(rows, keys, descending=descending)
    with database.engine.connect() as connection:
        connection.execute(delete(table))
        if rows:
            connection.execute(insert(table), rows)

        def page(cursor: Cursor) -> Any:
            return keyset.page(connection.execute(keyset.limited(select(table), cursor, size)).all(), cursor, size)

        found, cursor, pages = [], Cursor(), []
        while True:
            pages.append(page(cursor))
            found += [row.id for row in pages[-1].rows]
            if not pages[-1].next:
                break
            cursor = Cursor(keyset.read(pages[-1].next))
        assert found == expected
        assert not pages[0].previous
        back = pages[-1]
        for there in reversed(pages[:-1]):
            back = page(Cursor(keyset.read(back.previous), backward=True))
            assert [row.id for row in back.rows] == [row.id for row in there.rows]
            assert back.next
        assert not back.previous
        connection.rollback()


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1~2~3", "1~", "~x", "9" * 40 + "~1", "1~-", "1.5~2", "²~1", "1~99999999999", "'; DROP TABLE ticket~1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorProblem):
        Keyset((DUE, ID)).read(text)
