"""Last year's figures of a declarant, under this year's codes: read from what it last submitted."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from webapp.declarations.models import Campaign, Return, Submission
from webapp.declarations.rules.form_models.registry import following, get_model
from webapp.declarations.rules.form_models.series import previous_figures
from webapp.declarations.rules.language.evaluation import Figure
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.snapshots import sheet_from

if TYPE_CHECKING:
    from webapp.declarations.queries.returns import ReturnFile


def submitted_last_year() -> ScalarSelect[str]:
    """The digest of what a return's declarant last submitted for the year before, as a column beside the return's and its campaign's."""
    earlier, its_campaign = aliased(Return), aliased(Campaign)
    return (
        select(Submission.sha256)
        .join(earlier, Submission.return_id == earlier.id)
        .join(its_campaign, earlier.campaign_id == its_campaign.id)
        .where(
            earlier.organisation_id == Return.organisation_id,
            its_campaign.kind == Campaign.kind,
            its_campaign.audience == Campaign.audience,
            its_campaign.year == Campaign.year - 1,
        )
        .order_by(Submission.rank.desc())
        .limit(1)
        .correlate(Return, Campaign)
        .scalar_subquery()
    )


def figures_of_last_year(session: Session, file: ReturnFile) -> Mapping[CellKey, Figure]:
    """What ``@N-1`` reads in a return; nothing when the declarant submitted none for the year before, or by a form it does not follow."""
    if file.former_sha256 is None or file.model.former is None:
        return {}
    known = _known.get(file.former_sha256, file.model_code, file.model_version)
    if known is None:
        same = (Submission.organisation_id == file.organisation_id, Submission.sha256 == file.former_sha256)
        snapshot = session.scalars(select(Submission.snapshot).where(*same).order_by(Submission.id).limit(1)).one()
        known = _known.keep(file.former_sha256, file.model_code, file.model_version, snapshot)
    return known


class _Known:
    """Figures of the submissions read lately: a submission never changes, and reading one costs more than a whole page."""

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str, str], Mapping[CellKey, Figure]] = OrderedDict()

    def get(self, sha256: str, code: str, version: str) -> Mapping[CellKey, Figure] | None:
        found = self._kept.get((sha256, code, version))
        if found is not None:
            self._kept.move_to_end((sha256, code, version))
        return found

    def keep(self, sha256: str, code: str, version: str, snapshot: str) -> Mapping[CellKey, Figure]:
        model = get_model(code, version)
        assert model.former is not None
        content = json.loads(snapshot)
        found: Mapping[CellKey, Figure] = {}
        if (content["model"]["code"], content["model"]["version"]) == (code, model.former.version):
            sheet = sheet_from(content, get_model(code, model.former.version))
            found = previous_figures(following(code, version), sheet.figures)
        self._kept[sha256, code, version] = found
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return found


_known = _Known()
