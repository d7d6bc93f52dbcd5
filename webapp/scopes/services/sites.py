"""The sites of a file: what the site columns of its lines choose from."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.folding import fold
from webapp.scopes.models import Dossier, DossierSite, DraftLine
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.activities import Column, activity, clean_value
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.rules.values import SEPARATOR, clean_text, items
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.steps import Edit, apply

#: So long may a name be, and so many sites may a file have.
LONGEST_NAME, MOST_SITES = 120, 200


def _opened(session: Session, actor: Actor, clock: Clock, number: str) -> Dossier:
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    return file


def _site(session: Session, file: Dossier, site_id: int, version: int) -> DossierSite:
    site = session.scalar(select(DossierSite).where(DossierSite.id == site_id, DossierSite.dossier_id == file.id))
    if site is None:
        raise NotFound(str(site_id))
    if site.version != version:
        raise Conflict(_("Ce site a été modifié entre-temps : il s’appelle maintenant « %(name)s ».", name=site.name))
    return site


def _checked(session: Session, file: Dossier, name: str, but: int | None = None) -> str:
    """Return a name that the file may take; :class:`Invalid` says why not."""
    clean = clean_text(name)
    if not clean:
        raise Invalid({"nom": _("Donnez un nom au site.")})
    if len(clean) > LONGEST_NAME:
        raise Invalid({"nom": _("Raccourcissez ce nom : %(limit)d caractères au plus.", limit=LONGEST_NAME)})
    if ";" in clean or "|" in clean:
        raise Invalid({"nom": _("Un nom de site ne contient ni « ; » ni « | » : ils séparent les sites dans une case.")})
    others = session.execute(
        select(DossierSite.id, DossierSite.name).where(DossierSite.dossier_id == file.id).order_by(DossierSite.id)
    ).all()
    if any(fold(other.name) == fold(clean) and other.id != but for other in others):
        raise Invalid({"nom": _("Ce site existe déjà.")})
    if but is None and len(others) >= MOST_SITES:
        raise Invalid({"nom": _("Un dossier a %(most)d sites au plus.", most=MOST_SITES)})
    return clean


def add_site(session: Session, actor: Actor, clock: Clock, number: str, name: str) -> str:
    """Add a site at the end of the list; return its name as it is kept."""
    file = _opened(session, actor, clock, number)
    clean = _checked(session, file, name)
    last = session.scalar(select(func.max(DossierSite.rank)).where(DossierSite.dossier_id == file.id)) or 0
    session.add(DossierSite(organisation_id=file.organisation_id, dossier_id=file.id, name=clean, rank=last + 1, version=1))
    session.flush()
    return clean


def rename_site(session: Session, actor: Actor, clock: Clock, number: str, site_id: int, version: int, name: str) -> int:
    """Rename a site, in the list and in the draft's lines (one step); return how many lines followed."""
    file = _opened(session, actor, clock, number)
    site = _site(session, file, site_id, version)
    clean = _checked(session, file, name, site.id)
    if clean == site.name:
        return 0
    columns = _site_columns(file)
    edits = [
        Edit(row.number, cells={**row.cells, **_renamed(row, columns, site.name, clean)}, expected=row.version)
        for row in lines_at(session, file, site.name)
    ]
    note = _("Site « %(old)s » renommé « %(new)s »", old=site.name, new=clean)
    site.name, site.version = clean, site.version + 1
    session.flush()
    if edits:
        apply(session, actor, clock, file, StepKind.REPLACE, edits, note=str(note)[:300])
    return len(edits)


def remove_site(session: Session, actor: Actor, clock: Clock, number: str, site_id: int, version: int) -> str:
    """Remove a site that no line of the draft names; :class:`Conflict` says how many do. Return its name."""
    file = _opened(session, actor, clock, number)
    site = _site(session, file, site_id, version)
    used = len(lines_at(session, file, site.name))
    if used:
        message = ngettext(
            "%(num)d ligne est à ce site : changez-la d’abord.", "%(num)d lignes sont à ce site : changez-les d’abord.", used
        )
        raise Conflict(message)
    session.delete(site)
    session.flush()
    return site.name


def _site_columns(file: Dossier) -> list[Column]:
    return [column for column in activity(file.activity).columns if column.source == "sites"]


def lines_at(session: Session, file: Dossier, name: str) -> Sequence[AnyRow]:
    """Return the live lines of the draft that name a site (number, version, cells)."""
    near = DraftLine.search_text.contains(fold(name), autoescape=True)
    query = select(DraftLine.number, DraftLine.version, DraftLine.cells).where(DraftLine.dossier_id == file.id, ~DraftLine.deleted, near)
    columns = _site_columns(file)
    found = session.execute(query.order_by(DraftLine.number)).all()
    return [row for row in found if any(name in items(row.cells.get(column.key, ""), several=column.several) for column in columns)]


def _renamed(row: AnyRow, columns: Sequence[Column], old: str, new: str) -> dict[str, str]:
    """Return the site cells of a line with one name in place of another."""
    done = {}
    for column in columns:
        held = items(row.cells.get(column.key, ""), several=column.several)
        done[column.key] = clean_value(column, SEPARATOR.join(new if item == old else item for item in held))
    return done
