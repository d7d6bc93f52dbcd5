"""Fictitious accredited bodies and their detailed scopes, in each of the five states; rows are written in bulk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert

from webapp.actor import SYSTEM, Actor, OrganisationKind
from webapp.clock import PARIS
from webapp.demonstration import scopes_import
from webapp.demonstration import scopes_vocabulary as vocabulary
from webapp.demonstration.scopes_flexibility import SHOWN, generals, granted, proposals
from webapp.demonstration.world import World
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.scopes.models import Dossier, DossierSite, DraftLine, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import ColumnRole, activity
from webapp.scopes.rules.decisions import DecisionKind, Flexibility, GeneralStatus
from webapp.scopes.rules.flexibility import in_force
from webapp.scopes.rules.lines import RANK_STEP, Line, digest, duplicate_key
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.rules.states import Draft, Online
from webapp.scopes.services import lines as line_services
from webapp.scopes.services.decisions import DecisionValues, record_decision
from webapp.scopes.services.publication import published_rows, request_publication, review
from webapp.scopes.services.rights import first_responsible, give
from webapp.scopes.services.versions import name_draft

Source = Callable[[], Iterator[tuple[str, dict[str, str]]]]
General = tuple[str, str, str]

#: Key → name and town of the bodies besides Laboratoire Vauban. All are invented.
BODIES = {
    "ampere": ("Laboratoire Ampère Métrologie", "Lyon"),
    "armor": ("Armor Analyses", "Brest"),
    "bievre": ("Bièvre Étalonnage", "Grenoble"),
    "canigou": ("Biologie du Canigou", "Perpignan"),
    "corniche": ("Laboratoire de la Corniche", "Marseille"),
    "dhuys": ("Centre d’essais de la Dhuys", "Meaux"),
    "forez": ("Forez Inspection", "Saint-Étienne"),
    "garonne": ("Garonne Contrôle technique", "Toulouse"),
    "iroise": ("Iroise Biologie médicale", "Quimper"),
    "lozere": ("Lozère Certification", "Mende"),
    "maine": ("Maine Qualité Certification", "Le Mans"),
    "vosges": ("Laboratoire des Vosges", "Épinal"),
}

WATER: tuple[General, ...] = (
    ("1", "Échantillonnage d’eau", "FIXE"),
    ("2", "Analyses microbiologiques des eaux", "FLEX2"),
    ("3", "Analyses physico-chimiques des eaux", "FLEX1"),
    ("4", "Micropolluants organiques des eaux", "FLEX3"),
)
SOILS: tuple[General, ...] = (("1", "Métaux dans les sols, boues et sédiments", "FLEX1"), ("2", "Qualité de l’air intérieur", "FLEX2"))
METROLOGY: tuple[General, ...] = (("1", "Température et hygrométrie", "FLEX1"), ("2", "Masse, longueur, pression, électricité", "FLEX3"))
BIOLOGY: tuple[General, ...] = (("1", "Biochimie, hématologie, immunologie, microbiologie", "A"), ("2", "Biologie moléculaire", "B"))
INSPECTION: tuple[General, ...] = (("1", "Équipements sous pression", "FLEX1"), ("2", "Bâtiment, levage et électricité", "FIXE"))
CERTIFICATION: tuple[General, ...] = (("1", "Systèmes de management", "FLEX1"), ("2", "Produits, services et personnes", "FLEX2"))


@dataclass(frozen=True, slots=True)
class Story:
    """One file: whose, what, and what happened to it. ``ages`` are those of its requests in days, oldest first; ``granted`` its methods."""

    number: str
    body: str
    activity: str
    generals: tuple[General, ...]
    source: Source
    ages: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    draft: bool = False
    ask: bool = False
    granted: tuple[str, ...] = ()
    decisions: tuple[tuple[DecisionKind, str, int, str], ...] = ()


SUSPENDED, TERMINATED, WITHDRAWN = DecisionKind.SUSPENSION, DecisionKind.TERMINATION, DecisionKind.FLEXIBILITY_WITHDRAWAL
STORIES: tuple[Story, ...] = (
    *(Story(number, body, of, generals(of), partial(proposals, of), draft=True, granted=granted(of)) for number, body, of in SHOWN),
    Story(
        "1-0042",
        "vauban",
        "essais",
        WATER,
        vocabulary.vauban,
        ages=(820, 700, 560, 410, 300, 150, 40),
        sizes=(640, 700, 760, 830, 900, 960, 1000),
    ),
    Story("1-0187", "vauban", "essais", SOILS, vocabulary.small_tests, ages=(200,)),
    Story(
        "1-0311", "vauban", "essais", SOILS, vocabulary.small_tests, ages=(310, 90), decisions=((SUSPENDED, "2", 6, "Écarts critiques"),)
    ),
    Story("1-0450", "vauban", "essais", SOILS, vocabulary.small_tests, ages=(120,), draft=True, ask=True),
    Story("2-0118", "vauban", "etalonnages", METROLOGY, vocabulary.calibrations),
    Story(
        "3-0077", "vauban", "inspection", INSPECTION, vocabulary.inspections, ages=(400,), decisions=((WITHDRAWN, "1", 30, "À la demande"),)
    ),
    Story("2-0015", "ampere", "etalonnages", METROLOGY, vocabulary.calibrations, ages=(500, 220)),
    Story("1-0603", "armor", "essais", SOILS, vocabulary.small_tests, ages=(180,), draft=True),
    Story("2-0231", "bievre", "etalonnages", METROLOGY, vocabulary.calibrations, draft=True),
    Story("8-1024", "canigou", "biologie", BIOLOGY, vocabulary.exams, ages=(330, 60)),
    Story("1-0777", "corniche", "essais", SOILS, vocabulary.small_tests, ages=(90,), decisions=((TERMINATED, "2", 12, "Cessation"),)),
    Story("1-0812", "dhuys", "essais", SOILS, vocabulary.small_tests),
    Story("3-0140", "forez", "inspection", INSPECTION, vocabulary.inspections, ages=(260,)),
    Story("3-0209", "garonne", "inspection", INSPECTION, vocabulary.inspections, ages=(75,), draft=True),
    Story("8-2048", "iroise", "biologie", BIOLOGY, vocabulary.exams, ages=(45,), decisions=((SUSPENDED, "2", 3, "Contrôle externe"),)),
    Story("5-0033", "lozere", "certification", CERTIFICATION, vocabulary.certifications, ages=(610, 35)),
    Story("5-0061", "maine", "certification", CERTIFICATION, vocabulary.certifications),
    Story("1-0930", "vosges", "essais", SOILS, vocabulary.small_tests, ages=(28,)),
)


#: What the body calls some of its versions: (file, version) → name.
NAMES = {
    ("1-0042", 1): "Premier cycle",
    ("1-0042", 4): "Extension aux micropolluants",
    ("1-0042", 7): "Renouvellement",
}


def load(world: World) -> None:
    """Make the bodies and their files; the clock is put back where it was."""
    now = world.clock.now()
    for key, (name, town) in BODIES.items():
        world.organisation(key, OrganisationKind.ACCREDITED_BODY, name, city=town)
    for story in STORIES:
        _load(world, story, now)
        world.clock.set(now)
    _entrust(world)
    scopes_import.load(world)


def _entrust(world: World) -> None:
    """A colleague stands in for a time, somebody reads for an audit: given by the person responsible."""
    claire, settings = world.actor("claire.fontaine", "vauban"), world.settings
    today = world.clock.now().astimezone(PARIS).date()
    for number, username, right, days, reason in (
        ("1-0187", "lea.moreau", FileRight.DELEGATE, 21, "Congés de Claire Fontaine"),
        ("1-0042", "yves.colin", FileRight.AUDITOR, 60, "Audit interne de novembre"),
        ("2-0118", "yves.colin", FileRight.AUDITOR, 60, "Audit interne de novembre"),
    ):
        person = world.people[username].id
        give(world.session, claire, world.clock, number, person, right, today + timedelta(days=days), reason, settings.public_url)


def _editor(world: World, body: str) -> Actor:
    """Return who edits the body's files: its demonstration editor, or one who has no sign-in."""
    if ("claire.fontaine", body) in world.roles:
        return world.actor("claire.fontaine", body)
    organisation = world.organisations[body]
    editor = world.actor("claire.fontaine", "vauban")
    return replace(editor, account_id=None, name=organisation.name, organisation_id=organisation.id, organisation_name=organisation.name)


