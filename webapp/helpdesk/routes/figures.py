"""The figures of the help desk: pages by subject, and each figure as an image, a CSV and a workbook.

Everything asked for stands in the URL. The desk sees every client; everybody else the figures of their own organisation.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from webapp import charts
from webapp.clock import PARIS
from webapp.errors import NotFound
from webapp.helpdesk.figures import READERS, TOPICS, Figure, Line, Names, Topic, shown
from webapp.helpdesk.forms.tickets import service_choices
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries import figures as queries
from webapp.helpdesk.queries.figures import Asked
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.figures import MOST_MONTHS, Period, usual_period
from webapp.helpdesk.rules.services import ServiceType
from webapp.spreadsheet import CSV_TYPE, XLSX_TYPE, Cell, Sheet, csv_lines, xlsx
from webapp.web.forms import FIRST_YEAR, whole
from webapp.web.i18n import language, paris_date
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session

FILTERS = ("du", "au", "client", "niveau", "service")

blueprint.add_app_template_filter(shown, "figure_cell")


@dataclass(frozen=True, slots=True)
class Read:
    """What the URL asks: as typed, as understood (None when it cannot be), and what is wrong with it, by field."""

    typed: dict[str, str]
    asked: Asked | None
    errors: dict[str, str]
    names: Names

    def query(self, **changes: str) -> str:
        """Return the filters as the query of a URL, without those that are empty."""
        kept = {name: value for name, value in {**self.typed, **changes}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


@blueprint.get("/assistance/chiffres")
@blueprint.get("/assistance/chiffres/<topic>")
def figures(topic: str = Topic.ATTAINMENT) -> Response:
    """Show the figures of a subject, the promises kept first."""
    here = _topic(topic)
    session, actor, now = get_session(), current_actor(), current_clock().now()
    read = _read()
    found = READERS[here](session, actor, read.asked, now, read.names) if read.asked else []
    return page(
        "helpdesk/figures.html",
        422 if read.errors else 200,
        here=here,
        topics=[(key, _(words), _path(key) + read.query()) for key, words in TOPICS.items()],
        read=read,
        figures=[(figure, _addresses(here, figure, read), [_link(line, read) for line in figure.lines]) for figure in found],
        services=service_choices(),
        desk=works_the_desk(actor),
        width=charts.WIDTH,
    )


@blueprint.get("/assistance/chiffres/<topic>/<key>.svg")
def figure_image(topic: str, key: str) -> Response:
    """Give the image of a figure; the browser asks again with its mark, and is told when nothing has changed."""
    image = charts.svg(_figure(topic, key).chart)
    response = Response(image, mimetype=charts.SVG_TYPE)
    response.headers["Content-Security-Policy"] = charts.POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(charts.digest(image))
    response.make_conditional(request)
    return response


@blueprint.get("/assistance/chiffres/<topic>/<key>.csv")
def figure_csv(topic: str, key: str) -> Response:
    """Give the table of a figure as CSV."""
    figure = _figure(topic, key)
    return _attached(Response(csv_lines(figure.headings, _rows(figure)), mimetype=CSV_TYPE), key, "csv")


@blueprint.get("/assistance/chiffres/<topic>/<key>.xlsx")
def figure_workbook(topic: str, key: str) -> Response:
    """Give the table of a figure as a workbook, with what is counted on a second sheet."""
    figure = _figure(topic, key)
    meaning = Sheet(_("Définition"), [_("Définition")], [[text] for text in (figure.definition, figure.said, figure.note) if text])
    content = xlsx([Sheet(figure.title, figure.headings, _rows(figure)), meaning], title=figure.title, language=language())
    return _attached(Response(content, mimetype=XLSX_TYPE), key, "xlsx")


def _rows(figure: Figure) -> list[list[Cell]]:
    return [[line.name, *line.cells] for line in figure.lines]


def _attached(response: Response, key: str, kind: str) -> Response:
    today = current_clock().now().astimezone(PARIS)
    response.headers["Content-Disposition"] = f'attachment; filename="assistance-{key}-{today:%Y-%m-%d}.{kind}"'
    return response


def _topic(name: str) -> Topic:
    if name not in set(Topic):
        abort(404)
    return Topic(name)


def _figure(topic: str, key: str) -> Figure:
    """Read one figure again: an image or a file is asked for apart from its page."""
    read = _read()
    if read.asked is None:
        abort(400)
    found = READERS[_topic(topic)](get_session(), current_actor(), read.asked, current_clock().now(), read.names)
    for figure in found:
        if figure.key == key:
            return figure
    raise NotFound


def _path(topic: Topic) -> str:
    return url_for("helpdesk.figures", topic=topic) if topic is not Topic.ATTAINMENT else url_for("helpdesk.figures")


def _addresses(topic: Topic, figure: Figure, read: Read) -> dict[str, str]:
    """Return where the image and the files of a figure are."""
    places = {"svg": "helpdesk.figure_image", "csv": "helpdesk.figure_csv", "xlsx": "helpdesk.figure_workbook"}
    return {kind: url_for(endpoint, topic=topic, key=figure.key) + read.query() for kind, endpoint in places.items()}


def _link(line: Line, read: Read) -> str:
    """Return where the queue's archive lists the tickets of a line that have ended, for those who work the desk."""
    if not line.narrowed or read.asked is None or not works_the_desk(current_actor()):
        return ""
    period, level = read.asked.period, read.names.codes.get(read.asked.level_id or 0, "")
    whole_period = {"notifie_du": period.first.isoformat(), "notifie_au": period.last.isoformat()}
    asked = {"client": read.typed["client"], "niveau": level, "service": read.typed["service"], **whole_period, **line.narrowed}
    return f"{url_for('helpdesk.queue')}?{urlencode({'vue': 'archives', **{name: value for name, value in asked.items() if value}})}"


