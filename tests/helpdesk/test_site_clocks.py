"""One log, one count a site: replay, contests, and the laws that the figures obey (FL-12.4, FL-12.6b)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpdesk.calendars import desk, paris
from webapp.helpdesk.rules.account import account
from webapp.helpdesk.rules.clock import ClockError, ClockEvent, EventKind, Reason, check_next, replay, replay_sites
from webapp.helpdesk.rules.contests import contest_due, suspensions
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.reckoning import Counted, Reckoning, planned_stretches, reckon
from webapp.worktime import Territory, desk_calendar

PARIS, REUNION, STRASBOURG = 1, 2, 3
PLACES = [
    Counted(PARIS, desk_calendar()),
    Counted(REUNION, desk_calendar(Territory.REUNION)),
    Counted(STRASBOURG, desk_calendar(Territory.ALSACE_MOSELLE)),
]
START = paris("2026-11-20 11:10")
FOUR, EIGHT = Target(time=timedelta(hours=4)), Target(time=timedelta(hours=8))
K = EventKind


def event(kind: EventKind, at: str | datetime, site: int | None = None, **more: object) -> ClockEvent:
    return ClockEvent(kind, paris(at) if isinstance(at, str) else at, site_id=site, **more)


def told(*events: ClockEvent, target: Target = EIGHT, places: list[Counted] = PLACES) -> Reckoning:
    return reckon([event(K.STARTED, START), *events], places, target)


def test_each_site_is_due_on_its_own_calendar_and_the_ticket_first() -> None:
    due = [site.due_at for site in told(target=FOUR).sites]
    assert due == [paris("2026-11-20 16:40"), paris("2026-11-23 05:40"), paris("2026-11-20 16:40")]
    assert told(target=FOUR).due_at == paris("2026-11-20 16:40"), "La Réunion closes three hours before Paris"


def test_a_pause_of_one_site_leaves_the_others_running() -> None:  # FL-12.6b
    paused = told(event(K.PAUSED, "2026-11-20 14:00", REUNION))
    assert [site.due_at is None for site in paused.sites] == [False, True, False]
    assert (paused.paused, paused.due_at) == (True, paris("2026-11-23 11:10"))
    assert told(event(K.PAUSED, "2026-11-20 14:00")).due_at is None, "everywhere"


def test_a_ticket_is_restored_when_its_last_site_is_and_keeps_its_worst_durations() -> None:
    half = told(event(K.RESTORED, "2026-11-20 15:00", PARIS))
    assert (half.stopped_at, half.durations, len(half.running)) == (None, None, 2)
    whole = told(event(K.RESTORED, "2026-11-20 15:00", PARIS), event(K.RESTORED, "2026-11-23 11:30"))
    assert whole.stopped_at == paris("2026-11-23 11:30")
    worst = whole.sites[1].durations
    assert whole.durations == worst
    assert worst is not None
    assert worst.business == timedelta(hours=8, minutes=20)
    assert whole.due_at == paris("2026-11-23 11:10"), "the deadline that was missed"
    assert not whole.sites[0].late
    elapsed = told(event(K.RESTORED, "2026-11-23 11:30"), target=Target(time=timedelta(hours=8), elapsed=True))
    assert elapsed.durations is not None
    assert elapsed.durations.elapsed == max(site.durations.elapsed for site in elapsed.sites if site.durations)


def test_a_site_that_was_restored_too_early_is_opened_again_alone() -> None:
    events = [
        event(K.RESTORED, "2026-11-20 14:30", PARIS),
        event(K.REOPENED, "2026-11-20 16:30", PARIS, reason=Reason.RELAPSE),
        event(K.RESTORED, "2026-11-20 17:30"),
    ]
    assert [site.durations and site.durations.business for site in told(*events).sites] == [
        timedelta(hours=2, minutes=50),  # without the two good hours
        timedelta(hours=3, minutes=50),  # La Réunion closes at 15:00 in Paris
        timedelta(hours=4, minutes=50),
    ]


def test_closing_ends_a_pause_that_has_no_end() -> None:
    closed = told(event(K.PAUSED, "2026-11-20 14:00", REUNION), event(K.CLOSED, "2026-11-20 16:00"))
    pause = closed.sites[1].inputs.pauses[0]
    assert (pause.end, closed.stopped_at) == (paris("2026-11-20 16:00"), paris("2026-11-20 16:00"))


def test_events_of_a_site_that_left_the_ticket_are_left_aside_and_all_sites_means_those_that_can() -> None:
    events = [event(K.PAUSED, "2026-11-20 14:00", REUNION), event(K.PAUSED, "2026-11-20 14:30"), event(K.RESUMED, "2026-11-20 15:00")]
    log = [event(K.STARTED, START), *events]
    sites = replay_sites(log, [PARIS, REUNION])
    assert [pause.start for pause in sites[REUNION].pauses] == [paris("2026-11-20 14:00")]
    assert [pause.start for pause in sites[PARIS].pauses] == [paris("2026-11-20 14:30")]
    assert replay_sites(log, [STRASBOURG])[STRASBOURG].pauses == sites[PARIS].pauses


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ([], event(K.RESUMED, "2026-11-20 14:00", PARIS)),
        ([], event(K.RESTORED, "2026-11-20 11:00")),
        ([event(K.RESTORED, "2026-11-20 14:00", PARIS)], event(K.RESTORED, "2026-11-20 15:00", PARIS)),
        ([event(K.PAUSED, "2026-11-20 14:00", PARIS)], event(K.PAUSED, "2026-11-20 15:00", PARIS)),
        ([event(K.NOT_INTERRUPTION, "2026-11-20 14:00")], event(K.CLOSED, "2026-11-20 15:00")),
        ([event(K.CONFIRMED, "2026-11-20 14:00")], event(K.CONFIRMED, "2026-11-20 15:00")),
        ([event(K.PAUSED, "2026-11-20 14:00", PARIS)], event(K.RESUMED, "2026-11-20 15:00", REUNION)),
        ([], event(K.CONTESTED, "2026-11-20 15:00", about_id=7)),
        ([event(K.PAUSED, "2026-11-20 14:00", id=7)], event(K.CONTEST_ANSWERED, "2026-11-20 15:00", about_id=7, reason=Reason.UPHELD)),
        (
            [event(K.PAUSED, "2026-11-20 14:00", id=7), event(K.CONTESTED, "2026-11-20 14:30", id=8, about_id=7)],
            event(K.CONTESTED, "2026-11-20 15:00", about_id=7),
        ),
        (
            [event(K.PAUSED, "2026-11-20 14:00", id=7), event(K.CONTESTED, "2026-11-20 14:30", id=8, about_id=7)],
            event(K.CONTEST_ANSWERED, "2026-11-20 15:00", about_id=8),
        ),
    ],
)
def test_an_event_that_cannot_follow_is_refused(before: list[ClockEvent], refused: ClockEvent) -> None:
    log = [event(K.STARTED, START), *before]
    with pytest.raises(ClockError):
        check_next(log, [PARIS, REUNION], refused)


def contested(*, annulled: bool, resumed: bool = True) -> list[ClockEvent]:
    events = [
        event(K.PAUSED, "2026-11-20 14:00", id=2, asked_by="Camille Roux", evidence="Appel de 14 h", reason=Reason.SITE_ACCESS),
        event(K.CONTESTED, "2026-11-20 14:30", id=3, about_id=2, asked_by="Nadia Benali"),
    ]
    if resumed:
        events.append(event(K.RESUMED, "2026-11-20 15:00", id=4))
    reason = Reason.ANNULLED if annulled else Reason.UPHELD
    return [*events, event(K.CONTEST_ANSWERED, "2026-11-20 16:00", id=5, about_id=3, reason=reason)]


@pytest.mark.parametrize("resumed", [True, False])
def test_an_annulled_pause_counts_again_and_moves_the_deadline_back(resumed: bool) -> None:
    never = told()
    annulled, upheld = told(*contested(annulled=True, resumed=resumed)), told(*contested(annulled=False))
    assert [site.due_at for site in annulled.sites] == [site.due_at for site in never.sites]
    assert upheld.sites[0].due_at == paris("2026-11-23 13:40")
    assert not annulled.paused


def test_a_suspension_is_told_with_its_contest_and_its_answer() -> None:
    [pause] = suspensions([event(K.STARTED, START), *contested(annulled=True)])
    assert (pause.since, pause.until) == (paris("2026-11-20 14:00"), paris("2026-11-20 15:00"))
    assert (pause.event.asked_by, pause.event.evidence) == ("Camille Roux", "Appel de 14 h")
    assert (pause.annulled, pause.awaits_answer) == (True, False)
    [waiting] = suspensions([event(K.STARTED, START), *contested(annulled=True, resumed=False)[:2]])
    assert (waiting.until, waiting.awaits_answer) == (None, True)
    assert contest_due(desk(), paris("2026-11-20 19:00")) == paris("2026-11-25 08:30")


def test_planned_work_is_left_out_of_each_calendar_by_itself() -> None:  # FL-12.8
    log = [event(K.STARTED, START)]
    window = (paris("2026-11-20 10:00"), paris("2026-11-24 12:00"))
    found, met = planned_stretches(PLACES, log, window)
    assert met
    assert {sites: stretch[1] for stretch, sites in found.items()} == {
        (PARIS, STRASBOURG): paris("2026-11-23 10:00"),
        (REUNION,): paris("2026-11-23 09:00"),
    }
    after = [
        event(K.EXCLUDED, START, site, reason=Reason.PLANNED, since=stretch[0], until=stretch[1])
        for stretch, sites in found.items()
        for site in sites
    ]
    assert planned_stretches(PLACES, [*log, *after], window) == ({}, True)


@st.composite
def logs(draw: st.DrawFn) -> list[ClockEvent]:
    """A valid log: each candidate is kept when ``check_next`` lets it follow."""
    log, at = [ClockEvent(K.STARTED, START, id=1)], START
    kinds = [kind for kind in EventKind if kind not in (K.STARTED, K.NOT_INTERRUPTION)]
    for number in range(2, draw(st.integers(2, 12))):
        at += timedelta(minutes=draw(st.integers(0, 1500)))
        kind, site = draw(st.sampled_from(kinds)), draw(st.sampled_from([None, None, PARIS, REUNION]))
        reason, about, stretch = None, None, (None, None)
        if kind is K.REOPENED:
            reason = draw(st.sampled_from([Reason.RELAPSE, Reason.NOT_RESTORED]))
        elif kind in (K.CONTESTED, K.CONTEST_ANSWERED):
            site, about, reason = None, draw(st.integers(2, number)), draw(st.sampled_from([Reason.UPHELD, Reason.ANNULLED]))
        elif kind is K.EXCLUDED:
            since = START + timedelta(minutes=draw(st.integers(0, 3000)))
            stretch = (since, since + timedelta(hours=draw(st.integers(0, 9))))
        new = ClockEvent(kind, at, reason, "", *stretch, site, "", about, number)
        try:
            check_next(log, [PARIS, REUNION], new)
        except ClockError:
            continue
        log.append(new)
    return log


SITES = PLACES[:2]


@given(logs(), st.integers(0, 30_000))
def test_the_replay_is_total_and_its_figures_add_up(log: list[ClockEvent], minutes: int) -> None:
    told = reckon(log, SITES, EIGHT)
    for place, site in zip(SITES, told.sites, strict=True):
        for at in (START + timedelta(minutes=minutes), log[-1].at):
            pieces = account(place.calendar, site.inputs, at)
            sums = pieces.durations()
            assert sum((piece.length for piece in pieces.pieces), timedelta()) == sums.total
            assert sums.business <= sums.elapsed <= sums.total
    if told.stopped_at is not None:
        assert told.durations in [site.durations for site in told.sites]
        assert any(site.late for site in told.sites) == (told.due_at is not None and told.stopped_at > told.due_at)


@given(logs(), st.integers(0, 20_000), st.integers(0, 20_000))
def test_the_instant_of_reading_only_cuts_the_account(log: list[ClockEvent], one: int, two: int) -> None:
    early, late = (START + timedelta(minutes=minutes) for minutes in sorted((one, two)))
    for place in SITES:
        inputs = replay_sites(log, [place.site_id])[place.site_id]
        before, after = (account(place.calendar, inputs, at).pieces for at in (early, late))
        assert before[:-1] == after[: max(len(before) - 1, 0)]
        assert not before or (before[-1].kind, before[-1].start) == (after[len(before) - 1].kind, after[len(before) - 1].start)


@given(logs())
def test_each_site_is_replayed_as_if_it_were_alone(log: list[ClockEvent]) -> None:
    together = replay_sites(log, [PARIS, REUNION])
    assert together == {**replay_sites(log, [PARIS]), **replay_sites(log, [REUNION])}
    if all(item.site_id is None for item in log):
        assert replay(log) == together[PARIS] == together[REUNION]


@given(logs())
def test_annulling_every_pause_gives_the_count_that_never_paused(log: list[ClockEvent]) -> None:
    plain = [item for item in log if item.kind not in (K.CONTESTED, K.CONTEST_ANSWERED)]
    pauses = [item for item in plain if item.kind in (K.PAUSED, K.EXCLUDED)]
    at, number, answers = plain[-1].at, 100, []
    for pause in pauses:
        answers += [
            ClockEvent(K.CONTESTED, at, about_id=pause.id, id=number),
            ClockEvent(K.CONTEST_ANSWERED, at, Reason.ANNULLED, about_id=number, id=number + 1),
        ]
        number += 2
    inputs = replay_sites([*plain, *answers], [PARIS])[PARIS]
    assert all(pause.reason is Reason.RELAPSE for pause in inputs.pauses)
