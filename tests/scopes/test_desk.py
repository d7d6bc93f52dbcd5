"""What the counter hands to the desk and to the portal-wide search."""

from datetime import timedelta

from tests.conftest import People
from tests.scopes.world import NUMBER, make_file, publish
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.folding import words
from webapp.scopes import queries


def test_the_desk_shows_what_waits_for_each_and_a_scope_in_force_waits_for_nobody(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FX-8b
    make_file(session, people, clock, "1-0001", names=())
    make_file(session, people, clock)
    make_file(session, people, clock, "1-0099", organisation="autre-laboratoire")
    publish(session, people, clock, wait=False)
    editor, officer = people.actors["editrice"], people.actors["chargee"]
    rows = {row.url_values["number"]: row for row in queries.waiting(session, editor, clock)}
    assert set(rows) == {"1-0001", NUMBER}
    assert rows["1-0001"].chip_text == "À définir"
    assert rows["1-0001"].when is None
    assert rows[NUMBER].chip_text == "Publication demandée : v1"
    assert rows[NUMBER].when is not None
    assert rows[NUMBER].when > clock.now()
    assert {row.url_values["number"] for row in queries.waiting(session, officer, clock)} == {"1-0001", NUMBER, "1-0099"}
    clock.advance(timedelta(days=2))
    assert [row.url_values["number"] for row in queries.waiting(session, editor, clock)] == ["1-0001"]
    assert queries.waiting(session, people.actors["declarante"], clock) == []


def test_a_search_finds_files_then_lines_of_ones_own_only(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    make_file(session, people, clock)
    make_file(session, people, clock, "1-0099", organisation="autre-laboratoire")
    editor = people.actors["editrice"]
    with database.reader() as reader:
        reader.acts_for(editor)
        assert [row.label for row in queries.search(reader, editor, clock, words("VAUBAN"), 20)] == ["1-0042 · Laboratoire Vauban"]
        found = queries.search(reader, editor, clock, words("nitrâtes"), 20)
        assert [(row.label, row.url_endpoint) for row in found] == [("1-0042, ligne 1", "scopes.line")]
        assert "Chromatographie" in found[0].excerpt
        assert queries.search(reader, editor, clock, words("ampere"), 20) == []
    officer = people.actors["chargee"]
    assert len(queries.search(session, officer, clock, words("nitrates"), 20)) == 2
    assert len(queries.search(session, officer, clock, words("nitrates"), 1)) == 1
    assert queries.search(session, people.actors["agente"], clock, words("nitrates"), 20) == []
