"""What the events of a ticket come to, site by site: deadlines and durations (FL-12.4). Services store it, pages explain it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.helpdesk.rules.account import Durations, account
from webapp.helpdesk.rules.clock import ClockEvent, ClockInputs, Reason, planned_exclusion, replay_sites
from webapp.helpdesk.rules.deadlines import Target, restoration_due
from webapp.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that is counted by itself: a site on its calendar, or (``site_id`` None) the whole of a ticket without sites."""

    site_id: int | None
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What the events come to at one site. ``due_at`` is None while it is suspended with no end known; ``durations`` while it runs."""

    site_id: int | None
    inputs: ClockInputs
    due_at: datetime | None
    durations: Durations | None

    @property
    def late(self) -> bool:
        """Tell whether the site was restored after its deadline."""
        return self.inputs.stopped_at is not None and self.due_at is not None and self.inputs.stopped_at > self.due_at


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The figures of every site of a ticket, in the order in which they were asked for; at least one."""

    sites: tuple[SiteFigures, ...]
    elapsed_counts: bool

    @property
    def running(self) -> tuple[SiteFigures, ...]:
        """The sites still counted, suspended or not."""
        return tuple(site for site in self.sites if site.inputs.stopped_at is None)

    @property
    def paused(self) -> bool:
        """Tell whether a site still counted is suspended."""
        return any(site.inputs.paused for site in self.running)

    @property
    def stopped_at(self) -> datetime | None:
        """When the last site was restored; None while one is still counted."""
        ends = [site.inputs.stopped_at for site in self.sites if site.inputs.stopped_at is not None]
        return max(ends) if len(ends) == len(self.sites) else None

    @property
    def due_at(self) -> datetime | None:
        """The deadline of the ticket: the earliest of its sites still counted, None while all of them are suspended.

        Once all are restored: the earliest that was missed, else the latest, so that the last restoration is after the ticket's deadline
        exactly when one of its sites was restored late.
        """
        if self.running:
            return min((site.due_at for site in self.running if site.due_at is not None), default=None)
        missed = [site.due_at for site in self.sites if site.late and site.due_at is not None]
        return min(missed) if missed else max((site.due_at for site in self.sites if site.due_at is not None), default=None)

    @property
    def durations(self) -> Durations | None:
        """The durations of the ticket, those of its worst site; None while one is still counted.

        The worst is the site with the longest contractual duration (elapsed or in business hours, as the level says), then the
        longest other one, then the first. All figures are that site's own, so that they add up.
        """
        found = [site.durations for site in self.sites if site.durations is not None]
        return max(found, key=self._weight) if len(found) == len(self.sites) else None

    def _weight(self, durations: Durations) -> tuple[object, object]:
        pair = (durations.business, durations.elapsed)
        return pair[::-1] if self.elapsed_counts else pair


def reckon(events: Sequence[ClockEvent], counted: Sequence[Counted], target: Target) -> Reckoning:
    """Return what the events come to at each of ``counted`` (at least one) under the restoration target. Raises ``ClockError``."""
    inputs = replay_sites(events, [place.site_id for place in counted])
    return Reckoning(tuple(_figures(place, inputs[place.site_id], target) for place in counted), target.elapsed)


def _figures(place: Counted, inputs: ClockInputs, target: Target) -> SiteFigures:
    durations = account(place.calendar, inputs, inputs.stopped_at).durations() if inputs.stopped_at is not None else None
    return SiteFigures(place.site_id, inputs, restoration_due(place.calendar, inputs, target), durations)


def planned_stretches(
    places: Sequence[Counted], events: Sequence[ClockEvent], window: tuple[datetime, datetime]
) -> tuple[dict[tuple[datetime, datetime], tuple[int, ...]], bool]:
    """Return what a planned interruption leaves out of each site's count and is not left out yet, as stretch → sites (FL-12.8).

    A ticket without sites gives a stretch with no site. The second result tells whether the two met at all.
    """
    found: dict[tuple[datetime, datetime], list[int]] = {}
    met = False
    for site, inputs in replay_sites(events, [place.site_id for place in places]).items():
        calendar = next(place.calendar for place in places if place.site_id == site)
        stretch = planned_exclusion(calendar, window, inputs.started_at, inputs.stopped_at)
        if stretch is None or not calendar.between(*stretch):
            continue
        met = True
        if not any(pause.reason is Reason.PLANNED and (pause.start, pause.end) == stretch for pause in inputs.pauses):
            found.setdefault(stretch, []).extend([] if site is None else [site])
    return {stretch: tuple(sites) for stretch, sites in found.items()}, met
