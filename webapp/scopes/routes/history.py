"""The page of one line's life, from its birth to its end and beyond."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _

from webapp.clock import Clock
from webapp.scopes.comparison import parts_of, said, value_parts
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.queries.lives import LineLife, line_life
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of
from webapp.scopes.routes.versions import head_context
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.lives import HAPPENING_LABELS, Dates, Event, life, stands, went_online_with
from webapp.scopes.rules.steps import STEP_LABELS
from webapp.scopes.rules.words import Part
from webapp.web.pages import page
from webapp.web.request import current_clock, get_session


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of a line: the step that made it, the values that it changed, and the version that it went online with."""

    label: str
    who: str
    at: datetime
    note: str
    step: int
    others: int
    values: Sequence[tuple[str, Sequence[Part]]]
    version: int | None


@blueprint.get("/<number>/lignes/<int(max=2147483647):line>/historique")
def line_history(number: str, line: int) -> Response:
    """Show where a line comes from, what changed in it and with which version, and how it ended."""
    head = head_of(number)
    known = line_life(get_session(), head.id, line)
    labels = {column.key: column.label for column in activity(head.activity).columns}
    events = public_events(known, current_clock())
    changes = [_change_view(row, known, labels) for row in known.changes]
    return page(
        "scopes/line_history.html",
        line=line,
        changes=changes[::-1],
        events=[(_(HAPPENING_LABELS[event.what]), event, value_parts(event, labels)) for event in events][::-1],
        stands=stands(events),
        live=known.live,
        born=changes[0] if changes and known.changes[0].before is None else None,
        **head_context(head),
    )


def public_events(known: LineLife, clock: Clock) -> list[Event]:
    """Return what happened to the line online, up to now."""
    rows = [(row, line) for row, line in known.versions if row.effective_at <= clock.now()]
    dates = [Dates(row.number, row.effective_at, row.withdrawn_at) for row, _line in rows]
    return life(dates, {row.number: line for row, line in rows if line is not None})


def _change_view(row: AnyRow, known: LineLife, labels: Mapping[str, str]) -> ChangeView:
    before, after = (_said_in_image(image, known.codes) for image in (row.before, row.after))
    asked = [(version.number, version.requested_at) for version, _line in known.versions]
    return ChangeView(
        str(_(STEP_LABELS[row.kind])),
        row.actor_name,
        row.at,
        row.note,
        row.id,
        row.line_count - 1,
        parts_of(before, after, labels),
        went_online_with(row.at, asked),
    )


def _said_in_image(image: Mapping[str, Any] | None, codes: Mapping[int, str]) -> dict[str, str]:
    return said(codes[image["general"]], image["cells"]) if image is not None and not image["deleted"] else {}