def _read() -> Read:
    """Read the period and the filters from the URL; the client of somebody outside the desk is their own organisation."""
    session, actor = get_session(), current_actor()
    typed = {name: request.args.get(name, "").strip()[:40] for name in FILTERS}
    rows = queries.clients(session) if works_the_desk(actor) else []
    levels = queries.levels(session)
    codes = {key: code for key, _label, code in levels}
    names = Names({key: label for key, label, _code in levels}, {key: name for key, name, _open in rows}, codes)
    errors: dict[str, str] = {}
    period = _period(typed, errors)
    client, level = whole(typed["client"]), whole(typed["niveau"])
    if typed["client"] and client not in names.clients:
        raise NotFound
    if typed["niveau"] and level not in {0, *names.levels}:
        errors["niveau"] = _("Choisissez un niveau de la liste.")
    if typed["service"] and typed["service"] not in set(ServiceType):
        errors["service"] = _("Choisissez un service de la liste.")
    if errors or period is None:
        return Read(typed, None, errors, names)
    service = ServiceType(typed["service"]) if typed["service"] else None
    return Read(typed, Asked(period, client, level, service), errors, names)


def _period(typed: dict[str, str], errors: dict[str, str]) -> Period | None:
    """Read the period: the twelve months that end today unless days are given; it never goes beyond today."""
    today = current_clock().now().astimezone(PARIS).date()
    usual = usual_period(today)
    first, last = (_day(typed, name, default, errors) for name, default in (("du", None), ("au", usual.last)))
    if errors or last is None:
        return None
    last = min(last, today)
    if first is None:
        first = usual_period(last).first
    if first > last:
        errors["du"] = _("Le premier jour ne peut pas venir après le dernier (%(last)s).", last=paris_date(last))
    elif first < last - timedelta(days=31 * MOST_MONTHS):
        errors["du"] = _("Choisissez une période de %(most)s mois au plus.", most=MOST_MONTHS)
    return None if errors else Period(first, last)


def _day(typed: dict[str, str], name: str, default: date | None, errors: dict[str, str]) -> date | None:
    if not typed[name]:
        return default
    try:
        day = date.fromisoformat(typed[name])
    except ValueError:
        errors[name] = _("Donnez une date comme 2026-01-31.")
        return None
    if day.year < FIRST_YEAR:
        errors[name] = _("Donnez une date à partir de l’an %(first)d.", first=FIRST_YEAR)
        return None
    return day
