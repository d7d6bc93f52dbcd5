"""Pages and saves against their floors: bare views of the same application, over the same database with the same driver.

A page's floor reads the same rows with one Core select and renders the same layout; a save's floor writes the same rows in one transaction.
"""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from lxml import html as lxml_html
from sqlalchemy import Select, Table, func, insert, select, update
from werkzeug.routing import Rule

from tests.support.client import CheckingClient, form_fields
from tests.support.demo import Demo, demonstration
from tests.support.statements import statements
from webapp.actor import SYSTEM
from webapp.db import Base
from webapp.web.access import ACCESS, PUBLIC
from webapp.web.state import state

RUNS = 7
TICKETS = 10_000
LAYOUT = """{% extends "layouts/app.html" %}{% block title %}{{ name }}{% endblock %}{% block heading %}{{ name }}{% endblock %}
{% block content %}<div class="box"><table class="rows"><tbody>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>{% endblock %}"""


@dataclass(frozen=True)
class Row:
    """One line of the table: our median and the floor's, in milliseconds, and the statements that ours takes."""

    what: str
    ours_ms: float
    floor_ms: float
    statements: int
    is_save: bool

    @property
    def ratio(self) -> float:
        """Throughput as a part of the floor's for a page; time as a multiple of the floor's for a save."""
        return self.ours_ms / self.floor_ms if self.is_save else self.floor_ms / self.ours_ms


def table(name: str) -> Table:
    """Return a mapped table."""
    return Base.metadata.tables[name]


def multiply_tickets(demo: Demo, wanted: int) -> None:
    """Fill the ticket table up to ``wanted`` rows with copies under other references."""
    tickets = table("ticket")
    with demo.database.transaction(SYSTEM) as session:
        rows = [dict(row._mapping) for row in session.execute(select(tickets).order_by(tickets.c.id))]
        copies = []
        for number in range(wanted - len(rows)):
            copy = {**rows[number % len(rows)], "reference": f"INC-1999-{number:06}-0", "year": 1999, "counter": number + 1}
            del copy["id"]
            copies.append(copy)
        session.execute(insert(tickets), copies)


def median_ms(call: Callable[[], object], number: int) -> float:
    """Return the median over ``RUNS`` of the mean time of one call, in milliseconds."""
    for _ in range(3):
        call()
    runs = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(number):
            call()
        runs.append((time.perf_counter() - began) / number * 1000)
    return statistics.median(runs)


def page_floor(app: Flask, name: str, query: Select[Any]) -> str:
    """Register a bare view that reads ``query`` and renders the layout; return its address."""

    def view() -> str:
        with state().database.engine.connect() as connection:
            rows = connection.execute(query).all()
        return render_template_string(LAYOUT, name=name, rows=rows)

    return _register(app, view, ["GET"])


def save_floor(app: Flask, write: Callable[[Any], None]) -> str:
    """Register a bare view that writes in one transaction; return its address."""

    def view() -> str:
        with state().database.transaction(SYSTEM) as session:
            write(session)
        return "ok"

    return _register(app, view, ["POST"])


def _register(app: Flask, view: Callable[[], str], methods: list[str]) -> str:
    endpoint = f"bench.{len(ACCESS)}"
    ACCESS[endpoint] = PUBLIC
    path = f"/mesure/{len(ACCESS)}"
    app.url_map.add(Rule(path, endpoint=endpoint, methods=methods))
    app.view_functions[endpoint] = view
    return path


