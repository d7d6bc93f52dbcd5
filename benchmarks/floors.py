"""The floors: bare Flask views over the same database, Jinja environment and layouts, without anything that Guichet adds.

A second Flask application in the same process shares the first one's engine, its Jinja environment (templates, filters, translations), its
secret key and its addresses, so that a page of it draws the same layout for the same person, menu and tokens included. It has no
``before_request`` and no ``after_request``: nobody is looked up in the database (the person is a constant), nothing is
checked, no header is added, nothing is compressed (nor is it on the other side: the requests accept no encoding).

- The floor of a page reads the same rows with one Core select and draws them as a bare table.
- The floor of a save reads the same form, writes the same rows in one transaction, and answers 303 to the same place.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, render_template, request
from flask_login import LoginManager
from sqlalchemy import Connection, Select
from werkzeug.wrappers import Response

from benchmarks.world import World
from webapp.accounts.auth import User

TABLE = """{% extends layout %}
{% block title %}{{ title }}{% endblock %}
{% block heading %}{{ title }}{% endblock %}
{% block content %}
<table><thead><tr>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endblock %}
"""

Drawn = Callable[[Any], list[list[Any]]]


class Floors:
    """The second application. Its addresses are under ``/plancher/``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app = Flask("plancher")
        self.app.config.update(world.app.config)
        self.app.extensions = world.app.extensions
        self.app.jinja_env = world.app.jinja_env
        self.app.template_context_processors = world.app.template_context_processors
        self.app.url_map = world.app.url_map
        self.app.view_functions = dict(world.app.view_functions)
        self.template = world.app.jinja_env.from_string(TABLE)
        self.people: dict[str, User] = {}
        manager = LoginManager()
        manager.session_protection = None
        manager.user_loader(self.people.get)
        self.app.login_manager = manager  # not init_app: that would add a hook

    def knows(self, user: User) -> None:
        """Let a signed-in person's cookie be theirs here too."""
        self.people[user.get_id()] = user

    def page(self, name: str, layout: str, title: str, names: list[str], statement: Select[Any], drawn: Drawn) -> str:
        """Add a page that draws the rows of one select; return its address."""
        engine = self.world.database.engine

        def view() -> str:
            with engine.connect() as connection:
                rows = connection.execute(statement).all()
            return render_template(self.template, layout=layout, title=title, names=names, rows=drawn(rows))

        return self._add(name, view, "GET")

    def save(self, name: str, target: str, writes: Callable[[Connection, Any], None]) -> str:
        """Add a save that calls ``writes`` with a connection and the form in one transaction; return its address."""
        engine = self.world.database.engine.execution_options(sqlite_begin="IMMEDIATE")

        def view() -> Response:
            with engine.begin() as connection:
                writes(connection, request.form)
            return redirect(target, 303)

        return self._add(name, view, "POST")

    def _add(self, name: str, view: Callable[[], Any], method: str) -> str:
        endpoint, path = f"plancher.{name}", f"/plancher/{name}"
        self.app.view_functions[endpoint] = view
        self.app.url_map.add(self.app.url_rule_class(path, endpoint=endpoint, methods=[method]))
        return path
