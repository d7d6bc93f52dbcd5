"""Pages of the draft are slices of the draft, however its groups are cut."""

import pytest

from tests.conftest import People
from tests.scopes.world import NUMBER, cells, make_file
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.scopes import queries
from webapp.scopes.queries.drafts import PAGE_LINES
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file
from webapp.scopes.services.general import GeneralValues
from webapp.scopes.services.steps import Edit, apply

SIZES = {"1": 30, "2": 5, "3": 0, "4": 90, "5": 1, "6": 260}


@pytest.mark.both_databases
def test_each_page_is_a_slice_of_the_draft(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    generals = [GeneralValues(code, f"Analyses {code}", "FLEX2") for code in SIZES]
    file = make_file(session, people, clock, generals=generals, names=())
    editor = people.actors["editrice"]
    edits = [Edit(None, general=code, cells=cells(f"Paramètre {code}.{place}")) for code, size in SIZES.items() for place in range(size)]
    apply(session, editor, clock, open_file(session, editor, clock, NUMBER), StepKind.IMPORT, edits)
    edits = [Edit(number, deleted=True) for number in (3, 31, 126, 200)]
    apply(session, editor, clock, open_file(session, editor, clock, NUMBER), StepKind.DELETE, edits)
    everything = [line.number for line in queries.draft_lines(session, file.id)]
    scope = queries.general_scope(session, file.id)
    for offset in (0, 28, 29, 33, 34, 100, 122, 123, 200, 300, 381, 382, 900):
        rows, total = queries.draft_page(session, file.id, scope, offset=offset)
        assert [row.number for row in rows] == everything[offset : offset + PAGE_LINES], offset
        assert total == (len(everything) if rows else 0)
    rows, total = queries.draft_page(session, file.id, scope, code="4", offset=50)
    assert (len(rows), total) == (40, 90)
    assert queries.draft_page(session, file.id, scope, code="3") == ([], 0)
    rows, total = queries.draft_page(session, file.id, scope, text="4.8")
    assert total == len(rows) == 11
