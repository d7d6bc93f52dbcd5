"""The database layer: exact values, instants in UTC, organisations kept apart, no update lost."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from tests.conftest import NOW, People
from tests.factories import make_organisation
from webapp.accounts.models import Account, Organisation
from webapp.actor import SYSTEM, OrganisationKind
from webapp.db import Base, Database, ExactDecimal, GuichetSession, OrganisationOwned, UtcDateTime, plain_rows, sqlite_module


def test_an_instant_comes_back_in_utc_whatever_its_zone(session: GuichetSession) -> None:
    paris = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    row = make_organisation(session, paris, OrganisationKind.CLIENT)
    session.commit()
    session.expire_all()
    assert row.created_at == paris
    assert row.created_at.tzinfo is UTC


def test_a_naive_instant_is_refused(session: GuichetSession) -> None:
    with pytest.raises((StatementError, ValueError), match="time zone"):
        make_organisation(session, datetime(2026, 7, 1, 12), OrganisationKind.CLIENT)  # noqa: DTZ001 -- naive on purpose


@pytest.mark.parametrize("value", ["0", "-0.01", "12345678901234567890.0123456789", "100", "1E+3", "0.10", "99999999999.99"])
def test_a_decimal_is_kept_exactly_on_both_databases(value: str) -> None:
    column = ExactDecimal()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        stored = column.process_bind_param(Decimal(value), dialect)
        assert column.process_result_value(stored, dialect) == Decimal(value)
    assert "E" not in str(column.process_bind_param(Decimal(value), sqlite.dialect()))
    assert column.process_bind_param(None, sqlite.dialect()) is None


def test_an_empty_instant_stays_empty() -> None:
    assert UtcDateTime().process_bind_param(None, sqlite.dialect()) is None
    assert UtcDateTime().process_result_value(None, sqlite.dialect()) is None


def test_sqlite_is_free_of_the_write_ahead_log_bug_and_durable(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    assert sqlite_module().sqlite_version_info >= (3, 51, 3)
    with database.engine.connect() as connection:
        read = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_two_writers_at_once_lose_no_update(database: Database, session: GuichetSession) -> None:
    row = make_organisation(session, NOW, OrganisationKind.CLIENT, "0")
    session.commit()
    session.close()
    failures: list[BaseException] = []
    barrier = threading.Barrier(2)

    def add_many() -> None:
        try:
            barrier.wait()
            for _ in range(20):
                with database.transaction(SYSTEM) as writing:
                    name = writing.scalars(select(Organisation.name).where(Organisation.id == row.id).with_for_update()).one()
                    writing.execute(update(Organisation).where(Organisation.id == row.id).values(name=str(int(name) + 1)))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add_many) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures
    with database.reader() as reading:
        assert reading.scalar(select(Organisation.name).where(Organisation.id == row.id)) == "40"


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction(SYSTEM) as writing:
            make_organisation(writing, NOW, OrganisationKind.CLIENT, "fantôme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reader() as reading:
        assert reading.scalars(select(Organisation.id).order_by(Organisation.id)).all() == []


def owned() -> list[type[OrganisationOwned]]:
    """Return every class whose rows belong to an organisation."""
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, OrganisationOwned)]
    return sorted(found, key=lambda kind: kind.__name__)


def test_there_are_owned_rows_at_each_counter() -> None:
    tables = {kind.__tablename__ for kind in owned()}
    assert len(tables) >= 3, tables


@pytest.mark.parametrize("kind", owned(), ids=lambda kind: kind.__name__)
def test_every_read_of_owned_rows_is_limited_to_the_organisation(kind: type[OrganisationOwned], database: Database, people: People) -> None:
    # FL-7.1: entities, columns, aliases and joins alike
    from sqlalchemy.orm import aliased

    from tests.support.statements import statements

    actor = people.actors["editrice"]
    alias = aliased(kind)
    queries = [select(kind), select(kind.organisation_id), select(alias), select(Account.id).join(kind, kind.organisation_id == Account.id)]
    for query in queries:
        with database.reader() as reading, statements(database.engine) as sent:
            reading.acts_for(actor)
            reading.execute(query).all()
        assert any("organisation_id =" in statement for statement in sent), f"{query} → {sent}"


@pytest.mark.parametrize("kind", owned(), ids=lambda kind: kind.__name__)
def test_plain_rows_are_kept_within_the_limit_too(kind: type[OrganisationOwned], database: Database, people: People) -> None:
    # FL-7.1
    from sqlalchemy.orm import aliased

    from tests.support.statements import statements

    alias = aliased(kind)
    joined = select(Account.id).join(kind, kind.organisation_id == Account.id)
    for query in (select(kind.organisation_id), select(alias.organisation_id), joined):
        for name in ("editrice", "cliente"):
            with database.reader() as reading, statements(database.engine) as sent:
                assert plain_rows(reading, query).all() == [], "nobody in particular"
                reading.acts_for(people.actors[name])
                assert plain_rows(reading, query).all() == reading.execute(query).all()
            assert len(sent) == 3
            assert all("organisation_id =" in statement for statement in sent), f"{query} → {sent}"


def test_plain_rows_see_what_waits_to_be_written(session: GuichetSession) -> None:
    row = make_organisation(session, NOW, OrganisationKind.CLIENT, "avant")
    session.commit()
    names = select(Organisation.name).where(Organisation.id == row.id)
    row.name = "après"
    with session.no_autoflush:
        assert plain_rows(session, names).scalars().all() == ["avant"]
    assert plain_rows(session, names).scalars().all() == ["après"]


@pytest.mark.parametrize("kind", owned(), ids=lambda kind: kind.__name__)
def test_an_owned_table_read_by_nobody_in_particular_gives_nothing(kind: type[OrganisationOwned], database: Database) -> None:
    with database.reader() as reading:
        assert reading.tenant == -1
        assert reading.execute(select(kind)).all() == []


def test_the_limit_is_lifted_only_inside_the_block(database: Database, people: People) -> None:
    with database.reader() as reading:
        reading.acts_for(people.actors["editrice"])
        mine = people.actors["editrice"].organisation_id
        assert reading.tenant == mine
        with contextlib.suppress(RuntimeError), reading.for_everyone():
            assert reading.tenant is None
            raise RuntimeError
        assert reading.tenant == mine


def test_overseeing_roles_and_the_system_see_every_organisation(database: Database, people: People) -> None:
    with database.reader() as reading:
        for actor in (SYSTEM, people.actors["agente"], people.actors["chargee"]):
            reading.acts_for(actor)
            assert reading.tenant is None
        for name in ("editrice", "declarante", "cliente", "gestionnaire"):
            reading.acts_for(people.actors[name])
            assert reading.tenant == people.actors[name].organisation_id
