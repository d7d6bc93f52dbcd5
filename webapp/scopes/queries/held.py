"""What the lines of a file are held to: its sites, and the methods that are online under each general line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.scopes.models import DossierSite, PublishedLine, PublishedVersion
from webapp.scopes.queries.heads import AnyRow, FileHead
from webapp.scopes.rules.activities import Activity, ColumnRole
from webapp.scopes.rules.check import Context, context
from webapp.scopes.rules.decisions import GeneralFacts

#: References of published versions by the SHA-256 of the version: what never changes is read once per process, up to so many.
_READ: dict[str, Mapping[str, tuple[str, ...]]] = {}
_MOST_READ = 200


def site_names(session: Session, dossier_id: int) -> tuple[str, ...]:
    """Return the names of the file's sites, in their order."""
    return tuple(
        session.scalars(select(DossierSite.name).where(DossierSite.dossier_id == dossier_id).order_by(DossierSite.rank, DossierSite.id))
    )


def online_references(session: Session, of: Activity, dossier_id: int, sha256: str) -> Mapping[str, tuple[str, ...]]:
    """Return the references of methods that a file's published version holds, by the code of their general line.

    The version is named by its digest, which is of its contents: what was read once holds for ever.
    """
    if sha256 not in _READ:
        column = of.column_of(ColumnRole.METHOD)
        reference = PublishedLine.cells[column.key if column is not None else ""].as_string()
        rows = session.execute(
            select(PublishedLine.general_code, reference)
            .join(PublishedVersion, PublishedVersion.id == PublishedLine.version_id)
            .where(PublishedVersion.dossier_id == dossier_id, PublishedVersion.sha256 == sha256)
            .distinct()
            .order_by(PublishedLine.general_code, reference)
        )
        by_general: dict[str, list[str]] = {}
        for code, text in rows:
            if text:
                by_general.setdefault(code, []).append(text)
        if len(_READ) >= _MOST_READ:
            _READ.pop(next(iter(_READ)))
        _READ[sha256] = {code: tuple(texts) for code, texts in by_general.items()}
    return _READ[sha256]


def line_context(
    session: Session, of: Activity, head: FileHead, facts: Mapping[int, GeneralFacts], rows: Sequence[AnyRow], today: date
) -> Context:
    """Return what the draft lines ``rows`` are held to (``facts``: general line's id → its facts), read no further than they need.

    A line that is online as it stands is recognised by that alone; only a changed one asks what else is online.
    """
    published: Mapping[str, Iterable[str]] = {}
    if head.online_sha256:
        loose = {general.code for general in facts.values() if not general.methods and not general.extended}
        touched = any(facts[row.general_line_id].code in loose for row in rows if row.published_digest != row.digest)
        published = online_references(session, of, head.id, head.online_sha256) if touched else _own(of, facts, rows)
    site = of.column_of(ColumnRole.SITE)
    asked = site is not None and any(row.cells.get(site.key) for row in rows)
    return context(of, facts.values(), published, today=today, sites=site_names(session, head.id) if asked else None)


def _own(of: Activity, facts: Mapping[int, GeneralFacts], rows: Sequence[AnyRow]) -> dict[str, list[str]]:
    column = of.column_of(ColumnRole.METHOD)
    found: dict[str, list[str]] = {}
    for row in rows:
        if column is not None and row.published_digest == row.digest:
            found.setdefault(facts[row.general_line_id].code, []).append(row.cells.get(column.key, ""))
    return found
