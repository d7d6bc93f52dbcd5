"""A form of 5,000 cells and a campaign of 500 returns: a table's page, a cell saved with its controls, the board of completeness.

In a world of its own, so that the demonstration stays what it is. The form is the one whose controls are timed (``benchmarks.controls``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.controls import large_entries, large_text
from benchmarks.pages import APP, Page
from benchmarks.people import Person
from benchmarks.world import World
from tests.factories import make_organisation, make_person
from webapp.accounts.models import Organisation
from webapp.actor import SYSTEM, OrganisationKind, Role
from webapp.declarations.models import Campaign, CellValue, Return
from webapp.declarations.queries.board import is_late, standing_is
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import all_models
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind, ReturnState, Standing, today

RETURNS, REGIONS = 500, 18
NUMBER, TABLE = "ESF-2025-OPCO-0001", "t3"
DECLARANT, AGENT = "declarante.bancs", "nationale.bancs"
OPENED, DEADLINE = date(2026, 10, 1), date(2026, 12, 31)


def build(world: World) -> FormModel:
    """Deliver the form, open its campaign with a return for each body, and fill the first return in."""
    model = load_model(large_text())
    all_models()[model.code, model.version] = model
    with world.app.app_context(), world.database.transaction(SYSTEM) as session:
        now = world.clock.now()
        bodies = [make_organisation(session, now, OrganisationKind.OPCO, f"OPCO des bancs {rank}") for rank in range(1, RETURNS + 1)]
        make_person(session, now, DECLARANT, bodies[0], Role.DECLARANT)
        make_person(session, now, AGENT, make_organisation(session, now, OrganisationKind.MINISTRY, "Ministère"), Role.NATIONAL_AGENT)
        returns = _open(session, model, bodies, now)
        session.execute(insert(CellValue), _filled(model, returns[0], now))
    return model


def _open(session: Session, model: FormModel, bodies: list[Organisation], now: datetime) -> list[Return]:
    """Open the campaign; all but the first return are in every state, some of them late."""
    campaign = Campaign(
        kind=Kind.ESF,
        year=2025,
        audience=Audience.OPCO,
        model_code=model.code,
        model_version=model.version,
        opens_on=OPENED,
        deadline=DEADLINE,
        state=CampaignState.OPEN,
        reminder_days="",
        created_at=now,
    )
    session.add(campaign)
    session.flush()
    states = list(ReturnState)
    returns = [
        Return(
            organisation_id=body.id,
            campaign_id=campaign.id,
            number=f"{NUMBER[:-4]}{rank:04d}",
            state=states[(rank - 1) % len(states)],
            region=f"Région {rank % REGIONS}",
            search_text=body.search_text,
            due_on=DEADLINE if rank % 5 else OPENED,
            changed_at=now,
            figures_at=now if rank % 4 else None,
            blocking=rank % 3,
        )
        for rank, body in enumerate(bodies, start=1)
    ]
    session.add_all(returns)
    session.flush()
    return returns


def _filled(model: FormModel, one: Return, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "organisation_id": one.organisation_id,
            "return_id": one.id,
            "table_code": table,
            "row_code": row,
            "column_code": column,
            "kind": entry.kind,
            "raw": str(entry.value).replace(".", ","),
            "value": entry.value,
            "version": 1,
            "edited_by_name": "Déclarante",
            "edited_at": now,
        }
        for (table, row, column), entry in large_entries(model).items()
    ]


def board_page(world: World, person: Person) -> Page:
    """Return the board of the exercise; its floor counts the same and draws a bare table, a row for each campaign and region."""
    counted = [standing_is(standing) for standing in Standing] + [is_late(today(world.clock.now()))]
    keys = (Campaign.kind, Campaign.year, Campaign.audience, Return.region, Campaign.deadline)
    statement = (
        select(*keys, func.count(Return.id), *(func.count(Return.id).filter(condition) for condition in counted))
        .join(Campaign, Return.campaign_id == Campaign.id)
        .group_by(*keys)
        .order_by(Return.region)
    )

    def drawn(rows: Any) -> list[list[Any]]:
        return [list(row) for row in rows]

    names = ["ESF", "2025", "OPCO", "région", "échéance", "déclarations", *Standing, "late"]
    what = f"board of {RETURNS} returns, {REGIONS} regions"
    return Page(what, person, "/declarations/suivi", '<tr><th scope="row">', REGIONS + 1, APP, names, statement, drawn, REGIONS)