class Bench:
    """The application under measure, people signed in, and the rows of the table."""

    def __init__(self) -> None:
        self.demo = demonstration()
        self.app = self.demo.app
        self.visitor = FlaskClient(self.app)
        self.rows: list[Row] = []

    def person(self, username: str) -> CheckingClient:
        """Return a signed-in browser that no longer checks what it fetches."""
        browser = self.demo.browser(username)
        browser.checks = False
        return browser

    def page(self, what: str, browser: FlaskClient, path: str, query: Select[Any], number: int = 20) -> None:
        """Measure one page and its floor, turn by turn in the same run."""
        floor = page_floor(self.app, what, query)
        with statements(self.demo.database.engine) as sent:
            answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert self.visitor.get(floor).status_code == 200
        ours = median_ms(lambda: browser.get(path), number)
        bare = median_ms(lambda: self.visitor.get(floor), number)
        self.rows.append(Row(what, ours, bare, len(sent), is_save=False))

    def save(self, what: str, prepare: Callable[[], Callable[[], Any]], write: Callable[[Any], None], number: int = 40) -> None:
        """Measure one save (``prepare`` is not timed) and its floor."""
        floor = save_floor(self.app, write)
        with statements(self.demo.database.engine) as sent:
            send = prepare()
            sent.clear()
            answer = send()
        assert answer.status_code in {200, 204, 303}, (what, answer.status_code, answer.text[:300])
        ours, bare = [], []
        for _ in range(number):
            send = prepare()
            began = time.perf_counter()
            send()
            ours.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            self.visitor.post(floor)
            bare.append((time.perf_counter() - began) * 1000)
        self.rows.append(Row(what, statistics.median(ours), statistics.median(bare), len(sent), is_save=True))


def queue_and_ticket(bench: Bench) -> None:
    """Measure the queue of 50 among 10,000 tickets, and one ticket."""
    multiply_tickets(bench.demo, TICKETS)
    tickets, messages = table("ticket"), table("ticket_message")
    agent = bench.person("camille.roux")
    shown = (tickets.c.reference, tickets.c.title, tickets.c.state, tickets.c.priority, tickets.c.contact_name, tickets.c.due_at)
    query = select(*shown).where(tickets.c.is_open).order_by(tickets.c.due_at, tickets.c.id).limit(50)
    bench.page("queue, 50 of 10,000 tickets", agent, "/assistance/file", query)
    with bench.demo.database.engine.connect() as connection:
        busiest = connection.execute(
            select(tickets.c.id, tickets.c.reference)
            .join(messages, messages.c.ticket_id == tickets.c.id)
            .where(tickets.c.year != 1999)
            .group_by(tickets.c.id, tickets.c.reference)
            .order_by(func.count().desc(), tickets.c.id)
        ).first()
    assert busiest is not None
    whole = (select(*shown, tickets.c.description, messages.c.body).join(messages, messages.c.ticket_id == tickets.c.id)).where(
        tickets.c.id == busiest.id
    )
    bench.page("ticket", agent, f"/assistance/{busiest.reference}", whole.order_by(messages.c.id))


def scopes(bench: Bench) -> None:
    """Measure the editor's 100 of 1,000 lines, one line saved, and the public register."""
    dossiers, lines, versions, published = table("dossier"), table("draft_line"), table("published_version"), table("published_line")
    with bench.demo.database.engine.connect() as connection:
        largest = connection.execute(
            select(dossiers.c.id, dossiers.c.number)
            .join(lines, lines.c.dossier_id == dossiers.c.id)
            .group_by(dossiers.c.id, dossiers.c.number)
            .order_by(func.count().desc())
        ).first()
        assert largest is not None
        one = connection.execute(
            select(lines).where(lines.c.dossier_id == largest.id, lines.c.deleted.is_(False)).order_by(lines.c.rank, lines.c.id)
        ).first()
        version = connection.execute(
            select(versions.c.id).where(versions.c.dossier_id == largest.id).order_by(versions.c.number.desc())
        ).scalar()
    assert one is not None
    editor = bench.person("claire.fontaine")
    path = f"/portees/{largest.number}"
    if editor.get(path).status_code != 200:
        editor = bench.person("hugo.mercier")
    hundred = select(lines.c.number, lines.c.rank, lines.c.cells, lines.c.version).where(lines.c.dossier_id == largest.id)
    bench.page("scope editor, 100 of 1,000 lines", editor, path, hundred.order_by(lines.c.rank, lines.c.id).limit(100))
    bench.save("one line saved", lambda: line_save(editor, f"{path}/lignes/{one.number}"), lambda session: write_line(session, one))
    rows = select(published).where(published.c.version_id == version).order_by(published.c.position).limit(100)
    bench.page("register, a published scope", bench.visitor, f"/registre/{largest.number}", rows)


