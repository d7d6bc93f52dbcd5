"""The pages measured, each with its floor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import thread_time
from typing import Any

from sqlalchemy import Connection, Select, column, literal, null, select, table, union_all
from sqlalchemy.orm import aliased

from benchmarks.floors import FIELDS, QUEUE, TABLE, TICKET, Drawn, Floors
from benchmarks.measure import Answer, Side, request
from benchmarks.people import Person
from benchmarks.world import TICKETS, World, longest_open_ticket
from webapp.accounts.models import Account, Organisation
from webapp.contracts.models import Contract, ServiceLevel, ServiceLevelVersion
from webapp.declarations.models import Campaign, CellValue, Return
from webapp.declarations.rules.form_models.model import Column, FormModel, Row, Table
from webapp.declarations.rules.form_models.registry import get_model
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketMessage
from webapp.helpdesk.queries.queue import ROW
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.rules.activities import activity

FILE = "1-0042"
RETURN = "ESF-2025-OPCO-0001"
APP, PUBLIC = "layouts/app.html", "layouts/public.html"


@dataclass(frozen=True)
class Page:
    """A page of ours, what its floor reads and draws, and what each right answer holds (a mark and how many times)."""

    what: str
    person: Person
    path: str
    mark: str
    times: int
    layout: str
    names: list[str]
    statement: Select[Any]
    drawn: Drawn
    rows: int
    source: str = TABLE
    floor_mark: str = "<tr><td>"


def pages(world: World, people: dict[str, Person]) -> Iterator[Page]:
    """Yield the pages."""
    with world.database.engine.connect() as connection:
        yield _queue(connection, people["camille.roux"])
        yield _search(connection, people["camille.roux"])
        yield _ticket(connection, people["camille.roux"])
        yield _editor(people["claire.fontaine"])
        yield _declaration(connection, people["ines.garnier"])
        yield _register(people[""])


def sides(page: Page, name: str, world: World, floors: Floors) -> tuple[Side, Side]:
    """Return the page and its floor, ready to be called."""
    address = floors.page(name, page.layout, page.what, page.names, page.statement, page.drawn, page.source)
    return (
        Side(world.app, lambda: request(page.path, page.person.cookie), _holds(page.mark, page.times), thread_time),
        Side(floors.app, lambda: request(address, page.person.cookie), _holds(page.floor_mark, page.rows), thread_time),
    )


def _holds(mark: str, times: int) -> Callable[[Answer], str | None]:
    def check(answer: Answer) -> str | None:
        status, _headers, body = answer
        found = body.count(mark.encode())
        if status != 200 or found != times or b"</html>" not in body:
            return f"status {status}, {found} times {mark!r} instead of {times}"
        return None

    return check


def _plain(rows: Any) -> list[list[Any]]:
    return [list(row) for row in rows]


_LISTED = (
    select(*ROW)
    .join(Organisation, Organisation.id == Ticket.organisation_id)
    .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
    .limit(50)
)


def _list(connection: Connection, person: Person, what: str, path: str, statement: Select[Any]) -> Page:
    assert len(connection.execute(statement).all()) == 50
    return Page(what, person, path, 'name="t"', 50, APP, ["", "Signalement", "Échéance"], statement, _as_read, 50, QUEUE, 'name="t"')


def _as_read(rows: Any) -> Any:
    return rows


def _queue(connection: Connection, person: Person) -> Page:
    statement = _LISTED.where(Ticket.is_open.is_(True)).order_by(Ticket.due_at.asc().nulls_last(), Ticket.id)
    return _list(connection, person, f"help-desk queue, 50 among {TICKETS:,} tickets", "/assistance/file", statement)


def _search(connection: Connection, person: Person) -> Page:
    """The floor asks the index for the word as it is typed."""
    index: Any = table("ticket_fts", column("rowid"), column("ticket_fts"))
    words = index.c.ticket_fts.op("MATCH")('{head said noted} : "import"')
    statement = _LISTED.join(index, index.c.rowid == Ticket.id).where(words, Ticket.is_open.is_(False)).order_by(index.c.rowid.desc())
    return _list(connection, person, f"search, 50 among {TICKETS:,} tickets", "/assistance/file?vue=archives&q=import", statement)


def _ticket(connection: Connection, person: Person) -> Page:
    """The floor reads the ticket with its names, its messages and its clock's events by one select."""
    reference = longest_open_ticket(connection)
    identifier = connection.execute(select(Ticket.id).where(Ticket.reference == reference)).scalar_one()
    assignee = aliased(Account)
    parts = union_all(
        select(
            TicketMessage.ticket_id,
            TicketMessage.at,
            TicketMessage.author_name.label("who"),
            TicketMessage.body.label("words"),
            literal("message").label("sort"),
            null().label("since"),
            null().label("until"),
        ).where(TicketMessage.ticket_id == identifier),
        select(
            TicketClockEvent.ticket_id,
            TicketClockEvent.at,
            TicketClockEvent.asked_by,
            TicketClockEvent.reason,
            TicketClockEvent.kind,
            TicketClockEvent.since,
            TicketClockEvent.until,
        ).where(TicketClockEvent.ticket_id == identifier),
    ).subquery()
    statement = (
        select(
            parts,
            *Ticket.__table__.c,
            Organisation.name.label("client"),
            assignee.full_name,
            Contract.number,
            ServiceLevel.label,
            ServiceLevelVersion.number.label("level_number"),
        )
        .join_from(Ticket, Organisation, Organisation.id == Ticket.organisation_id)
        .join(parts, parts.c.ticket_id == Ticket.id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Contract, Contract.id == Ticket.contract_id)
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
        .outerjoin(ServiceLevel, ServiceLevel.id == ServiceLevelVersion.service_level_id)
        .where(Ticket.reference == reference)
        .order_by(parts.c.at)
    )
    rows = connection.execute(statement).all()
    messages = sum(1 for row in rows if row.sort == "message")
    what = f"ticket with {messages} messages, {len(rows) - messages} clock events"
    path, mark, shown = f"/assistance/{reference}", '<div class="msg', messages + 1
    return Page(what, person, path, mark, shown, APP, [], statement, _as_read, shown, TICKET, mark)


