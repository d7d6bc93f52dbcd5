"""A file made as people make it: by the services, for the persons of the small world."""

from collections.abc import Sequence

from tests.conftest import People
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.scopes.models import Dossier
from webapp.scopes.queries import draft_lines
from webapp.scopes.services import lines, publication
from webapp.scopes.services.general import GeneralValues, create_file

NUMBER = "1-0042"
WATER = GeneralValues("1", "Analyses physico-chimiques des eaux", "FLEX1")
SOIL = GeneralValues("2", "Analyses des sols", "FLEX3")
FIXED = GeneralValues("3", "Prélèvements", "FIXE")


def cells(name: str, **values: str) -> dict[str, str]:
    """A complete line of essais."""
    full = {"objet": "Eaux douces", "caracteristique": name, "principe": "Chromatographie ionique", "reference": "NF EN ISO 10304-1"}
    return full | values


def make_file(
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    number: str = NUMBER,
    generals: Sequence[GeneralValues] = (WATER, SOIL, FIXED),
    names: Sequence[str] = ("Nitrates", "Chlorures", "Sulfates"),
    organisation: str = "laboratoire",
) -> Dossier:
    """Open a file and give its first general line some detailed lines, as its editor; committed."""
    file = create_file(
        session,
        people.actors["chargee"],
        clock,
        number=number,
        organisation_id=people.organisations[organisation].id,
        activity_code="essais",
        lines=generals,
    )
    editor = people.actors["editrice" if organisation == "laboratoire" else "autre-editeur"]
    for name in names:
        lines.add_line(session, editor, clock, number, generals[0].code, cells(name))
    session.commit()
    return file


def publish(session: GuichetSession, people: People, clock: FrozenClock, number: str = NUMBER, *, wait: bool = True) -> None:
    """Ask for the publication of the draft as it stands and, by default, let its instant come; committed."""
    file = session.query(Dossier).filter_by(number=number).one()
    review = publication.review(session, clock, file.id, file.activity)
    version = publication.request_publication(session, people.actors["editrice"], clock, number, review.fingerprint)
    session.commit()
    if wait:
        clock.set(version.effective_at)


def texts(session: GuichetSession, file: Dossier) -> list[tuple[int, str]]:
    """Return the live lines as (number, second column), in their order."""
    return [(line.number, line.cells["caracteristique"]) for line in draft_lines(session, file.id)]
