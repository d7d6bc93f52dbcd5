"""Commands of the declarations counter."""

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import all_models
from webapp.declarations.rules.form_models.series import check_series
from webapp.declarations.rules.form_models.yaml_source import MAX_BYTES, ModelError, ModelProblem

declarations_cli = AppGroup("declarations", help="Declarations.")
model_cli = AppGroup("model", help="Form models.")
declarations_cli.add_command(model_cli)


@model_cli.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the form model in FILE: every problem with its line, in French. Exit code 1 when there is one, 2 for no text at all."""
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_BYTES + 1).decode()
    except OSError as fault:
        click.echo(f"{file} : ce fichier ne peut pas être lu ({fault.strerror or fault}).", err=True)
        raise SystemExit(2) from None
    except UnicodeDecodeError:
        click.echo(f"{file} : ce fichier n’est pas du texte en UTF-8.", err=True)
        raise SystemExit(2) from None
    try:
        model = load_model(text)
        _compare_with_the_year_before(model)
    except ModelError as refusal:
        for problem in refusal.problems:
            click.echo(f"{file}:{problem.line}: {problem.text}", err=True)
        click.echo(f"{len(refusal.problems)} problème(s).", err=True)
        raise SystemExit(1) from None
    click.echo(_summary(model))


def _compare_with_the_year_before(model: FormModel) -> None:
    """The former form is looked for among those delivered; one that was never delivered cannot be compared."""
    if model.former is None:
        return
    before = all_models().get((model.code, model.former.version))
    if before is None:
        raise ModelError([ModelProblem(1, f"previous : le modèle {model.code} {model.former.version} n’est pas livré")])
    check_series(model, before)


def _summary(model: FormModel) -> str:
    lines = [
        f"{model.code} {model.version} : {model.title}",
        f"{len(model.sections)} sections, {len(model.tables)} tableaux, {len(model.cells)} cellules "
        f"(dont {model.entry_count} à saisir), {len(model.controls)} contrôles.",
    ]
    if model.former is not None:
        lines.append(f"Suit la version {model.former.version}.")
    return "\n".join([*lines, "Aucun problème."])
