"""The figures as they are shown: each is a table, and a chart of the same data with the sentence that sums it up.

Pages, CSV, workbooks and images are all drawn from the same ``Figure``.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.helpdesk.figures.attainment import attainment
from webapp.helpdesk.figures.durations import durations
from webapp.helpdesk.figures.figure import Figure, Line, Names, shown
from webapp.helpdesk.figures.flows import load, satisfaction, stock
from webapp.helpdesk.queries.figures import Asked
from webapp.texts import mark as _m

__all__ = ["READERS", "TOPICS", "Figure", "Line", "Names", "Topic", "shown"]


class Topic(StrEnum):
    """What a page of figures is about, as it stands in the URL."""

    ATTAINMENT = "delais-tenus"
    DURATIONS = "durees"
    BACKLOG = "stock"
    LOAD = "charge"
    SATISFACTION = "satisfaction"


TOPICS: dict[Topic, str] = {
    Topic.ATTAINMENT: _m("Délais tenus"),
    Topic.DURATIONS: _m("Durées"),
    Topic.BACKLOG: _m("Stock de tickets"),
    Topic.LOAD: _m("Charge par heure"),
    Topic.SATISFACTION: _m("Satisfaction"),
}


Reader = Callable[[Session, Actor, Asked, datetime, Names], list[Figure]]

READERS: dict[Topic, Reader] = {
    Topic.ATTAINMENT: attainment,
    Topic.DURATIONS: durations,
    Topic.BACKLOG: stock,
    Topic.LOAD: load,
    Topic.SATISFACTION: satisfaction,
}
