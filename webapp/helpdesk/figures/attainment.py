"""Promises kept: by month, level and client."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.charts import Chart, Kind, Series
from webapp.helpdesk.figures.figure import Figure, Line, Names, amount, as_share, days_of, hundredths, month_name, whole
from webapp.helpdesk.queries import figures as queries
from webapp.helpdesk.queries.figures import Asked
from webapp.helpdesk.rules.figures import (
    Tally,
    add_up,
    extremes,
    share,
)

#: Bars of one chart; a table has all its lines.
MOST_BARS = 15


def attainment(session: Session, actor: Actor, asked: Asked, now: datetime, names: Names) -> list[Figure]:
    """Read what was promised and kept: by month, by level, and by client when there are several."""
    rows, months = queries.attainment(session, actor, asked, now), asked.period.months()
    by_month = add_up((row.month, row.tally) for row in rows)
    by_level = add_up((row.level_id, row.tally) for row in rows)
    by_client = add_up((row.organisation_id, row.tally) for row in rows)
    monthly = [_tally_line(month_name(month.first), by_month.get(place, Tally()), **days_of(month)) for place, month in enumerate(months)]
    levels = sorted((names.level(key), key or 0, tally) for key, tally in by_level.items())
    clients = sorted((names.clients.get(key, "—"), key, tally) for key, tally in by_client.items())
    by_name = [_tally_line(name, tally, **names.filter_of(key)) for name, key, tally in levels]
    figures = [
        _kept("mois", _("Délais tenus par mois"), _("Mois"), monthly, Kind.LINES),
        _kept(
            "niveau",
            _("Délais tenus par niveau de service"),
            _("Niveau"),
            by_name,
        ),
    ]
    if len(by_client) > 1:
        lines = [_tally_line(name, tally, client=str(key)) for name, key, tally in clients]
        figures.append(_kept("client", _("Délais tenus par client"), _("Client"), lines))
    return figures


def _tally_line(name: str, tally: Tally, **narrowed: str) -> Line:
    cells = (
        tally.tickets,
        tally.response_met,
        tally.response_missed,
        tally.response_share,
        tally.restoration_met,
        tally.restoration_missed,
        tally.restoration_share,
    )
    return Line(name, cells, narrowed if tally.tickets else {})


def _kept(key: str, title: str, first: str, lines: Sequence[Line], kind: Kind = Kind.ROWS) -> Figure:
    """Make a figure of promises kept: shares in hundredths of what can be judged."""
    headings = (
        first, _("Tickets"), _("Réponses à temps"), _("Réponses en retard"), _("Réponses à temps (%)"),
        _("Rétablis à temps"), _("Rétablis en retard"), _("Rétablis à temps (%)"),
    )  # fmt: skip
    definition = _(
        "Un ticket compte dans le mois de sa notification. La première réponse est dans le délai si elle est donnée au plus tard à "
        "l’échéance du niveau de service ; le rétablissement de même, pauses et travaux programmés déduits. Sont comptés hors délai les "
        "tickets dont l’échéance est passée sans réponse ou sans rétablissement. Ne sont pas jugés les tickets encore dans leur délai, les "
        "signalements qui n’étaient pas des interruptions (pour le rétablissement) ni les doublons fusionnés."
    )
    drawn = lines if kind is Kind.LINES else sorted(lines, key=lambda line: -whole(line.cells[0]))[:MOST_BARS]
    series = tuple(
        Series(name, tuple(as_share(line.cells[place]) for line in drawn))
        for name, place in ((_("1re réponse"), 3), (_("Rétablissement"), 6))
    )
    chart = Chart(title, tuple(line.name for line in drawn), series, kind, 100, "%", _("Aucun ticket sur cette période"))
    said = " ".join([_kept_said(_("Première réponse"), lines, 1), _kept_said(_("Rétablissement"), lines, 4)])
    note = _("Le graphique montre les %(most)s premiers par nombre de tickets.", most=MOST_BARS) if len(drawn) < len(lines) else ""
    return Figure(key, title, definition, headings, tuple(lines), chart, said, note)


def _kept_said(what: str, lines: Sequence[Line], place: int) -> str:
    """Sum up one promise: its share over all the lines, and the lowest and highest line."""
    met, missed = (sum(whole(line.cells[column]) for line in lines) for column in (place, place + 1))
    if not met + missed:
        return str(_("%(what)s : aucune échéance à juger.", what=what))
    said = _(
        "%(what)s : %(share)s dans le délai (%(met)s sur %(all)s).",
        what=what,
        share=hundredths(share(met, met + missed)),
        met=amount(met),
        all=amount(met + missed),
    )
    shares = [as_share(line.cells[place + 2]) for line in lines]
    ends = extremes(shares)
    if ends is None or len(lines) < 2:
        return str(said)
    low, high = ends
    spread = _(
        "De %(low)s (%(at)s) à %(high)s (%(to)s).",
        low=hundredths(shares[low]),
        at=lines[low].name,
        high=hundredths(shares[high]),
        to=lines[high].name,
    )
    return f"{said} {spread}"
