"""What was typed in cells that a form no longer asks for: said once, since nothing keeps it."""

from __future__ import annotations

from flask import request
from flask_babel import ngettext

from webapp.declarations.rules.form_models.model import Table

LONGEST_ECHO, MOST_ECHOES = 80, 10
"""What an announcement repeats: it travels in a cookie."""


def gone_words(table: Table) -> str:
    """What to say of cells that the form does not ask for (any more) and in which something was typed, with the texts; else nothing.

    The form model changed while the page was open: what was typed there has no place to be kept.
    """
    asked = {".".join(cell.key[1:]) for cell in table.entry_cells}
    typed = []
    for field, token in request.form.items():
        name = field.removesuffix("~")
        text = request.form.get(name, "").strip()
        if field != name and name not in asked and text != token.partition("|")[2].strip():
            typed.append(f"« {text[:LONGEST_ECHO]} »")
    if not typed:
        return ""
    return str(
        ngettext(
            "Une cellule n’existe plus dans ce formulaire. Vous y aviez saisi : %(texts)s.",
            "%(num)s cellules n’existent plus dans ce formulaire. Vous y aviez saisi : %(texts)s.",
            len(typed),
            texts=", ".join(typed[:MOST_ECHOES]),
        )
    )