def _load(world: World, story: Story, now: datetime) -> None:
    file, generals = _file(world, story, now)
    everything = list(story.source())
    started = bool(story.ages or story.draft)
    all_lines = [Line(number, code, cells) for number, (code, cells) in enumerate(everything, start=1)] if started else []
    last: datetime | None = None
    for number, age in enumerate(story.ages, start=1):
        size = story.sizes[number - 1] if story.sizes else len(all_lines) - 3 * (len(story.ages) - number)
        last = _version(world, story, file, number, age, all_lines[:size], now)
    _draft(world, file, generals, all_lines, now, published=bool(story.ages))
    file.next_line = len(all_lines) + 1
    if story.ages:
        file.online, file.version_number, file.effective_at = Online.PUBLISHED, len(story.ages), last
        file.requested_at = now - timedelta(days=story.ages[-1])
        file.updated_at = file.requested_at
    elif story.draft:
        file.draft, file.updated_at = Draft.EDITING, now - timedelta(days=4)
    world.session.flush()
    _recent(world, story, file, now)


def _file(world: World, story: Story, now: datetime) -> tuple[Dossier, dict[str, int]]:
    body = world.organisations[story.body]
    opened = now - timedelta(days=max(story.ages, default=20) + 30)
    file = Dossier(
        organisation_id=body.id,
        number=story.number,
        activity=story.activity,
        online=Online.NONE,
        draft=Draft.NONE,
        version_number=0,
        next_line=1,
        undo_floor=0,
        search_text=fold(f"{story.number} {body.name} {activity(story.activity).label}"),
        created_at=opened,
        updated_at=opened,
    )
    world.session.add(file)
    world.session.flush()
    for rank, name in enumerate(vocabulary.SITES if story.activity == "biologie" else ()):
        world.session.add(DossierSite(organisation_id=body.id, dossier_id=file.id, name=name, rank=rank, version=1))
    ids = {}
    for rank, (code, title, flexibility) in enumerate(story.generals):
        line = GeneralLine(
            organisation_id=body.id,
            dossier_id=file.id,
            code=code,
            title=title,
            flexibility=Flexibility(flexibility),
            status=GeneralStatus.ACTIVE,
            methods=list(story.granted),
            rank=rank,
            version=1,
        )
        world.session.add(line)
        world.session.flush()
        ids[code] = line.id
    world.clock.set(opened)
    first_responsible(world.session, world.clock, file, None)
    world.clock.set(now)
    return file, ids


