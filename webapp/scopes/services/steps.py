"""The one way to change the lines of a draft: a step, of one line or of thousands, written in few statements.

Callers open the file (:func:`webapp.scopes.services.files.open_file`), check the act (``require``) and clean the cells; this
module finds the lines, refuses those that changed since they were read, places the new ones, and writes lines and log together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.folding import fold
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.decisions import GeneralStatus
from webapp.scopes.rules.lines import digest, duplicate_key, placed
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import note_edit

#: A scope of more lines than this would no longer be read by anybody.
MOST_LINES = 20_000
#: Up to so many lines are looked up by their numbers; beyond, the whole draft is read at once.
_FEW = 300
#: As ``Edit.after``: before every other line of the general line.
FIRST = 0

_COLUMNS = (
    DraftLine.id,
    DraftLine.number,
    DraftLine.general_line_id,
    DraftLine.cells,
    DraftLine.rank,
    DraftLine.version,
    DraftLine.deleted,
    DraftLine.digest,
    DraftLine.published_digest,
    DraftLine.published_rank,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What one line is to become; what is None stays as it is.

    ``number`` None makes a new line, which needs ``general`` (a code) and ``cells`` (clean, one for each column). ``after`` is the
    number of the line to stand after (``FIRST``: before all; None: at the end): it counts for new lines, for those that go to
    another general line, and for those that are ``moved``. ``rank`` is an exact place instead, of a step taken back.
    ``expected`` is the version at which the line was read: another one is a conflict.
    """

    number: int | None
    general: str | None = None
    cells: Mapping[str, str] | None = None
    deleted: bool | None = None
    after: int | None = None
    moved: bool = False
    rank: int | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line as a step left it."""

    number: int
    version: int
    general: str
    cells: Mapping[str, str]
    deleted: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the edits, in their order; ``step_id`` is None when nothing changed."""

    step_id: int | None
    lines: Sequence[LineNow]


class StaleLines(Conflict):
    """Some lines are no longer what they were read as: ``numbers`` names them. Nothing was written."""

    def __init__(self, numbers: Sequence[int]) -> None:
        shown = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
        super().__init__(_("Ces lignes ont été modifiées entre-temps : %(numbers)s.", numbers=shown), numbers=tuple(numbers))
        self.numbers = tuple(numbers)