def _editor(person: Person) -> Page:
    columns = activity("essais").columns
    statement = (
        select(DraftLine.number, GeneralLine.code, DraftLine.version, DraftLine.cells, DraftLine.published_digest, DraftLine.digest)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .join(Dossier, Dossier.id == DraftLine.dossier_id)
        .where(Dossier.number == FILE, ~DraftLine.deleted)
        .order_by(GeneralLine.rank, DraftLine.rank)
        .limit(100)
    )

    def drawn(rows: Any) -> list[list[Any]]:
        return [[row.number, *(row.cells.get(column.key, "") for column in columns), row.version] for row in rows]

    names = ["ligne", *(column.label for column in columns), "version"]
    return Page("scope editor, 100 of 1,000 lines", person, f"/portees/{FILE}", '<tr id="l', 100, APP, names, statement, drawn, 100)


def _declaration(connection: Connection, person: Person) -> Page:
    campaign = connection.execute(
        select(Campaign.model_code, Campaign.model_version).join(Return, Return.campaign_id == Campaign.id).where(Return.number == RETURN)
    ).one()
    model = get_model(campaign.model_code, campaign.model_version)
    whole = [table for table in model.tables.values() if not any(row.repeated for row in table.rows)]  # empty spare lines are not drawn
    return table_page(person, RETURN, model, max(whole, key=lambda one: len(list(one.entry_cells))))


def table_page(person: Person, number: str, model: FormModel, table: Table) -> Page:
    """Return the page of a table of a return that is being filled in; its floor draws the same fields."""
    statement = (
        select(
            CellValue.table_code,
            CellValue.row_code,
            CellValue.column_code,
            CellValue.kind,
            CellValue.raw,
            CellValue.value,
            CellValue.version,
            CellValue.edited_by_name,
            CellValue.edited_at,
        )
        .join(Return, Return.id == CellValue.return_id)
        .where(Return.number == number, CellValue.table_code.in_(sorted(model.scope_of(table).around)))
    )

    def drawn(rows: Any) -> list[tuple[Row, list[tuple[str, str, str, int] | None]]]:
        found = {(row.row_code, row.column_code): row for row in rows if row.table_code == table.code}

        def cell(row: Row, column: Column) -> tuple[str, str, str, int] | None:
            key = (row.code, column.code)
            if key not in table.cells or table.cells[key].formula is not None:
                return None
            stored = found.get(key)
            return (*key, stored.raw, stored.version) if stored else (*key, "", 0)

        return [(row, [cell(row, column) for column in table.columns]) for row in table.rows]

    entries = len(list(table.entry_cells))
    what = f"declaration table, {entries} cells to fill in, of a form of {len(model.cells):,}"
    path, names, mark = f"/declarations/{number}/tableaux/{table.code}", [column.label for column in table.columns], 'id="i-'
    return Page(what, person, path, mark, entries, APP, names, statement, drawn, entries, FIELDS, mark)


def _register(person: Person) -> Page:
    columns = activity("essais").columns
    last = (
        select(PublishedVersion.id)
        .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
        .where(Dossier.number == FILE)
        .order_by(PublishedVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(PublishedLine.number, PublishedLine.general_code, PublishedLine.cells)
        .where(PublishedLine.version_id == last)
        .order_by(PublishedLine.position)
        .limit(100)
    )

    def drawn(rows: Any) -> list[list[Any]]:
        return [[row.number, *(row.cells.get(column.key, "") for column in columns)] for row in rows]

    names = ["ligne", *(column.label for column in columns)]
    return Page("public register, 100 of 1,000 lines", person, f"/registre/{FILE}", '<tr id="l', 100, PUBLIC, names, statement, drawn, 100)
