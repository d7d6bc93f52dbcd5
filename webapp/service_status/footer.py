"""The few words of every page's footer, read at most every 30 seconds."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from webapp.actor import SYSTEM
from webapp.service_status.presenting import status_words
from webapp.service_status.queries import Status, current_status
from webapp.web.state import State

log = structlog.get_logger()

KEPT_FOR = timedelta(seconds=30)


class FooterStatus:
    """Called without argument in a request: the words, and whether all is well. One statement every 30 s and process."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read_at: datetime | None = None
        self._status: Status | None = None

    def __call__(self) -> tuple[str, bool] | None:
        """Return the words in the page's language, and whether all is well; None when the database does not answer."""
        now = self._state.clock.now()
        if self._status is None or self._read_at is None or not timedelta(0) <= now - self._read_at < KEPT_FOR:
            try:
                self._status = self._read(now)
            except SQLAlchemyError as error:  # the page may be the one that tells of the failure
                log.warning("service_status.unread", reason=type(error).__name__)
                return None
            self._read_at = now
        return status_words(self._status), self._status.all_well

    def _read(self, now: datetime) -> Status:
        with self._state.database.reader() as session:
            session.acts_for(SYSTEM)
            return current_status(session, now)

    def forget(self) -> None:
        """Read again at the next page: something was announced here."""
        self._status = None