def derived(code: str, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of a line that follow from its general line and its cells."""
    return {
        "cells": dict(cells),
        "digest": digest(code, cells),
        "duplicate_key": duplicate_key(code, cells),
        "search_text": fold(" ".join(value for value in cells.values() if value)),
    }


def image_of(row: AnyRow) -> dict[str, Any]:
    """Return what the log keeps of a line."""
    return {"general": row.general_line_id, "cells": dict(row.cells), "rank": row.rank, "deleted": row.deleted}


def apply(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: Dossier,
    kind: StepKind,
    edits: Iterable[Edit],
    *,
    note: str = "",
    undoes: int | None = None,
) -> Applied:
    """Carry out the edits as one step of an open file; what would change nothing is no change.

    :class:`StaleLines` when a line is not at the version expected, :class:`NotFound` for a number that the file does not have,
    :class:`Invalid` for a general line that takes no line, or for a scope that would grow too long.
    """
    wanted = list(edits)
    step = _Step(session, file, wanted)
    lines = [step.take(edit) for edit in wanted]
    if not step.changes:
        return Applied(None, lines)
    step_id = step.write(actor, clock, kind, note, undoes)
    note_edit(session, clock, file, differs=step.differs)
    return Applied(step_id, lines)


class _Step:
    """A step being prepared: reads everything first, writes everything at the end."""

    def __init__(self, session: Session, file: Dossier, edits: Sequence[Edit]) -> None:
        self.session, self.file = session, file
        self.rows = _rows(session, file, [edit.number for edit in edits if edit.number is not None])
        self.generals = {row.code: row for row in session.execute(_generals(file))}
        self.codes = {row.id: row.code for row in self.generals.values()}
        _refuse_stale(self.rows, edits)
        self.inserts: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.places: dict[int, list[tuple[dict[str, Any], dict[str, Any], int | None]]] = {}
        self.differs = False

    def take(self, edit: Edit) -> LineNow:
        """Note what an edit does, and return the line as it will be."""
        return self._new(edit) if edit.number is None else self._change(edit, self.rows[edit.number])

    def _general(self, code: str) -> AnyRow:
        general = self.generals.get(code)
        if general is None:
            raise Invalid({"generale": _("Choisissez une ligne de la portée générale de ce dossier.")})
        if general.status is not GeneralStatus.ACTIVE:
            message = _("La ligne de portée générale %(general)s n’est plus en vigueur : choisissez-en une autre.", general=code)
            raise Invalid({"generale": message})
        return general

    def _new(self, edit: Edit) -> LineNow:
        if self.file.next_line > MOST_LINES:
            raise Invalid({"generale": _("Une portée ne peut pas dépasser %(most)d lignes.", most=MOST_LINES)})
        general, cells = self._general(edit.general or ""), edit.cells or {}
        number = self.file.next_line
        self.file.next_line += 1
        image = {"general": general.id, "cells": dict(cells), "rank": 0, "deleted": False}
        row = {"number": number, "general_line_id": general.id, "rank": 0, "version": 1, "deleted": False, **derived(general.code, cells)}
        self.inserts.append(row)
        self._log(number, 1, None, image)
        self._place(general.id, row, image, edit)
        self.differs = True
        return LineNow(number, 1, general.code, cells, deleted=False, changed=True)

    def _change(self, edit: Edit, row: AnyRow) -> LineNow:
        code = self.codes[row.general_line_id] if edit.general is None else edit.general
        general_id = row.general_line_id
        if code != self.codes[row.general_line_id]:
            general_id = self.generals[code].id if edit.rank is not None and code in self.generals else self._general(code).id
        before = image_of(row)
        after = {
            "general": general_id,
            "cells": before["cells"] if edit.cells is None else dict(edit.cells),
            "rank": row.rank if edit.rank is None else edit.rank,
            "deleted": row.deleted if edit.deleted is None else edit.deleted,
        }
        placing = edit.rank is None and (edit.moved or general_id != row.general_line_id)
        if after == before and not placing:
            return LineNow(row.number, row.version, code, row.cells, row.deleted, changed=False)
        # Where a line stands is not what it says: a neighbour who edits its cells is not disturbed by a move.
        says_else = any(after[key] != before[key] for key in ("general", "cells", "deleted"))
        version = row.version + says_else
        update_ = {"at_id": row.id, "general_line_id": general_id, "rank": after["rank"], "version": version, "deleted": after["deleted"]}
        update_ |= derived(code, after["cells"])
        self.updates.append(update_)
        self._log(row.number, version, before, after)
        if placing:
            self._place(general_id, update_, after, edit)
        exact = update_["digest"] if not after["deleted"] else None
        self.differs |= exact != row.published_digest or placing or (exact is not None and after["rank"] != row.published_rank)
        return LineNow(row.number, version, code, after["cells"], after["deleted"], changed=True)

    def _log(self, number: int, version: int, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        self.changes.append({"line_number": number, "line_version": version, "before": before, "after": after})

    def _place(self, general_id: int, row: dict[str, Any], image: dict[str, Any], edit: Edit) -> None:
        self.places.setdefault(general_id, []).append((row, image, edit.after))

    def write(self, actor: Actor, clock: Clock, kind: StepKind, note: str, undoes: int | None) -> int:
        """Write lines and log; return the step's id."""
        self._settle_places()
        owner = {"organisation_id": self.file.organisation_id, "dossier_id": self.file.id}
        now = clock.now()
        if self.inserts:
            self.session.execute(insert(DraftLine.__table__), [{**owner, **row, "updated_at": now} for row in self.inserts])  # type: ignore[arg-type]  # -- a mapped class's table is a Table
        if self.updates:
            self.session.connection().execute(_UPDATE, [{**row, "updated_at": now} for row in self.updates])
        step = insert(ScopeStep).values(
            **owner,
            account_id=actor.account_id,
            actor_name=actor.name,
            at=now,
            kind=kind,
            line_count=len(self.changes),
            note=note,
            undoes_id=undoes,
        )
        step_id: int = self.session.execute(step.returning(ScopeStep.id)).scalar_one()
        self.session.execute(insert(ScopeChange.__table__), [{**owner, "step_id": step_id, **change} for change in self.changes])  # type: ignore[arg-type]  # -- a mapped class's table is a Table
        return step_id

    def _settle_places(self) -> None:
        """Give their ranks to the lines that are new in a group, and room to the group when there is none."""
        for general_id, wanted in self.places.items():
            moving = {row["at_id"] for row, _image, _after in wanted if "at_id" in row}
            query = select(DraftLine.id, DraftLine.number, DraftLine.rank, DraftLine.published_rank)
            present = self.session.execute(
                query.where(DraftLine.general_line_id == general_id, ~DraftLine.deleted).order_by(DraftLine.rank, DraftLine.number)
            ).all()
            still = [(row.number, row.rank) for row in present if row.id not in moving]
            ranks, renumbered = placed(still, [after for _row, _image, after in wanted])
            for (row, image, _after), rank in zip(wanted, ranks, strict=True):
                row["rank"] = image["rank"] = rank
            if renumbered:
                self._renumber([row for row in present if row.number in renumbered], renumbered)

    def _renumber(self, rows: Sequence[AnyRow], ranks: Mapping[int, int]) -> None:
        """Give a group its room back; what stood where it was published still does."""
        values = [
            {
                "at_id": row.id,
                "rank": ranks[row.number],
                "published_rank": ranks[row.number] if row.published_rank == row.rank else row.published_rank,
            }
            for row in rows
        ]
        self.session.connection().execute(_RENUMBER, values)


_TABLE = DraftLine.__table__
_UPDATE = (
    update(_TABLE)  # type: ignore[arg-type]  # -- a mapped class's table is a Table
    .where(_TABLE.c.id == bindparam("at_id"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "general_line_id",
                "cells",
                "rank",
                "version",
                "deleted",
                "digest",
                "duplicate_key",
                "search_text",
                "updated_at",
            )
        }
    )
)
_RENUMBER = (
    update(_TABLE)  # type: ignore[arg-type]  # -- a mapped class's table is a Table
    .where(_TABLE.c.id == bindparam("at_id"))
    .values(rank=bindparam("rank"), published_rank=bindparam("published_rank"))
)


def _generals(file: Dossier) -> Any:
    return select(GeneralLine.id, GeneralLine.code, GeneralLine.status).where(GeneralLine.dossier_id == file.id).order_by(GeneralLine.rank)


def _rows(session: Session, file: Dossier, numbers: Sequence[int]) -> dict[int, AnyRow]:
    """Return the lines of the draft by number, deleted ones included; :class:`NotFound` names the first that is not there."""
    query = select(*_COLUMNS).where(DraftLine.dossier_id == file.id).order_by(DraftLine.number)
    if not numbers:
        return {}
    if len(numbers) <= _FEW:
        query = query.where(DraftLine.number.in_(numbers))
    rows: dict[int, AnyRow] = {row.number: row for row in session.execute(query)}
    missing = next((number for number in numbers if number not in rows), None)
    if missing is not None:
        raise NotFound(f"{file.number}/{missing}")
    return rows


def _refuse_stale(rows: Mapping[int, AnyRow], edits: Sequence[Edit]) -> None:
    stale = [edit.number for edit in edits if edit.number is not None and edit.expected not in (None, rows[edit.number].version)]
    if stale:
        raise StaleLines(stale)