def line_save(browser: CheckingClient, path: str) -> Callable[[], Any]:
    """Return a call that saves the line with its first text changed."""
    form = browser.get(path, headers={"HX-Request": "true"})
    root = lxml_html.fromstring(f"<table>{form.text}</table>")
    fields = {name: value or "" for name, value in form_fields(root)}
    text = next(name for name in fields if name not in {"csrf_token", "version", "once", "generale", "apres"})
    fields[text] = re.sub(r" \(\d+\)$", "", fields[text]) + f" ({time.monotonic_ns() % 100_000})"
    return lambda: browser.post(path, data=fields, headers={"HX-Request": "true"})


def write_line(session: Any, one: Any) -> None:
    """Write what a saved line writes: the line, its change, the file's date."""
    lines, changes, dossiers = table("draft_line"), table("scope_change"), table("dossier")
    now = one.updated_at
    session.execute(update(lines).where(lines.c.id == one.id).values(version=lines.c.version + 1, updated_at=now, cells=one.cells))
    change = {"organisation_id": one.organisation_id, "dossier_id": one.dossier_id, "account_id": None, "actor_name": "x", "at": now}
    change |= {"kind": "edit", "line_number": one.number, "line_version": 1, "before": one.cells, "after": one.cells}
    session.execute(insert(changes).values(change))
    session.execute(update(dossiers).where(dossiers.c.id == one.dossier_id).values(updated_at=now))


def fillable(browser: CheckingClient) -> str:
    """Return the address of a table of figures that the declarant may fill in."""
    browser.get("/declarations")
    for path in dict.fromkeys(re.findall(r'href="(/declarations/[A-Z0-9-]+)"', browser.last.text)):
        browser.get(path)
        for link in dict.fromkeys(re.findall(rf'href="({re.escape(path)}/[^"#?]+)"', browser.last.text)):
            browser.get(link)
            if browser.last.status_code == 200 and "hx-post=" in browser.last.text:
                return str(link)
    raise AssertionError("no table to fill in")


def declarations(bench: Bench) -> None:
    """Measure one declaration cell saved."""
    browser = bench.person("ines.garnier")
    path, cells = fillable(browser), table("cell_value")
    with bench.demo.database.engine.connect() as connection:
        cell = connection.execute(select(cells).order_by(cells.c.return_id, cells.c.table_code).limit(1)).first()
    assert cell is not None
    bench.save("one declaration cell saved", lambda: cell_save(browser, path), lambda session: write_cell(session, cell))


def cell_save(browser: CheckingClient, path: str) -> Callable[[], Any]:
    """Return a call that saves the page's first cell with another figure."""
    root = lxml_html.fromstring(browser.get(path).text)
    cell = root.cssselect("input[hx-post][name]")[0]
    name, url = cell.get("name"), cell.get("hx-post")
    token = root.xpath(f"//input[@name={name + '~'!r}]")[0].get("value")
    csrf = root.cssselect("input[name=csrf_token]")[0].get("value")
    fields = {"csrf_token": csrf, name: str(time.monotonic_ns() % 10_000), f"{name}~": token}
    return lambda: browser.post(url, data=fields, headers={"HX-Request": "true"})


def write_cell(session: Any, cell: Any) -> None:
    """Write what a saved cell writes: the cell, and the return's date."""
    cells = table("cell_value")
    key = (cells.c.return_id == cell.return_id) & (cells.c.table_code == cell.table_code)
    key &= (cells.c.row_code == cell.row_code) & (cells.c.column_code == cell.column_code)
    session.execute(update(cells).where(key).values(raw=str(time.monotonic_ns() % 10_000), version=cells.c.version + 1))


def rows() -> list[Row]:
    """Measure everything, in one run."""
    bench = Bench()
    for measure in (scopes, declarations, queue_and_ticket):
        measure(bench)
    return bench.rows
