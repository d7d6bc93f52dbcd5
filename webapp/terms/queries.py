"""Named reads of the acceptances."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.terms.models import TermsAcceptance


def has_accepted(session: Session, account_id: int, sha256: str) -> bool:
    """Tell whether the account accepted the text of this hash."""
    query = select(TermsAcceptance.id).where(TermsAcceptance.account_id == account_id, TermsAcceptance.sha256 == sha256)
    return session.scalar(query) is not None


def acceptances(session: Session, account_id: int) -> dict[str, datetime]:
    """Return when the account accepted each text, by hash."""
    rows = session.execute(
        select(TermsAcceptance.sha256, TermsAcceptance.accepted_at)
        .where(TermsAcceptance.account_id == account_id)
        .order_by(TermsAcceptance.id)
    ).all()
    return {row.sha256: row.accepted_at for row in rows}
