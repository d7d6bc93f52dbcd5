"""Changing the lines of a draft. Every verb names its line by its permanent number and the version it was read at."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.folding import fold
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange
from webapp.scopes.rules.activities import activity, clean_cells
from webapp.scopes.rules.decisions import GeneralStatus
from webapp.scopes.rules.lines import RANK_STEP, digest, duplicate_key, rank_between
from webapp.scopes.rules.states import Act
from webapp.scopes.services.files import image, log_change, note_edit, open_file, require

#: No cell may be longer than this, even in a draft: the columns' own limits are findings, this one is a refusal.
LONGEST_CELL = 2000
#: A scope of more lines than this would no longer be read by anybody.
MOST_LINES = 20_000


class StaleLine(Conflict):
    """The line was changed by somebody else since it was read: ``facts`` holds ``mine``, ``line``, ``base``, ``who``, ``at``."""


def _line(session: Session, file: Dossier, line_number: int) -> DraftLine:
    line = session.scalar(
        select(DraftLine).where(DraftLine.dossier_id == file.id, DraftLine.number == line_number).execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFound(f"{file.number}/{line_number}")
    return line


def _general(session: Session, file: Dossier, code: str) -> GeneralLine:
    known = code.isprintable()  # PostgreSQL would not even look for a NUL
    general = session.scalar(select(GeneralLine).where(GeneralLine.dossier_id == file.id, GeneralLine.code == code)) if known else None
    if general is None:
        raise Invalid({"generale": _("Choisissez une ligne de la portée générale de ce dossier.")})
    if general.status is not GeneralStatus.ACTIVE:
        message = _("La ligne de portée générale %(general)s n’est plus en vigueur : choisissez-en une autre.", general=code)
        raise Invalid({"generale": message})
    return general


def _cells(file: Dossier, values: Mapping[str, str]) -> dict[str, str]:
    of = activity(file.activity)
    cells = clean_cells(of, values)
    errors = {
        column.key: _("Raccourcissez « %(column)s » : %(limit)d caractères au plus.", column=column.label, limit=LONGEST_CELL)
        for column in of.columns
        if len(cells[column.key]) > LONGEST_CELL
    }
    if not any(cells.values()):
        errors[of.columns[0].key] = _("Remplissez au moins une case de la ligne.")
    if errors:
        raise Invalid(errors)
    return cells


def write_cells(line: DraftLine, code: str, cells: dict[str, str]) -> None:
    """Put cells into a line with everything that is derived from them."""
    line.cells = cells
    line.digest = digest(code, cells)
    line.duplicate_key = duplicate_key(code, cells)
    line.search_text = fold(" ".join(value for value in cells.values() if value))


def _stale(session: Session, file: Dossier, line: DraftLine, version: int, mine: dict[str, str]) -> StaleLine:
    since = session.scalars(
        select(ScopeChange)
        .where(
            ScopeChange.dossier_id == file.id,
            ScopeChange.line_number == line.number,
            ScopeChange.line_version > version,
        )
        .order_by(ScopeChange.id)
    ).all()
    base = (since[0].before or {}).get("cells", {}) if since else {}
    who, at = (since[-1].actor_name, since[-1].at) if since else ("", line.updated_at)
    message = _("La ligne %(number)d a été modifiée entre-temps par %(who)s.", number=line.number, who=who or "?")
    return StaleLine(message, mine=mine, line=line, base=base, who=who, at=at, number=file.number)


def save_line(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    line_number: int,
    version: int,
    values: Mapping[str, str],
    code: str | None = None,
) -> DraftLine:
    """Save the cells of a line read at ``version``; :class:`StaleLine` when somebody else saved or deleted it since.

    ``code`` names the general line to hang it on (None: the present one); another one puts it at the end of that group.
    Incomplete or doubtful cells are kept: the control before publication tells them. Saving without a change is not a change.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    cells = _cells(file, values)
    present = session.get_one(GeneralLine, line.general_line_id)
    same = cells == line.cells and code in (None, present.code)
    if line.version != version or line.deleted:
        if same and not line.deleted:
            return line  # the same save sent twice
        raise _stale(session, file, line, version, cells)
    if same:
        return line
    general = present if code in (None, present.code) else _general(session, file, code or "")
    before = image(line)
    if general is not present:
        ranks = _live_ranks(session, general.id)
        line.general_line_id, line.rank = general.id, _rank_at(session, general.id, len(ranks))
    write_cells(line, general.code, cells)
    _touch(session, actor, clock, file, line, "edit", before)
    return line


def _touch(session: Session, actor: Actor, clock: Clock, file: Dossier, line: DraftLine, kind: str, before: dict[str, object]) -> None:
    line.version += 1
    line.updated_at = clock.now()
    log_change(session, actor, clock, line, kind, before, image(line))
    note_edit(session, clock, file)


