"""Two people at the same instant: nothing is lost silently, and nothing changes under a submission."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from tests.conftest import People
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import CellValue, Submission
from webapp.declarations.services import saving, transitions
from webapp.declarations.services.saving import Typed
from webapp.errors import Conflict

CELL = ("demandes", "ouvriers", "deposees")


def test_two_first_saves_of_one_cell_keep_one_and_show_it_to_the_other(
    database: Database, people: People, clock: FrozenClock, number_of: Callable[[str], str]
) -> None:
    number, actor, start = number_of("atpro-bretagne"), people.actors["declarant-breton"], Barrier(2)

    def save(text: str) -> int:
        start.wait(timeout=10)
        with database.transaction(actor) as session:
            file = queries.find_return(session, actor, number)
            outcome = saving.save_cells(session, actor, clock, file, {CELL: Typed(text, 0, "")})
            return len(outcome.conflicts)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, ("11", "22"))) == [0, 1]
    with database.reader() as session, session.for_everyone():
        assert session.scalar(select(func.count()).select_from(CellValue)) == 1


def test_a_cell_saved_while_the_return_is_submitted_is_in_the_snapshot_or_refused(
    session: GuichetSession,
    database: Database,
    people: People,
    clock: FrozenClock,
    number_of: Callable[[str], str],
    fill: Callable[..., None],
) -> None:
    number, actor, start = number_of("atpro-bretagne"), people.actors["declarant-breton"], Barrier(3)
    fill(number)
    key = ("demandes", "cadres", "deposees")

    def save() -> str:
        start.wait(timeout=10)
        with database.transaction(actor) as session:
            file = queries.find_return(session, actor, number)
            shown = saving.shown_text(file, key, queries.stored_cells(session, file.id))
            try:
                saving.save_cells(session, actor, clock, file, {key: Typed("4321", 1, shown)})
            except Conflict:
                return "refused"
            return "saved"

    def submit() -> str:
        start.wait(timeout=10)
        with database.transaction(actor) as session:
            file = queries.find_return(session, actor, number)
            return transitions.submit(session, actor, clock, file, version=1, public_url="https://guichet.test")

    with ThreadPoolExecutor(3) as pool:
        saved, first, second = pool.submit(save), pool.submit(submit), pool.submit(submit)
        assert first.result() == second.result()
        outcome = saved.result()
    frozen = json.loads(session.scalars(select(Submission.snapshot)).one())
    assert (frozen["entered"]["demandes.cadres.deposees"]["value"] == "4321") is (outcome == "saved")
