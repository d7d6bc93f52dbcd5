"""How long first responses and restorations took."""

from datetime import datetime, timedelta
from itertools import pairwise

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.charts import Chart, Series
from webapp.helpdesk.figures.figure import Figure, Line, Names, amount, shown
from webapp.helpdesk.queries import figures as queries
from webapp.helpdesk.queries.figures import Asked
from webapp.helpdesk.rules.figures import (
    CLASSES,
    PERCENTILES,
    Distribution,
    share,
)
from webapp.spreadsheet import Cell
from webapp.web.i18n import business_duration


def durations(session: Session, actor: Actor, asked: Asked, _now: datetime, _names: Names) -> list[Figure]:
    """Read how long first responses and restorations took."""
    responses, cut = queries.response_minutes(session, actor, asked)
    response, restoration = Distribution(responses), Distribution(queries.restoration_minutes(session, actor, asked))
    note = _("Calculé sur les %(most)s premières réponses les plus récentes.", most=amount(queries.MOST_RESPONSES)) if cut else ""
    return [
        _distribution(
            "premiere-reponse", _("Délai de première réponse"), response, note,
            _("Temps ouvré entre la notification et la première réponse publique, sur le calendrier du ticket, pour les tickets notifiés "
              "pendant la période et qui ont reçu une réponse."),
        ),
        _distribution(
            "retablissement", _("Durée des interruptions"), restoration, "",
            _("Temps ouvré de l’interruption tel que la clôture l’a fixé, pauses et travaux programmés déduits, pour les tickets notifiés "
              "pendant la période et clos comme interruptions."),
        ),
        _percentiles(response, restoration),
    ]  # fmt: skip


def class_names() -> list[str]:
    """Say the classes of a distribution."""
    bounds = [business_duration(timedelta(minutes=bound)) for bound in CLASSES]
    middle = [_("%(low)s à %(high)s", low=low, high=high) for low, high in pairwise(bounds)]
    return [_("moins de %(bound)s", bound=bounds[0]), *middle, _("%(bound)s et plus", bound=bounds[-1])]


def _distribution(key: str, title: str, found: Distribution, note: str, definition: str) -> Figure:
    classes, lines, reached = found.classes(), [], 0
    for name, count in zip(class_names(), classes, strict=True):
        reached += count
        lines.append(Line(name, (count, share(count, found.total), share(reached, found.total))))
    headings = (_("Durée ouvrée"), _("Tickets"), _("Part (%)"), _("Part cumulée (%)"))
    chart = Chart(title, tuple(line.name for line in lines), (Series(_("Tickets"), tuple(classes)),), nothing=_("Aucun ticket"))
    half, most = found.percentile(50), found.percentile(90)
    said = (
        _("Aucun ticket sur cette période.")
        if half is None or most is None
        else _(
            "%(all)s tickets : la moitié en %(half)s ouvrées au plus, neuf sur dix en %(most)s au plus.",
            all=amount(found.total), half=_minutes(half), most=_minutes(most),
        )
    )  # fmt: skip
    return Figure(key, title, definition, headings, tuple(lines), chart, said, note)


def _minutes(minutes: int) -> str:
    return business_duration(timedelta(minutes=minutes))


def _percentiles(response: Distribution, restoration: Distribution) -> Figure:
    lines = []
    for rank in PERCENTILES:
        values = [found.percentile(rank) for found in (response, restoration)]
        lines.append(Line(_("%(rank)s %% des tickets", rank=rank), tuple(timedelta(minutes=v) if v is not None else None for v in values)))
    names = (_("1re réponse"), _("Rétablissement"))
    hours = [Series(name, tuple(_hours(line.cells[place]) for line in lines)) for place, name in enumerate(names)]
    said = _("Neuf tickets sur dix : première réponse en %(response)s, rétablissement en %(restoration)s, en temps ouvré.",
             response=shown(lines[2].cells[0]), restoration=shown(lines[2].cells[1]))  # fmt: skip
    definition = _(
        "La durée ouvrée que cette part des tickets n’a pas dépassée, à la minute inférieure. Une journée ouvrée compte 8 heures."
    )
    chart = Chart(_("Percentiles"), tuple(line.name for line in lines), tuple(hours), unit="h", nothing=_("Aucun ticket"))
    return Figure("percentiles", _("Percentiles"), definition, (_("Part"), *names), tuple(lines), chart, said)


def _hours(cell: Cell) -> float | None:
    return cell / timedelta(hours=1) if isinstance(cell, timedelta) else None
