"""The form models delivered with the application, each read and checked once per process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.series import Following, check_series
from webapp.declarations.rules.language.formula import CellKey


@lru_cache(maxsize=1)
def all_models() -> dict[tuple[str, str], FormModel]:
    """Every model, by code and version. Raises ModelError when a delivered file is wrong, or breaks its series."""
    folder = files("webapp.declarations") / "models_data"
    models = [
        load_model(item.read_text(encoding="utf-8"))
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    ]
    found = {(model.code, model.version): model for model in models}
    for model in models:
        if model.former is not None:
            check_series(model, found[model.code, model.former.version])
    return found


def get_model(code: str, version: str) -> FormModel:
    """The model of a campaign. Raises KeyError when it was never delivered."""
    return all_models()[code, version]


@lru_cache(maxsize=64)
def model_in_force(code: str, version: str, year: int, switched_off: frozenset[str]) -> FormModel:
    """The model with the controls that hold for an exercise, less those that were switched off. Raises KeyError."""
    return get_model(code, version).in_force(year, switched_off)


@lru_cache(maxsize=16)
def following(code: str, version: str) -> Mapping[CellKey, Following]:
    """What each cell follows in the form before; nothing when the model follows none. Raises KeyError."""
    model = get_model(code, version)
    return check_series(model, get_model(code, model.former.version)) if model.former is not None else {}


def models_for(kind: str, audience: str, year: int) -> list[FormModel]:
    """The models that a campaign of that kind, audience and year may use."""
    return [model for model in all_models().values() if model.kind == kind and model.audience == audience and year in model.years]
