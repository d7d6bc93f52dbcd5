"""Binds the areas' periodic work to the job queue."""

from huey import Huey, crontab

from webapp.accounts.services import forget_attempts
from webapp.actor import SYSTEM
from webapp.declarations.services import offline, progress, reminders
from webapp.declarations.services import presence as return_presence
from webapp.declarations.services.overrides import sweep_overrides
from webapp.helpdesk.services import presence_sweep
from webapp.helpdesk.services.bulk import work
from webapp.helpdesk.services.people import forget_old_drafts
from webapp.helpdesk.services.public_reports import forget_unconfirmed
from webapp.helpdesk.services.warnings import warn_before_breaches
from webapp.outbox.services import deliver_due
from webapp.outbox.transport import transport_for
from webapp.scopes.services import effect
from webapp.scopes.services import presence as scope_presence
from webapp.scopes.services.annexes import AnnexMaker
from webapp.scopes.services.importing import forget_old_imports
from webapp.uploads.services import sweep
from webapp.uploads.storage import store_for
from webapp.web.state import State


def bind(queue: Huey, state: State) -> None:
    """Register every periodic job on ``queue``, and have mail leave right after the transaction that queued it."""
    _bind_mail(queue, state)
    _bind_bulk(queue, state)
    _bind_forgetting(queue, state)
    _bind_presence(queue, state)
    _bind_declarations(queue, state)
    _bind_publications(queue, state)


def _bind_mail(queue: Huey, state: State) -> None:
    """Register what sends mail, and have it leave after the commit that queued it."""

    @queue.periodic_task(crontab())
    def sweep_outbox() -> None:
        """Each minute: mail that is due, new or to be tried again."""
        deliver_due(state.database, state.clock, transport_for(state.settings))

    @queue.periodic_task(crontab())
    def sweep_warnings() -> None:
        """Each minute of the desk's hours: deadlines that come near are told, once for each person and half-day."""
        warn_before_breaches(state.database, state.clock, state.settings.public_url)

    @queue.task()
    def deliver_now() -> None:
        """After a commit that queued mail."""
        deliver_due(state.database, state.clock, transport_for(state.settings))

    state.mail_queued = lambda: deliver_now() and None


def _bind_bulk(queue: Huey, state: State) -> None:
    """Register what carries on with acts on many tickets, and have it begin after the commit that ordered one."""

    @queue.periodic_task(crontab())
    def sweep_bulk_jobs() -> None:
        """Each minute: acts on many tickets that were begun and stopped on the way."""
        work(state.database, state.clock, state.settings.public_url)

    @queue.task()
    def work_now() -> None:
        """After a commit that began one."""
        work(state.database, state.clock, state.settings.public_url)

    state.work_queued = lambda: work_now() and None


def _bind_forgetting(queue: Huey, state: State) -> None:
    """Register what is dropped each night once its time is over."""

    @queue.periodic_task(crontab(hour="3", minute="30"))
    def sweep_attempts() -> None:
        """Each night: attempts to sign in that no longer decide anything are forgotten."""
        with state.database.transaction(SYSTEM) as session:
            forget_attempts(session, state.clock)

    @queue.periodic_task(crontab(hour="4", minute="10"))
    def sweep_files() -> None:
        """Each night: files that no transaction kept, and public reports that nobody confirmed."""
        with state.database.transaction(SYSTEM) as session:
            forget_unconfirmed(session, state.clock)
        with state.database.reader() as session:
            sweep(session, state.clock, store_for(state.settings))

    @queue.periodic_task(crontab(hour="3", minute="40"))
    def sweep_drafts() -> None:
        """Each night: drafts that nobody has touched for a month, imports prepared a month ago, and who was seen a day ago."""
        with state.database.transaction(SYSTEM) as session:
            forget_old_drafts(session, state.clock)
            forget_old_imports(session, state.clock)
            offline.forget_old_imports(session, state.clock)
            scope_presence.forget_presence(session, state.clock)
            return_presence.forget_presence(session, state.clock)


def _bind_presence(queue: Huey, state: State) -> None:
    """Register what follows from who is there and who is not."""

    @queue.periodic_task(crontab(minute="*/5"))
    def sweep_presence() -> None:
        """Each five minutes: absences that begin or end, tickets of agents who left the desk."""
        presence_sweep.sweep(state.database, state.clock, state.settings.public_url)


def _bind_publications(queue: Huey, state: State) -> None:
    """Register what follows from publications that took effect."""

    @queue.periodic_task(crontab())
    def sweep_publications() -> None:
        """Each minute: versions whose instant has come are recorded and told, once."""
        effect.sweep(state.database, state.clock, state.settings.public_url)

    annexes = AnnexMaker(state.database, state.clock, state.settings.public_url, state.settings.data_dir)

    @queue.periodic_task(crontab())
    def make_annexes() -> None:
        """Each minute, for some seconds: the annexes of versions that took effect."""
        annexes.run()


def _bind_declarations(queue: Huey, state: State) -> None:
    """Register what campaigns of returns need."""

    @queue.periodic_task(crontab(minute="*/5"))
    def sweep_control_overrides() -> None:
        """Each five minutes: controls switched off from a day that has come."""
        sweep_overrides(state.database, state.clock)

    @queue.periodic_task(crontab())
    def sweep_progress() -> None:
        """Each minute: returns whose figures changed are counted for the board of their campaign."""
        progress.sweep(state.database, state.clock)

    @queue.periodic_task(crontab(minute="20"))
    def sweep_reminders() -> None:
        """Each hour of the day: declarants are reminded on the days of their campaign, once."""
        reminders.sweep(state.database, state.clock, state.settings.public_url)
