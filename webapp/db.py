"""The database: declarative base, column types, engines for SQLite and PostgreSQL, sessions, and the tenancy guard."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Executable,
    ForeignKey,
    MetaData,
    Numeric,
    Row,
    String,
    create_engine,
    event,
    make_url,
)
from sqlalchemy import DateTime as _DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, declared_attr, mapped_column, with_loader_criteria
from sqlalchemy.types import TypeDecorator

from webapp.actor import Actor

#: Below this version a bug in SQLite's write-ahead log can corrupt the file.
SAFE_SQLITE = (3, 51, 3)

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: Plain rows of a select of columns.
Rows = Sequence[Row[*tuple[Any, ...]]]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out, on both databases. A naive value is a ``ValueError``."""

    impl = _DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant to be stored needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC, which SQLite does not say of itself."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number kept exactly: NUMERIC on PostgreSQL, text on SQLite (whose NUMERIC is a binary float)."""

    impl = String(64)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type of the database."""
        return dialect.type_descriptor(Numeric(38, 10) if dialect.name == "postgresql" else String(64))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Store the number without exponent."""
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return a ``Decimal`` without the trailing zeros that PostgreSQL's fixed scale adds."""
        if value is None:
            return None
        # As text: arithmetic would round to the context's 28 digits. SQLite keeps what was written, without an exponent.
        digits = value if isinstance(value, str) else format(Decimal(value), "f")
        return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)


JsonDict = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Base of every mapped class."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime, Decimal: ExactDecimal, dict[str, Any]: JsonDict, list[Any]: JsonDict}  # noqa: RUF012 -- read by SQLAlchemy


class OrganisationOwned:
    """Mixin of the rows that belong to one organisation: the session's guard keeps other organisations from them (FL-7.1)."""

    @declared_attr
    def organisation_id(cls) -> Mapped[int]:  # noqa: N805 -- SQLAlchemy passes the class
        """The organisation that owns the row."""
        return mapped_column(ForeignKey("organisation.id"), index=True)


class TenancyError(Exception):
    """A row of another organisation was about to be written, or an owned table read by nobody in particular."""


class GuichetSession(Session):
    """A session that knows for whom it works: ``acts_for`` must be called before owned rows are read or written."""

    _tenant: int | None = None
    _sees_all = False
    _postponed = False

    def acts_for(self, actor: Actor) -> None:
        """Limit owned rows to the actor's organisation, unless the actor oversees all of them."""
        self._sees_all = actor.sees_all_organisations
        self._tenant = actor.organisation_id
        self._tell_database()

    @contextmanager
    def for_everyone(self) -> Iterator[None]:
        """Lift the limit for a read that is public by nature (the register) or that crosses organisations by rule."""
        before = self._sees_all
        self._sees_all = True
        self._tell_database()
        try:
            yield
        finally:
            self._sees_all = before
            with suppress(DBAPIError):  # a transaction that has failed takes no order any more; its end undoes the lift
                self._tell_database()

    @contextmanager
    def postponing(self) -> Iterator[None]:
        """Write nothing until the end of the block, whoever asks: many objects leave in few statements. Queries inside do not see them."""
        self._postponed = True
        try:
            yield
        finally:
            self._postponed = False

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what has changed, unless that is postponed."""
        if not self._postponed:
            super().flush(objects)

    @property
    def tenant(self) -> int | None:
        """The one organisation whose rows may be touched, or None when all may."""
        return None if self._sees_all else (self._tenant if self._tenant is not None else -1)

    def _tell_database(self) -> None:
        """Repeat the limit to PostgreSQL, whose row-level security holds it for this transaction (``guichet.tenant``)."""
        if self.in_transaction():
            _set_tenant(self, self.connection())


@event.listens_for(GuichetSession, "after_begin")
def _limit_transaction(session: Session, _transaction: object, connection: Connection) -> None:
    if isinstance(session, GuichetSession):
        _set_tenant(session, connection)


def _set_tenant(session: GuichetSession, connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and connection.in_transaction():
        value = "all" if session.tenant is None else str(session.tenant)
        connection.exec_driver_sql("SELECT set_config('guichet.tenant', %s, true)", (value,))


@event.listens_for(GuichetSession, "do_orm_execute")
def _limit_reads(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, GuichetSession) or session.tenant is None or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(_owned_by(session.tenant))


@lru_cache(maxsize=1024)
def _owned_by(tenant: int) -> Any:
    """Return the condition on owned rows, kept for each organisation: making it costs more than applying it."""
    return with_loader_criteria(OrganisationOwned, lambda cls: cls.organisation_id == tenant, include_aliases=True)


#: Plain rows are read by name, so a result need not learn the columns of the very statement that asked; of no effect where it is unknown.
_BY_NAME = {"_result_disable_adapt_to_context": True}


def plain_rows(session: Session, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Read columns (never entities) as ``session.execute`` does, for what every request asks: the ORM's own work, which such rows
    do not need, takes several times as long as the query. What waits is written first, and the limit to one organisation holds.
    """
    if session.autoflush:
        session.flush()
    if isinstance(session, GuichetSession) and session.tenant is not None:
        statement = statement.options(_owned_by(session.tenant))
    return session.connection().execute(statement, parameters, execution_options=_BY_NAME)


