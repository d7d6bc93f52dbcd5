"""The sites of a file, and the lines that name them."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.scopes.models import DossierSite, DraftLine
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.values import items


@dataclass(frozen=True, slots=True)
class SiteUse:
    """A site and how many live lines of the draft name it."""

    id: int
    name: str
    version: int
    lines: int


def sites_with_use(session: Session, dossier_id: int, activity_code: str) -> list[SiteUse]:
    """Return the sites of a file in their order."""
    columns = [column for column in activity(activity_code).columns if column.source == "sites"]
    cells = session.scalars(select(DraftLine.cells).where(DraftLine.dossier_id == dossier_id, ~DraftLine.deleted).order_by(DraftLine.id))
    used = Counter(name for one in cells for column in columns for name in items(one.get(column.key, ""), several=column.several))
    query = select(DossierSite.id, DossierSite.name, DossierSite.version).where(DossierSite.dossier_id == dossier_id)
    rows = session.execute(query.order_by(DossierSite.rank, DossierSite.id))
    return [SiteUse(row.id, row.name, row.version, used[row.name]) for row in rows]
