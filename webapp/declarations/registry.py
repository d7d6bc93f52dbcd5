"""The form models delivered with the application, each read and checked once per process."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from webapp.declarations.loader import load_model
from webapp.declarations.model import FormModel


@lru_cache(maxsize=1)
def all_models() -> dict[tuple[str, str], FormModel]:
    """Every model, by code and version. Raises ModelError when a delivered file is wrong."""
    folder = files("webapp.declarations") / "models_data"
    models = [
        load_model(item.read_text(encoding="utf-8"))
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    ]
    return {(model.code, model.version): model for model in models}


def get_model(code: str, version: str) -> FormModel:
    """The model of a campaign. Raises KeyError when it was never delivered."""
    return all_models()[code, version]


def models_for(kind: str, audience: str, year: int) -> list[FormModel]:
    """The models that a campaign of that kind, audience and year may use."""
    return [model for model in all_models().values() if model.kind == kind and model.audience == audience and year in model.years]
