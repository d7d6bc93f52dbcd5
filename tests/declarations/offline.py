"""A return whose form is the rich one, exported and read again in this process."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import Flask

from tests.declarations.rich_model import TEXT
from webapp.declarations.offline_book import offline_workbook
from webapp.declarations.queries import ReturnFile, StoredCell
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.series import Following
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.carried import Carried, carried
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind, ReturnState
from webapp.tables.opening import open_workbook
from webapp.tables.reading import Sheet as Read
from webapp.tables.reading import sheet_of

RICH = load_model(TEXT)
NUMBER = "ESF-2025-OPCO-0001"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FILE = ReturnFile(
    id=1, number=NUMBER, organisation_id=1, organisation="Opco Exemple", siret=None, region=None, state=ReturnState.DRAFT,
    version=1, submitted_at=None, year=2025, kind=Kind.ESF, audience=Audience.OPCO, campaign_state=CampaignState.OPEN,
    opens_on=date(2026, 10, 1), deadline=date(2026, 12, 31), model_code="riche", model_version="2025.1",
)  # fmt: skip


def stored(entries: Mapping[CellKey, Entry], version: int = 1) -> dict[CellKey, StoredCell]:
    """Entries as cells of the return."""
    return {key: StoredCell(entry, version, "Essai", NOW) for key, entry in entries.items()}


def exported(app: Flask, typed: Mapping[CellKey, str], version: int = 1) -> bytes:
    """The workbook of a return in which these texts were typed."""
    entries = {key: RICH.cells[key].read(text) for key, text in typed.items()}
    with app.test_request_context():
        return offline_workbook(FILE, Sheet(RICH, entries), stored(entries, version), NOW)


def read_here(data: bytes) -> tuple[Read, ...]:
    """What the reading process would answer, without its walls."""
    return tuple(sheet_of(facts) for facts in open_workbook(data, exact=True))


def brought(data: bytes, number: str = NUMBER, followed: Mapping[CellKey, Following] | None = None) -> Carried:
    """What a workbook carries for the return."""
    return carried(number, RICH, followed or {}, read_here(data))
