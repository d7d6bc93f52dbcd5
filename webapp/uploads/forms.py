"""The field of files: its control is drawn by ``components/files.html``, its content is read by ``receiving``."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField

from webapp.uploads.receiving import FILES


def files_field() -> Any:
    """Return the field, named as ``receiving`` expects: errors beside it are those of ``Received``."""
    return MultipleFileField(_l("Fichiers"), name=FILES, id=FILES)
