"""Many files whose versions take effect at one midnight, written in bulk; and what their effect left, to compare."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage
from webapp.scopes.models import Dossier, DossierAccess, DraftLine, GeneralLine, PublishedVersion
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.decisions import Flexibility, GeneralStatus
from webapp.scopes.rules.lines import RANK_STEP
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.rules.states import Draft, Online
from webapp.scopes.services.steps import derived

_LINES: Any = DraftLine.__table__


def fill(session: GuichetSession, organisation_id: int, editors: Sequence[int], effective_at: datetime, files: int, lines: int) -> None:
    """Write ``files`` files of ``lines`` lines each, asked for and due at ``effective_at``, with their editors; committed.

    Two lines of each are not in the draft as they were: the first was deleted, the last had never been online.
    """
    asked = effective_at - timedelta(hours=10)
    first = (session.scalar(select(func.max(Dossier.id))) or 0) + 1
    ids = range(first, first + files)
    own = {"organisation_id": organisation_id}
    cells = dict.fromkeys(activity("essais").keys, "") | {"objet": "Eaux", "caracteristique": "Nitrates", "reference": "NF EN ISO 10304-1"}
    text = derived("1", cells)
    session.execute(insert(Dossier), [{**own, **_file(number, asked, effective_at, lines)} for number in ids])
    session.execute(insert(GeneralLine), [{**own, **_general(number)} for number in ids])
    generals = dict(session.execute(select(GeneralLine.dossier_id, GeneralLine.id).where(GeneralLine.dossier_id >= first)).all())
    access = {**own, "access": FileRight.RESPONSIBLE, "since": asked, "granted_at": asked, "reason": ""}
    session.execute(insert(DossierAccess), [{**access, "dossier_id": number, "account_id": editor} for number in ids for editor in editors])
    common = {**own, "dossier_id": first, "general_line_id": generals[first], "updated_at": asked, **text}
    session.execute(insert(_LINES), [{**common, **_line(place, lines, text)} for place in range(1, lines + 1)])
    _copy_lines(session, first)
    session.execute(insert(PublishedVersion), [{**own, **_version(number, asked, effective_at, lines)} for number in ids])
    session.commit()


def _copy_lines(session: GuichetSession, first: int) -> None:
    """Give every later file the lines of the first one, without their leaving the database."""
    kept = [column for column in _LINES.columns if column.key not in ("id", "dossier_id", "general_line_id")]
    copies = (
        select(GeneralLine.dossier_id, GeneralLine.id, *kept)
        .select_from(GeneralLine.__table__.join(_LINES, _LINES.c.dossier_id == first))
        .where(GeneralLine.dossier_id > first)
    )
    session.execute(insert(_LINES).from_select(["dossier_id", "general_line_id", *(column.key for column in kept)], copies))


def _file(number: int, asked: datetime, effective_at: datetime, lines: int) -> dict[str, Any]:
    return {
        "id": number,
        "number": f"1-{10000 + number}",
        "activity": "essais",
        "online": Online.NONE,
        "draft": Draft.REQUESTED,
        "version_number": 1,
        "effective_at": effective_at,
        "requested_at": asked,
        "next_line": lines + 1,
        "undo_floor": 0,
        "search_text": "",
        "created_at": asked,
        "updated_at": asked,
    }


def _general(number: int) -> dict[str, Any]:
    fixed = {"code": "1", "title": "Eaux", "flexibility": Flexibility.FLEX1, "status": GeneralStatus.ACTIVE, "rank": 1, "version": 1}
    return {"dossier_id": number, "methods": [], **fixed}


def _line(place: int, lines: int, text: dict[str, Any]) -> dict[str, Any]:
    online = place < lines
    return {
        "number": place,
        "rank": place * RANK_STEP,
        "version": 1,
        "deleted": place == 1,
        "published_digest": text["digest"] if online else None,
        "published_rank": (place + 1) * RANK_STEP if online else None,
    }


def _version(number: int, asked: datetime, effective_at: datetime, lines: int) -> dict[str, Any]:
    when = {"requested_at": asked, "effective_at": effective_at}
    return {"dossier_id": number, "number": 1, "organisation_name": "x", "name": "", "snapshot": "{}", "snapshot_head": {}, **when} | {
        "sha256": f"{number:064x}",
        "line_count": lines - 1,
    }


def left(session: GuichetSession) -> dict[str, Any]:
    """Return all that the effect of publications leaves, in an order of its own, without the instants of the sweep."""
    session.rollback()
    draft = select(DraftLine.dossier_id, DraftLine.number, DraftLine.deleted, DraftLine.published_digest, DraftLine.published_rank)
    return {
        "files": [tuple(row) for row in session.execute(select(Dossier.id, Dossier.online, Dossier.draft).order_by(Dossier.id))],
        "lines": [tuple(row) for row in session.execute(draft.order_by(DraftLine.dossier_id, DraftLine.number))],
        "events": sorted(session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "scope.published"))),
        "mails": sorted(session.scalars(select(OutboxMessage.key))),
        "untold": session.scalar(select(func.count()).where(PublishedVersion.notified_at.is_(None))),
    }
