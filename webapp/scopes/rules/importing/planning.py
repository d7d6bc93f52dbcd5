"""Planning an import: each row of the table is held against the draft as it is now and, for a sheet that comes back, as it was."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.check import FINDING_TEXTS, Finding, Severity, check_line, context
from webapp.scopes.rules.decisions import Flexibility, GeneralStatus
from webapp.scopes.rules.importing.columns import DELETE, GENERAL, LINE, VERSION, Columns, Source
from webapp.scopes.rules.importing.draft import MINE, PRESENCE, THEIRS, Draft, Options
from webapp.scopes.rules.importing.plan import TEXTS, Plan, PlannedRow, Remark, Status, Weight
from webapp.scopes.rules.importing.rows import Read, Reader
from webapp.scopes.rules.lines import Line, duplicate_key
from webapp.scopes.rules.merge import Fate, Merged, State, Value, merge_line
from webapp.tables.table import Row


def plan(of: Activity, source: Source, columns: Columns, draft: Draft, options: Options) -> Plan:
    """Return what importing ``source`` would do to ``draft``."""
    planner = _Planner(of, source, columns, draft, options)
    rows = [planner.row(row) for row in source.rows if columns.header is None or row.number > columns.header]
    if options.absent and columns.place(LINE) is not None:
        rows.extend(planner.absent())
    return Plan(tuple(rows), tuple(columns.unknown.values()), tuple(columns.repeated.values()))


class _Planner:
    """What every row is planned with; it remembers the rows before, for what is there twice."""

    def __init__(self, of: Activity, source: Source, columns: Columns, draft: Draft, options: Options) -> None:
        self.of, self.source, self.columns, self.draft, self.options = of, source, columns, draft, options
        self.held = draft.held or context(of, draft.generals)
        self.generals = {general.code: general for general in draft.generals}
        self.lines = {line.number: line for line in draft.lines}
        self.twins = {line.duplicate_key: line.number for line in reversed(draft.lines) if not line.deleted}
        self.seen_lines: dict[int, int] = {}
        self.seen_twins: dict[str, int] = {}
        self.reader = Reader(of, source, columns, draft, options)

    def row(self, row: Row) -> PlannedRow:
        """Plan one row."""
        read = self.reader.read(row)
        if read.line is not None and not self._known(read):
            return self._failed(read)
        if read.line is not None:
            return self._merged(read, read.line)
        if read.delete:
            read.say("delete_new", DELETE)
        return self._added(read)

    def absent(self) -> Iterable[PlannedRow]:
        """Plan the deletion of the live lines that the export had and the table no longer has."""
        for line in self.draft.lines:
            known = line.number in self.source.versions
            if known and not line.deleted and line.number not in self.seen_lines:
                read = Read(Row(0, ()), line.number, self.source.versions[line.number], delete=True)
                yield self._merged(read, line.number)

    def _known(self, read: Read) -> bool:
        """Tell whether the line that a row names can be written; say why not."""
        line = read.line or 0
        if line not in self.lines:
            read.say("line_unknown", LINE, line=line)
            return False
        if line in self.seen_lines:
            read.say("line_twice", LINE, line=line, row=self.seen_lines[line])
            return False
        self.seen_lines[line] = read.row.number
        if read.version is not None and read.version > self.lines[line].version:
            read.say("version_ahead", VERSION, version=read.version)
        return True

    # Rows of lines that are there

    def _merged(self, read: Read, number: int) -> PlannedRow:
        line = self.lines[number]
        theirs = None if line.deleted else State(line.general, line.cells)
        base = State(line.general, line.cells) if read.version == line.version else self.draft.bases.get((number, read.version or 0))
        keys = self.columns.cells
        mine = None
        if not read.delete:
            kept = base or State(line.general, line.cells)
            mine = State(read.general or kept.general, {**kept.cells, **read.cells})
        merged = merge_line(base, mine, theirs, keys)
        planned = PlannedRow(
            read.row.number, Status.UNCHANGED, number, line.general, dict(line.cells), dict(line.cells), line.general, line.version
        )
        if merged.presence is not Fate.UNTOUCHED:
            return self._present(read, replace(planned, before=None if line.deleted else planned.before), merged, mine)
        return self._written(read, planned, merged)

    def _present(self, read: Read, planned: PlannedRow, merged: Merged, mine: State | None) -> PlannedRow:
        """Plan a line that one side deleted."""
        choice = self.options.choices.get(f"{planned.key}/{PRESENCE}", "")
        side = MINE if mine is None else THEIRS
        if merged.presence is Fate.CONFLICT and choice not in (MINE, THEIRS):
            shown = dict(mine.cells) if mine is not None else planned.cells
            conflict = replace(planned, status=Status.CONFLICT, presence=side, cells=shown)
            return self._finished(read, conflict)
        if merged.presence is Fate.MINE or (merged.presence is Fate.CONFLICT and choice == MINE):
            if mine is None:
                return self._finished(read, replace(planned, status=Status.DELETED))
            restored = replace(planned, status=Status.CHANGED, general=mine.general, cells=dict(mine.cells), changed=("", *self.of.keys))
            return self._finished(read, restored)
        if planned.before is None and mine is not None:
            read.say("gone", "", Weight.NOTE)
        return self._finished(read, planned)

    def _written(self, read: Read, planned: PlannedRow, merged: Merged) -> PlannedRow:
        assert merged.general is not None
        values: dict[str, Value] = {"": merged.general, **merged.cells}
        settled = {key: self._settled(planned.key, key, value) for key, value in values.items()}
        open_ = {key: value for key, value in values.items() if settled[key] is None}
        result = {key: value.theirs if settled[key] is None else settled[key] or "" for key, value in values.items()}
        changed = tuple(key for key, value in values.items() if result[key] != value.theirs)
        general = result.pop("")
        others = {value.fate for value in values.values()} & {Fate.THEIRS, Fate.CONFLICT}
        status = Status.CONFLICT if open_ else Status.UNCHANGED
        if changed and not open_:
            status = Status.MERGED if others else Status.CHANGED
        cells = {**planned.cells, **result}
        return self._finished(read, replace(planned, status=status, general=general, cells=cells, changed=changed, conflicts=open_))

    def _settled(self, row: str, key: str, value: Value) -> str | None:
        """Return what comes out of a value, or None while its conflict is not settled."""
        if value.fate is not Fate.CONFLICT:
            return value.value
        if f"{row}/{key}" in self.options.edits:
            return value.mine
        choice = self.options.choices.get(f"{row}/{key}", "")
        return value.mine if choice == MINE else value.theirs if choice == THEIRS else None

    # Rows of new lines

    def _added(self, read: Read) -> PlannedRow:
        cells = {key: read.cells.get(key, "") for key in self.of.keys}
        general = read.general or self.options.general
        if not general:
            general = self._after_over()
        key = duplicate_key(general, cells)
        filled = any(cells.values())
        planned = PlannedRow(read.row.number, Status.ADDED, None, general, cells, changed=("", *(name for name in cells if cells[name])))
        if not filled:
            read.say("empty")
        elif key in self.twins:
            read.say("twin_draft", "", Weight.NOTE, line=self.twins[key])
            planned = replace(planned, status=Status.DUPLICATE)
        elif key in self.seen_twins:
            read.say("twin_table", "", Weight.NOTE, row=self.seen_twins[key])
            planned = replace(planned, status=Status.DUPLICATE)
        else:
            self.seen_twins[key] = read.row.number
        return self._finished(read, planned)

    def _after_over(self) -> str:
        """Return the general line of what a block goes on under when it is longer than the lines below its start."""
        return self.lines[self.reader.over[-1]].general if self.reader.over else ""

    # The end of each row

    def _finished(self, read: Read, planned: PlannedRow) -> PlannedRow:
        """Return the row with everything there is to say of it, in error when something keeps it out."""
        if planned.status in (Status.ADDED, Status.CHANGED, Status.MERGED):
            self._check_general(read, planned)
            self._check_cells(read, planned)
            if not any(planned.cells.values()):
                read.say("empty")
        heavy = {Weight.HARD} if self.options.incomplete else {Weight.HARD, Weight.SOFT}
        remarks = tuple(read.remarks)
        if any(remark.weight in heavy for remark in remarks):
            return replace(planned, status=Status.ERROR, remarks=remarks)
        return replace(planned, remarks=remarks)

    def _failed(self, read: Read) -> PlannedRow:
        cells = {key: read.cells.get(key, "") for key in self.of.keys}
        return PlannedRow(read.row.number, Status.ERROR, read.line, read.general or "", cells, remarks=tuple(read.remarks))

    def _check_general(self, read: Read, planned: PlannedRow) -> None:
        if "" not in planned.changed:
            return
        general = self.generals.get(planned.general)
        if not planned.general:
            read.say("no_general", GENERAL)
        elif general is None:
            read.say("general_unknown", GENERAL, general=planned.general[:40])
        elif general.status is not GeneralStatus.ACTIVE:
            read.say("general_closed", GENERAL, general=planned.general)

    def _check_cells(self, read: Read, planned: PlannedRow) -> None:
        """Say what the control would say of the line, without what it already says of the draft's."""
        known: set[tuple[str, str]] = set()
        if planned.before is not None:
            known = {(item.code, item.column) for item in self._findings(planned.line, planned.before_general, planned.before)}
        # A cell that is longer than any may be was told so: that its column allows less still would be a second limit for one fault.
        known |= {("too_long", remark.column) for remark in read.remarks if remark.text == TEXTS["too_long"]}
        for finding in self._findings(planned.line, planned.general, planned.cells, added=planned.before is None):
            if (finding.code, finding.column) not in known:
                weight = Weight.SOFT if finding.severity is Severity.BLOCKING else Weight.NOTE
                read.remarks.append(Remark(finding.column, FINDING_TEXTS[finding.code], finding.params, weight))

    def _findings(self, line: int | None, code: str, cells: Mapping[str, str], *, added: bool = False) -> Iterator[Finding]:
        """Yield what the control says of a line at its cells, and of a line that FIXE holds."""
        general = self.generals.get(code)
        for finding in check_line(self.of, Line(line or 0, code, cells), general, self.held):
            if finding.column:  # of the general line the import has its own words
                yield finding
        if added and self.draft.online and general is not None and general.flexibility is Flexibility.FIXE and not general.extended:
            yield Finding("fixed_added", line, params={"general": code})
