"""A campaign opened by the national agent, and returns filled in with figures whose controls hold."""

import secrets
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.conftest import People
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.declarations.models import Campaign, CellValue, Return, ReturnDocument
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.declarations.rules.workflow import Audience, Kind
from webapp.declarations.services import campaigns
from webapp.demonstration.declaration_figures import invent
from webapp.uploads.models import StoredFile

Fill = Callable[..., None]


@pytest.fixture
def opened(session: GuichetSession, people: People, clock: FrozenClock) -> dict[str, int]:
    """ESF 2025 campaigns for OPCO and ATPRO, open since October, due on 31 December 2026; ids by audience."""
    found = {}
    for audience in (Audience.OPCO, Audience.ATPRO):
        actor = people.actors["nationale"]
        campaign = campaigns.create(
            session,
            actor,
            clock,
            kind=Kind.ESF,
            year=2025,
            audience=audience,
            opens_on=date(2026, 10, 1),
            deadline=date(2026, 12, 31),
        )
        campaigns.open_campaign(session, actor, clock, campaign.id, version=campaign.version)
        found[audience.value] = campaign.id
    session.commit()
    return found


@pytest.fixture
def number_of(session: GuichetSession, people: People, opened: dict[str, int]) -> Callable[[str], str]:
    """Return a function: key of an organisation of the small world → the number of its return."""

    def find(key: str) -> str:
        organisation = people.organisations[key]
        number = session.scalars(select(Return.number).where(Return.organisation_id == organisation.id)).one()
        session.commit()  # the write lock is not held while a client works
        return number

    return find


def attach_required(session: GuichetSession, clock: FrozenClock, file: Return, model: FormModel) -> None:
    """Attach a file to a return for each compulsory document of its form: rows without bytes, for tests about something else."""
    for document in model.documents.values():
        if document.required:
            key = secrets.token_hex(16)
            session.add(StoredFile(key=key, size=9, sha256="0" * 64, created_at=clock.now()))
            session.flush()
            session.add(
                ReturnDocument(
                    organisation_id=file.organisation_id,
                    return_id=file.id,
                    document_code=document.code,
                    name=f"{document.code}.pdf",
                    media_type="application/pdf",
                    size=9,
                    sha256="0" * 64,
                    file_key=key,
                    by_name="Essai",
                    at=clock.now(),
                )
            )


@pytest.fixture
def fill(session: GuichetSession, clock: FrozenClock) -> Fill:
    """Return a function that fills a return in with invented figures, but for the cells given otherwise (None leaves one empty)."""

    def fill_in(number: str, otherwise: dict[CellKey, object] | None = None) -> None:
        file = session.scalars(select(Return).where(Return.number == number)).one()
        campaign = session.get_one(Campaign, file.campaign_id)
        values: dict[CellKey, object] = {**invent(get_model(campaign.model_code, campaign.model_version), number), **(otherwise or {})}
        rows = [
            {
                "organisation_id": file.organisation_id,
                "return_id": file.id,
                "table_code": key[0],
                "row_code": key[1],
                "column_code": key[2],
                "kind": value.kind if isinstance(value, Entry) else ValueKind.INVALID if isinstance(value, str) else ValueKind.VALUE,
                "raw": value.raw if isinstance(value, Entry) else str(value),
                "value": value.value if isinstance(value, Entry) else None if isinstance(value, str) else value,
                "version": 1,
                "edited_by_name": "Essai",
                "edited_at": clock.now(),
            }
            for key, value in values.items()
            if value is not None
        ]
        session.execute(insert(CellValue), rows)
        attach_required(session, clock, file, get_model(campaign.model_code, campaign.model_version))
        session.commit()

    return fill_in
