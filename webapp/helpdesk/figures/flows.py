"""What came in and when, what went out, what was left, and what clients said of it."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.charts import Chart, Kind, Series
from webapp.helpdesk.figures.figure import Figure, Line, Names, amount, as_share, days_of, month_name, whole
from webapp.helpdesk.queries import figures as queries
from webapp.helpdesk.queries.figures import Asked
from webapp.helpdesk.rules.figures import (
    backlog,
    mean_score,
    share,
    weekly_load,
)


def stock(session: Session, actor: Actor, asked: Asked, _now: datetime, _names: Names) -> list[Figure]:
    """Read what came in, what went out, and what was left."""
    months = asked.period.months()
    flows = backlog(queries.comings_and_goings(session, actor, asked), len(months))
    lines = tuple(
        Line(month_name(month.first), (flow.opened, flow.closed, flow.open_at_end), days_of(month))
        for month, flow in zip(months, flows, strict=True)
    )
    names = (_("Ouverts"), _("Clos"), _("En cours à la fin du mois"))
    title = _("Tickets ouverts, clos et en cours")
    chart = Chart(
        title, tuple(line.name for line in lines),
        tuple(Series(name, tuple(whole(line.cells[place]) for line in lines)) for place, name in enumerate(names)),
    )  # fmt: skip
    said = _(
        "%(opened)s tickets ouverts et %(closed)s clos sur la période ; %(left)s en cours à la fin.",
        opened=amount(sum(flow.opened for flow in flows)), closed=amount(sum(flow.closed for flow in flows)),
        left=amount(flows[-1].open_at_end),
    )  # fmt: skip
    definition = _(
        "Ouverts : notifiés dans le mois. Clos : dont la dernière clôture (ou le classement hors interruption) est dans le mois. En cours "
        ": notifiés avant la fin du mois et pas encore clos alors ; un ticket rouvert compte comme en cours depuis sa notification. Les "
        "doublons fusionnés ne comptent pas. Le dernier mois s’arrête à la fin de la période."
    )
    return [Figure("stock", title, definition, (_("Mois"), *names), lines, chart, said)]


def load(session: Session, actor: Actor, asked: Asked, _now: datetime, _names: Names) -> list[Figure]:
    """Read when tickets are notified: by hour of the day, and by day of the week, in Paris time."""
    week = weekly_load(queries.hours_of_notification(session, actor, asked))
    days = [date(2024, 1, 1 + day) for day in range(7)]  # a week that begins on a Monday
    hours, brief = [_hour(hour) for hour in range(24)], [str(format_date(day, "EEE")) for day in days]
    by_hour, by_day = [sum(day[hour] for day in week) for hour in range(24)], [sum(day) for day in week]
    columns = [[day[hour] for day in week] for hour in range(24)]
    return [
        _busy("heure", _("Notifications par heure"), _("Heure"), hours, by_hour, tuple(brief), columns),
        _busy("jour", _("Notifications par jour de la semaine"), _("Jour"), [str(format_date(day, "EEEE")) for day in days], by_day),
    ]


def _busy(
    key: str, title: str, first: str, names: list[str], counts: list[int], more: tuple[str, ...] = (), columns: Sequence[list[int]] = ()
) -> Figure:
    """Make a figure of how tickets spread over hours or days; ``more`` and ``columns`` add columns to each line."""
    total, most = sum(counts), max(range(len(counts)), key=lambda place: counts[place])
    definition = _(
        "Tickets notifiés pendant la période, à l’heure légale de Paris (changements d’heure compris), doublons fusionnés exclus."
    )
    lines = [
        Line(name, (count, share(count, total), *(columns[place] if columns else ())))
        for place, (name, count) in enumerate(zip(names, counts, strict=True))
    ]
    nothing = _("Aucun ticket sur cette période")
    said = _(
        "%(all)s tickets ; le plus chargé : %(name)s, avec %(count)s.", all=amount(total), name=names[most], count=amount(counts[most])
    )
    chart = Chart(title, tuple(names), (Series(_("Tickets"), tuple(counts)),), nothing=nothing)
    return Figure(
        key, title, definition, (first, _("Tickets"), _("Part (%)"), *more), tuple(lines), chart, said if total else f"{nothing}."
    )


def _hour(hour: int) -> str:
    return f"{hour}\N{NO-BREAK SPACE}h"


def satisfaction(session: Session, actor: Actor, asked: Asked, _now: datetime, _names: Names) -> list[Figure]:
    """Read what clients said of the tickets that have ended."""
    months = asked.period.months()
    given, ended = queries.scores(session, actor, asked)
    lines = []
    for place, month in enumerate(months):
        marks = {score: given.get((place, score), 0) for score in range(1, 6)}
        answers = sum(marks.values())
        cells = (ended[place], answers, share(answers, ended[place]), mean_score(marks), *marks.values())
        lines.append(Line(month_name(month.first), cells, days_of(month) if ended[place] else {}))
    everything = {score: sum(count for (_place, mark), count in given.items() if mark == score) for score in range(1, 6)}
    answers, mean = sum(everything.values()), mean_score(everything)
    title = _("Satisfaction par mois")
    headings = (
        _("Mois"),
        _("Tickets terminés"),
        _("Réponses"),
        _("Réponses (%)"),
        _("Note moyenne"),
        *(f"{score}/5" for score in range(1, 6)),
    )
    chart = Chart(
        title, tuple(line.name for line in lines),
        (Series(_("Note moyenne"), tuple(as_share(line.cells[3]) for line in lines)),), Kind.LINES, 5, nothing=_("Aucune réponse"),
    )  # fmt: skip
    said = (
        _("%(answers)s réponses pour %(ended)s tickets terminés ; note moyenne %(mean)s sur 5.",
          answers=amount(answers), ended=amount(sum(ended)), mean=amount(mean))
        if mean is not None else _("Aucune réponse pour %(ended)s tickets terminés.", ended=amount(sum(ended)))
    )  # fmt: skip
    definition = _(
        "La note de 1 (pas du tout satisfait) à 5 que le client donne après la fin de son ticket, par mois de notification du ticket. "
        "Seule la dernière réponse d’un ticket compte."
    )
    return [Figure("satisfaction", title, definition, headings, tuple(lines), chart, said)]