def _live_ranks(session: Session, general_line_id: int) -> list[tuple[int, int]]:
    rows = session.execute(
        select(DraftLine.rank, DraftLine.id)
        .where(DraftLine.general_line_id == general_line_id, ~DraftLine.deleted)
        .order_by(DraftLine.rank, DraftLine.number)
    )
    return [(rank, identifier) for rank, identifier in rows]


def _renumber(session: Session, general_line_id: int) -> None:
    """Give a group its room back; what stood where it was published still does."""
    lines = session.scalars(
        select(DraftLine).where(DraftLine.general_line_id == general_line_id, ~DraftLine.deleted).order_by(DraftLine.rank, DraftLine.number)
    ).all()
    for place, line in enumerate(lines):
        still = line.published_rank == line.rank
        line.rank = place * RANK_STEP
        if still:
            line.published_rank = line.rank
    session.flush()


def _rank_at(session: Session, general_line_id: int, place: int, ignoring: int | None = None) -> int:
    """Return a rank for the line that is to stand at ``place`` (0: first) among the live lines but ``ignoring``."""
    for _attempt in range(2):
        ranks = [rank for rank, identifier in _live_ranks(session, general_line_id) if identifier != ignoring]
        before = ranks[place - 1] if place > 0 else None
        after = ranks[place] if place < len(ranks) else None
        rank = rank_between(before, after)
        if rank is not None:
            return rank
        _renumber(session, general_line_id)
    raise AssertionError("a renumbered group has room")


def _place_after(session: Session, file: Dossier, general_line_id: int, after_number: int | None) -> int:
    lines = _live_ranks(session, general_line_id)
    identifier = session.scalar(select(DraftLine.id).where(DraftLine.dossier_id == file.id, DraftLine.number == (after_number or 0)))
    places = [place for place, (_rank, present) in enumerate(lines) if present == identifier]
    return places[0] + 1 if places else len(lines)


def add_line(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    code: str,
    values: Mapping[str, str],
    after_number: int | None = None,
) -> DraftLine:
    """Add a line under the general line ``code``, after the line ``after_number`` or at the end of the group."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    general = _general(session, file, code)
    cells = _cells(file, values)
    return _insert(session, actor, clock, file, general, cells, after_number)


def _insert(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: Dossier,
    general: GeneralLine,
    cells: dict[str, str],
    after_number: int | None,
) -> DraftLine:
    if file.next_line > MOST_LINES:
        raise Invalid({"generale": _("Une portée ne peut pas dépasser %(most)d lignes.", most=MOST_LINES)})
    rank = _rank_at(session, general.id, _place_after(session, file, general.id, after_number))
    line = DraftLine(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        general_line_id=general.id,
        number=file.next_line,
        rank=rank,
        version=1,
        deleted=False,
        updated_at=clock.now(),
    )
    write_cells(line, general.code, cells)
    file.next_line += 1
    session.add(line)
    log_change(session, actor, clock, line, "add", None, image(line))
    note_edit(session, clock, file)
    return line


def duplicate_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int) -> DraftLine:
    """Add a copy of a line just below it; the control says that it is a duplicate until it is changed."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    source = _line(session, file, line_number)
    if source.deleted:
        raise Conflict(_("La ligne %(number)d a été supprimée entre-temps.", number=line_number))
    general = _general(session, file, session.get_one(GeneralLine, source.general_line_id).code)
    return _insert(session, actor, clock, file, general, dict(source.cells), source.number)


def delete_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int, version: int) -> DraftLine:
    """Delete a line read at ``version``; deleting it twice is the same as once."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    if line.deleted:
        return line
    if line.version != version:
        raise _stale(session, file, line, version, dict(line.cells))
    before = image(line)
    line.deleted = True
    _touch(session, actor, clock, file, line, "delete", before)
    return line


def move_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int, step: int) -> DraftLine:
    """Move a line by ``step`` places (-1: up, 1: down) within its general line; at the edge it stays where it is."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    lines = _live_ranks(session, line.general_line_id)
    places = [place for place, (_rank, identifier) in enumerate(lines) if identifier == line.id]
    if not places:
        raise Conflict(_("La ligne %(number)d a été supprimée entre-temps.", number=line_number))
    target = places[0] + step
    if not 0 <= target < len(lines):
        return line
    before = image(line)
    line.rank = _rank_at(session, line.general_line_id, target, ignoring=line.id)
    line.updated_at = clock.now()
    # The cells are what they were: a neighbour who edits them is not disturbed by the move.
    log_change(session, actor, clock, line, "move", before, image(line))
    note_edit(session, clock, file)
    return line