def _version(world: World, story: Story, file: Dossier, number: int, age: int, lines: Sequence[Line], now: datetime) -> datetime:
    """Write one past version as it would have been frozen; return the instant of its effect."""
    requested_at = now - timedelta(days=age, hours=now.astimezone(PARIS).hour % 5, minutes=17 * number)
    effective_at = effective_instant(requested_at)
    name = world.organisations[story.body].name
    titles = [snapshot.GeneralTitle(code, title, flexibility, "active") for code, title, flexibility in story.generals]
    head = snapshot.VersionHead(file.number, name, number, requested_at, effective_at)
    of = activity(story.activity)
    image = snapshot.build(head, of, titles, lines, in_force(of.reference, requested_at.astimezone(PARIS).date()))
    text = snapshot.canonical(image)
    row = PublishedVersion(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        number=number,
        organisation_name=name,
        requested_at=requested_at,
        requested_by=_editor(world, story.body).account_id,
        effective_at=effective_at,
        name=NAMES.get((story.number, number), ""),
        snapshot=text,
        snapshot_head=snapshot.read_head(image),
        sha256=snapshot.sha256(text),
        line_count=len(lines),
        notified_at=effective_at,
    )
    world.session.add(row)
    world.session.flush()
    world.session.execute(insert(PublishedLine), published_rows(file.organisation_id, row.id, lines))
    world.clock.set(effective_at)
    detail: dict[str, Any] = {"version": number, "sha256": row.sha256, "effective_at": effective_at.isoformat()}
    record(
        world.session,
        SYSTEM,
        world.clock,
        action="scope.published",
        subject=f"dossier {file.number}",
        organisation_id=file.organisation_id,
        detail=detail,
    )
    return effective_at


