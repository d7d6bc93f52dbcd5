"""The floors: bare Flask views over the same database, Jinja environment and layouts, without anything that Guichet adds.

A second Flask application in the same process shares the first one's engine, its Jinja environment (templates, filters, translations), its
secret key and its addresses, so that a page of it draws the same layout for the same person, menu and tokens included. It has no
``before_request`` and no ``after_request``: nobody is looked up in the database (the person is a constant), nothing is
checked, no header is added, nothing is compressed (nor is it on the other side: the requests accept no encoding).

- The floor of a page reads the same rows with one Core select and draws them as a bare table; those of the queue, of a ticket
  and of a table to fill in with the HTML that ours have for the same row.
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

_PAGE = """{% extends layout %}
{% block title %}{{ title }}{% endblock %}
{% block heading %}{{ title }}{% endblock %}
{% block content %}
"""
TABLE = (
    _PAGE
    + """<table><thead><tr>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endblock %}
"""
)
#: The queue's list: the same boxes, links, chips and times, their words as they are stored.
QUEUE = (
    _PAGE
    + """<div id="file"><table class="rows"><caption>{{ title }}</caption>
<thead><tr>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
{% set drawn %}
{% for row in rows %}
<tr><td><input type="checkbox" name="t" value="{{ row.reference }}" form="lot" data-key="x" data-now \
aria-label="Choisir {{ row.reference }}"></td><td><a id="r{{ row.id }}" data-step="1" data-key="o" href="/assistance/{{ row.reference }}" \
hx-get="/assistance/{{ row.reference }}" hx-target="#ticket" hx-swap="outerHTML show:top">{{ row.title }}</a><br><span class="ref">\
{{ row.reference }} · {{ row.client }}</span></td><td data-label="Échéance"><span class="chip ok">{{ row.state }}</span>\
{% if row.due_at %}<br><span class="ref">\
<time datetime="{{ row.due_at }}" title="{{ row.due_at }}">{{ row.due_at }}</time></span>{% endif %}\
</td></tr>
{% endfor %}
{% endset %}
<tbody>{{ drawn }}</tbody></table></div>
{% endblock %}
"""
)
#: A table of a return: its cells with their fields, texts as they are stored; computed cells stay empty.
FIELDS = (
    _PAGE
    + """<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<div class="box scroll"><table class="rows grid"><thead><tr><td></td>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}\
</tr></thead>
<tbody>
{% for row, cells in rows %}<tr><th scope="row" id="r-{{ row.code }}">{{ row.label }}</th>
{% for cell in cells %}<td class="n">{% if cell %}<div id="v-{{ cell[0] }}-{{ cell[1] }}"><input id="i-{{ cell[0] }}-{{ cell[1] }}" \
class="fig l" name="{{ cell[0] }}.{{ cell[1] }}" value="{{ cell[2] }}" autocomplete="off" \
aria-labelledby="r-{{ cell[0] }} c-{{ cell[1] }}">\
<input type="hidden" name="{{ cell[0] }}.{{ cell[1] }}~" value="{{ cell[3] }}|{{ cell[2] }}"></div>{% endif %}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div></form>
{% endblock %}
"""
)
#: A ticket: its head, its facts, its exchange and the form of a reply.
TICKET = (
    _PAGE
    + """{% set first = rows[0] %}
<section id="ticket" class="box pad"><div class="bar"><h2>{{ first.title }}</h2><span class="chip ok">{{ first.state }}</span></div>
<p class="ref"><a href="/assistance/{{ first.reference }}">{{ first.reference }}</a> · {{ first.client }} · {{ first.number }} · \
{{ first.label }} · {{ first.service }} · {{ first.full_name }}</p>
<dl class="facts"><dt>État</dt><dd>{{ first.state }}</dd><dt>Première réponse</dt><dd>{{ first.first_response_due_at }}</dd>\
<dt>Rétablissement</dt><dd>{{ first.restoration_due_at }}</dd><dt>Conséquences</dt><dd>{{ first.consequences }}</dd>\
<dt>Où</dt><dd>{{ first.location }}</dd><dt>Interlocuteur</dt><dd>{{ first.contact_name }} · {{ first.contact_phone }} · \
{{ first.contact_email }}</dd><dt>Notifié</dt><dd>{{ first.notified_at }}</dd></dl>
<div class="msg"><b>{{ first.contact_name }}</b> <span class="ref">{{ first.notified_at }}</span>{{ first.description }}</div>
{% for row in rows %}
{% if row.sort == "message" %}<div class="msg"><b>{{ row.who }}</b> <span class="ref">{{ row.at }}</span>{{ row.words }}</div>
{% else %}<p class="ref">{{ row.at }} · {{ row.sort }}{% if row.words %} · {{ row.words }}{% endif %}</p>
{% endif %}
{% endfor %}
<form id="reponse" class="talk" method="post" action="/assistance/{{ first.reference }}/messages">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}"><input type="hidden" name="version" value="{{ first.version }}">
<label for="body">Réponse</label><textarea id="body" name="body" rows="5"></textarea>
<div class="bar acts"><button class="btn p" name="do" value="reply">Répondre</button></div></form>
</section>
{% endblock %}
"""
)

Drawn = Callable[[Any], Any]


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
        self.people: dict[str, User] = {}
        manager = LoginManager()
        manager.session_protection = None
        manager.user_loader(self.people.get)
        self.app.login_manager = manager  # not init_app: that would add a hook

    def knows(self, user: User) -> None:
        """Let a signed-in person's cookie be theirs here too."""
        self.people[user.get_id()] = user

    def page(self, name: str, layout: str, title: str, names: list[str], statement: Select[Any], drawn: Drawn, source: str = TABLE) -> str:
        """Add a page that draws the rows of one select by the template in ``source``; return its address."""
        engine, template = self.world.database.engine, self.world.app.jinja_env.from_string(source)

        def view() -> str:
            with engine.connect() as connection:
                rows = connection.execute(statement).all()
            return render_template(template, layout=layout, title=title, names=names, rows=drawn(rows))

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
