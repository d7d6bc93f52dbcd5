"""Who has a page on the screen: what the counters share. A page says so by itself each half minute, and that is no visit."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import InstrumentedAttribute, Session

#: Somebody seen so recently is there: a browser slows the questions of a hidden page down to one a minute.
PRESENT_FOR = timedelta(seconds=75)
#: Rows that say nothing any more are forgotten after so long.
KEPT_FOR = timedelta(days=1)


def forget(session: Session, seen_at: InstrumentedAttribute[datetime], now: datetime) -> int:
    """Forget those who were not seen for ``KEPT_FOR``, of the table that the column is of; return how many."""
    gone: Any = session.execute(delete(seen_at.class_).where(seen_at < now - KEPT_FOR))
    return int(gone.rowcount)