def _draft(world: World, file: Dossier, generals: dict[str, int], lines: Sequence[Line], now: datetime, *, published: bool) -> None:
    rows = []
    for line in lines:
        exact, rank = digest(line.general, line.cells), line.number * RANK_STEP
        rows.append(
            {
                "organisation_id": file.organisation_id,
                "dossier_id": file.id,
                "general_line_id": generals[line.general],
                "number": line.number,
                "cells": dict(line.cells),
                "rank": rank,
                "version": 1,
                "deleted": False,
                "digest": exact,
                "duplicate_key": duplicate_key(line.general, line.cells),
                "search_text": fold(" ".join(value for value in line.cells.values() if value)),
                "published_digest": exact if published else None,
                "published_rank": rank if published else None,
                "updated_at": now - timedelta(days=30),
            }
        )
    if rows:
        world.session.execute(insert(DraftLine), rows)


def _recent(world: World, story: Story, file: Dossier, now: datetime) -> None:
    """Do the last acts of a file as people do them: by the services, so that logs, mails and states are true."""
    editor = _editor(world, story.body)
    world.clock.set(now - timedelta(hours=3))
    if story.number == "1-0042":
        _vauban_draft(world, editor)
    elif story.draft and story.ages:
        cells = dict(next(iter(story.source()))[1])
        key = next(column.key for column in activity(story.activity).columns if column.role is ColumnRole.METHOD)
        line_services.save_line(world.session, editor, world.clock, story.number, 1, 1, cells | {key: _next_revision(cells[key])})
    if story.ask:
        seen = review(world.session, world.clock, file.id, file.activity)
        world.clock.set(now)
        request_publication(world.session, editor, world.clock, story.number, seen.fingerprint)
    officer = world.actor("hugo.mercier", "accreditation")
    for order, (kind, code, age, reason) in enumerate(story.decisions, start=1):
        world.clock.set(now - timedelta(days=age))
        day: date = world.clock.now().astimezone(PARIS).date()
        reference = f"DEC-{day.year}-{story.number.replace('-', '')}-{order}"
        words = f"{reason} (décision de démonstration)."
        record_decision(world.session, officer, world.clock, story.number, DecisionValues(kind, code, day, reference, words))


def _vauban_draft(world: World, editor: Actor) -> None:
    """Change three lines of the great file: a revision, and two methods that its flexibility does not cover, one of the body's own."""
    everything = list(vocabulary.vauban())
    name_draft(world.session, editor, world.clock, "1-0042", "Avant la révision des chlorures")
    edits = {103: {"reference": "NF EN ISO 10304-1:2021"}, 105: {"reference": "Méthode interne MO-17"}}
    for number, values in edits.items():
        line_services.save_line(world.session, editor, world.clock, "1-0042", number, 1, everything[number - 1][1] | values)
    added = vocabulary.trial("Eaux douces", "Plomb (Pb)", "Absorption atomique électrothermique", "NF EN ISO 15586:2004")
    line_services.add_line(world.session, editor, world.clock, "1-0042", "3", added, after_number=103)


def _next_revision(reference: str) -> str:
    """Return the same reference with a later year, or as amended when it is a text of law."""
    stem, mark, year = reference.rpartition(":")
    return f"{stem}:{int(year) + 7}" if mark and year.isdigit() else f"{reference} modifié"
