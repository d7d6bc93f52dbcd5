"""Binds the areas' periodic work to the job queue."""

from huey import Huey, crontab

from webapp.accounts.services import forget_attempts
from webapp.actor import SYSTEM
from webapp.outbox.services import deliver_due
from webapp.outbox.transport import transport_for
from webapp.scopes.services.publication import notify_published
from webapp.web.state import State


def bind(queue: Huey, state: State) -> None:
    """Register every periodic job on ``queue``, and have mail leave right after the transaction that queued it."""

    @queue.periodic_task(crontab())
    def sweep_outbox() -> None:
        """Each minute: mail that is due, new or to be tried again."""
        deliver_due(state.database, state.clock, transport_for(state.settings))

    @queue.periodic_task(crontab())
    def sweep_publications() -> None:
        """Each minute: versions whose instant has come are recorded and told, once."""
        with state.database.transaction(SYSTEM) as session:
            notify_published(session, state.clock, state.settings.public_url)

    @queue.periodic_task(crontab(hour="3", minute="30"))
    def sweep_attempts() -> None:
        """Each night: attempts to sign in that no longer decide anything are forgotten."""
        with state.database.transaction(SYSTEM) as session:
            forget_attempts(session, state.clock)

    @queue.task()
    def deliver_now() -> None:
        """After a commit that queued mail."""
        deliver_due(state.database, state.clock, transport_for(state.settings))

    state.mail_queued = lambda: deliver_now() and None
