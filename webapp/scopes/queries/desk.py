"""What the counter hands to the desk: what waits, and what a search finds."""

from flask_babel import gettext as _
from sqlalchemy import and_, not_, or_, select, true
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.folding import like
from webapp.scopes.models import Dossier, DraftLine
from webapp.scopes.queries.heads import CHANGED, HEAD, head_of, mine, settled_columns
from webapp.scopes.queries.rights import right_of
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.states import STATE_CHIPS, STATE_LABELS, Draft, Online
from webapp.web.rows import FoundRow, WaitingRow

#: Files listed on the desk; the counter's own list has the rest.
MOST_WAITING = 50


def waiting(session: Session, actor: Actor, clock: Clock) -> list[WaitingRow]:
    """Return what waits for the actor at this counter: their files that are not simply in force (FX-8b)."""
    now = clock.now()
    settled_online, settled_draft = settled_columns(now)
    quiet = or_(settled_online == Online.CLOSED.value, and_(settled_online == Online.PUBLISHED.value, settled_draft == Draft.NONE.value))
    rows = session.execute(
        select(*HEAD, CHANGED, right_of(actor, now).label("right"))
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(mine(actor, now), not_(quiet))
        .order_by(Dossier.updated_at.desc(), Dossier.number)
        .limit(MOST_WAITING)
    ).all()
    found = []
    for row in rows:
        head = head_of(row, now)
        when = head.effective_at if head.facts.draft is Draft.REQUESTED else None
        label = f"{head.number} · {head.organisation}"
        words, kind = _(STATE_LABELS[head.state]), STATE_CHIPS[head.state]
        if head.facts.draft is Draft.REQUESTED:
            words, kind = _("Publication demandée : v%(version)s", version=head.version_number), "ok"
        found.append(WaitingRow(label, "scopes.edit", {"number": head.number}, when, words, kind))
    return found


def search(session: Session, actor: Actor, clock: Clock, words: list[str], limit: int) -> list[FoundRow]:
    """Return the files whose number, body or activity hold every (folded) word, then the draft lines that do."""
    in_file = and_(true(), *(Dossier.search_text.like(like(word), escape="\\") for word in words))
    rows = session.execute(
        select(Dossier.number, Organisation.name, Dossier.activity)
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(mine(actor, clock.now()), in_file)
        .order_by(Dossier.number)
        .limit(limit)
    ).all()
    found = [FoundRow(f"{number} · {name}", "scopes.edit", {"number": number}, _(activity(code).label)) for number, name, code in rows]
    if len(found) < limit:
        found += _found_lines(session, actor, clock, words, limit - len(found))
    return found


def _found_lines(session: Session, actor: Actor, clock: Clock, words: list[str], limit: int) -> list[FoundRow]:
    rows = session.execute(
        select(Dossier.number, DraftLine.number.label("line"), DraftLine.cells)
        .join(Dossier, Dossier.id == DraftLine.dossier_id)
        .where(
            mine(actor, clock.now()),
            ~DraftLine.deleted,
            *(DraftLine.search_text.like(like(word), escape="\\") for word in words),
        )
        .order_by(Dossier.number, DraftLine.number)
        .limit(limit)
    )
    return [
        FoundRow(
            _("%(file)s, ligne %(line)s", file=number, line=line),
            "scopes.line",
            {"number": number, "line": line},
            " · ".join(value for value in cells.values() if value),
        )
        for number, line, cells in rows
    ]