def write_over(session: Session, table: type[Base], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write a row under its primary key, whether or not there is one: one statement, so two tabs never collide.

    For facts that have no version, and of which the last one told is the right one. The guard of organisations does not see it: the caller
    has loaded, for the actor, the object that the row hangs on.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    primary = [column.name for column in table.__table__.primary_key]
    session.execute(insert(table).values(**key, **values).on_conflict_do_update(index_elements=primary, set_=dict(values)))


@event.listens_for(GuichetSession, "before_flush")
def _limit_writes(session: Session, *_: Any) -> None:
    if not isinstance(session, GuichetSession) or session.tenant is None:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, OrganisationOwned) and row.organisation_id not in (session.tenant, None):
            raise TenancyError(f"{type(row).__name__} of organisation {row.organisation_id} written for organisation {session.tenant}")


def sqlite_module() -> Any:
    """Return the DB-API module whose SQLite is free of the write-ahead-log bug, preferring ``pysqlite3``.

    Raises ``RuntimeError`` when neither it nor the interpreter's own is recent enough.
    """
    try:
        module: Any = import_module("pysqlite3.dbapi2")
    except ImportError:
        module = import_module("sqlite3")
    if module.sqlite_version_info < SAFE_SQLITE:
        raise RuntimeError(f"SQLite {module.sqlite_version} is too old: {'.'.join(map(str, SAFE_SQLITE))} or later is needed.")
    return module


def make_engine(url: str) -> Engine:
    """Return an engine for ``url`` (SQLite file or PostgreSQL) with the house's settings."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=5, max_overflow=5, pool_pre_ping=True, connect_args={"options": "-c timezone=utc"})
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=sqlite_module())
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 own attribute: we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-16000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    """Writers take the lock at once: an upgrade from reading to writing would fail or lose an update."""
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """One engine and its two kinds of session: for reading and for writing."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")

    def reader(self) -> GuichetSession:
        """Return a session for reading only (SQLite: ``BEGIN DEFERRED``)."""
        return GuichetSession(self.engine, expire_on_commit=False)

    def writer(self) -> GuichetSession:
        """Return a session that may write (SQLite: ``BEGIN IMMEDIATE``, so no update is lost)."""
        return GuichetSession(self._writer, expire_on_commit=False)

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[GuichetSession]:
        """Run a block in one writing transaction for ``actor``: committed at its end, rolled back on an error."""
        with self.writer() as session:
            session.acts_for(actor)
            with session.begin():
                yield session
