"""What people sent when their session had ended: kept for them, offered again after the next sign-in."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.accounts.models import KeptRequest
from webapp.clock import Clock
from webapp.web.forms import is_secret

KEPT_FOR = timedelta(days=7)
MOST_PER_ACCOUNT = 20
MOST_CHARACTERS = 2_000_000
#: Under this name stand the names of the files that the POST carried: the files themselves are not kept.
LEFT_OUT = "files_left_out"


def keep_request(session: Session, clock: Clock, account_id: int, path: str, page: str, fields: Iterable[tuple[str, str]]) -> int | None:
    """Keep the fields of one POST for the account, secrets apart; None when nothing is worth keeping or it is too large."""
    kept = [(name, value) for name, value in fields if not is_secret(name)]
    body = urlencode(kept)
    if not kept or len(body) > MOST_CHARACTERS:
        return None
    session.execute(delete(KeptRequest).where(KeptRequest.created_at < clock.now() - KEPT_FOR))
    older = session.scalars(
        select(KeptRequest.id).where(KeptRequest.account_id == account_id).order_by(KeptRequest.id.desc()).offset(MOST_PER_ACCOUNT - 1)
    ).all()
    if older:
        session.execute(delete(KeptRequest).where(KeptRequest.id.in_(older)))
    row = KeptRequest(account_id=account_id, path=path[:500], page=page[:500], body=body, created_at=clock.now())
    session.add(row)
    session.flush()
    return row.id


def kept_requests(session: Session, account_id: int) -> list[KeptRequest]:
    """Return what is kept for the account, newest first."""
    return list(session.scalars(select(KeptRequest).where(KeptRequest.account_id == account_id).order_by(KeptRequest.id.desc())))


def fields_of(kept: KeptRequest) -> list[tuple[str, str]]:
    """Return the kept names and values, in their order."""
    return parse_qsl(kept.body, keep_blank_values=True)


def drop_kept(session: Session, account_id: int, identifier: int) -> None:
    """Forget one kept request of the account."""
    session.execute(delete(KeptRequest).where(KeptRequest.id == identifier, KeptRequest.account_id == account_id))
