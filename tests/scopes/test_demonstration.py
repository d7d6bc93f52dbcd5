"""The demonstration's files: fictitious, complete, true to the rules, and quick to load."""

import json

import pytest
from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import GuichetSession
from webapp.demonstration import scopes as demonstration
from webapp.demonstration.accounts import load_people
from webapp.demonstration.world import World
from webapp.register import queries as register
from webapp.scopes import queries
from webapp.scopes.models import Dossier, PublishedVersion
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import activity, all_activities
from webapp.scopes.rules.check import Severity, context, published_methods, verdict
from webapp.scopes.rules.decisions import Flexibility
from webapp.scopes.rules.flexibility import VERDICT_TEXTS
from webapp.scopes.rules.states import ScopeState
from webapp.scopes.services.publication import review


@pytest.fixture
def world(session: GuichetSession, clock: FrozenClock, settings: Settings) -> World:
    world = World(session, clock, settings)
    load_people(world)
    demonstration.load(world)
    session.flush()
    return world


def test_the_demonstration_shows_every_state_and_a_thousand_lines(world: World, clock: FrozenClock) -> None:
    session, officer = world.session, world.actor("hugo.mercier", "accreditation")
    found, total = queries.files(session, officer, clock, order=Dossier.number, limit=100)
    assert {head.state for head, _at in found} == set(ScopeState)
    assert {head.activity for head, _at in found} == {"essais", "etalonnages", "biologie", "inspection", "certification"}
    assert total == len(demonstration.STORIES)
    bodies = session.scalar(select(func.count()).where(Organisation.kind == OrganisationKind.ACCREDITED_BODY))
    assert bodies is not None
    assert bodies >= 13
    vauban = queries.file_head(session, world.actor("claire.fontaine", "vauban"), clock, "1-0042")
    assert (vauban.online_version, vauban.draft_version, vauban.changed) == (7, 8, 3)
    assert register.published(session, "1-0042", clock.now()).line_count == 1000
    assert len(register.versions(session, vauban.id, clock.now())) == 7


def test_what_the_demonstration_publishes_passes_the_control_and_its_digests_hold(world: World, clock: FrozenClock) -> None:
    session = world.session
    for version in session.scalars(select(PublishedVersion).order_by(PublishedVersion.id)):
        assert snapshot.sha256(version.snapshot) == version.sha256
        assert json.loads(version.snapshot)["version"] == version.number
    for file in session.scalars(select(Dossier).where(Dossier.online == "published").order_by(Dossier.number)):
        blocking = [item for item in review(session, clock, file.id, file.activity).findings if item.severity is Severity.BLOCKING]
        expected = [(1001, "fail_not_revision"), (105, "fail_own")] if file.number == "1-0042" else []
        assert [(item.line, item.code) for item in blocking] == expected, file.number


def test_the_clock_is_put_back(world: World, clock: FrozenClock) -> None:
    assert clock.now().isoformat() == "2026-11-23T09:00:00+00:00"


def test_every_verdict_is_seen_for_every_activity_at_every_level(world: World, clock: FrozenClock) -> None:
    # FX-1
    seen: dict[tuple[str, Flexibility], set[bool]] = {}
    codes: set[str] = set()
    for file in world.session.scalars(select(Dossier).order_by(Dossier.number)):
        of = activity(file.activity)
        facts = {row.code: queries.facts_of(row, file.requested_at) for row in queries.general_scope(world.session, file.id)}
        last = queries.last_effective(world.session, file.id, clock.now())
        online = queries.version_lines(world.session, last.id) if last is not None else ()
        held = context(of, facts.values(), published_methods(of, online))
        for line in queries.draft_lines(world.session, file.id):
            judged = verdict(of, line, facts[line.general], held)
            assert judged is not None
            codes.add(judged.code)
            seen.setdefault((file.activity, facts[line.general].flexibility), set()).add(judged.passes)
    assert codes == set(VERDICT_TEXTS)
    for of in all_activities():
        for level in of.flexibilities:
            assert seen[of.code, level] >= ({True} if level is of.top_flexibility else {True, False}), (of.code, level)
