"""Files on disk, outside the web root, under random names: whole or not at all.

What a file is called, what it is and whose it is stands in the database; here it is a key and bytes. A file is written before the
transaction that names it; when that transaction is rolled back nobody knows the key, and the sweeper takes the file away.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from flask_babel import gettext as _

from webapp.config import Settings
from webapp.errors import Invalid, NotFound

log = structlog.get_logger()

_KEY = re.compile(r"[0-9a-f]{32}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was stored: its key, its size in bytes, the SHA-256 of its bytes in hexadecimal."""

    key: str
    size: int
    sha256: str


class FileStore:
    """A folder of files named by random keys, in sub-folders of two characters; shared by all machines that serve the portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> Stored:
        """Store a file and return it, once it is safely on disk under its final name.

        Raises ``Invalid`` (of ``files``) when the disk is full or refuses, leaving nothing behind.
        """
        key = secrets.token_hex(16)
        final = self._place(key)
        partial = final.with_suffix(".part")
        try:
            final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(partial, content)
            partial.replace(final)
            _sync_folder(final.parent)
        except OSError as error:
            partial.unlink(missing_ok=True)
            log.exception("uploads.not_stored", size=len(content), full=error.errno in _NO_ROOM)
            raise Invalid({"files": _refusal(error)}) from error
        return Stored(key, len(content), hashlib.sha256(content).hexdigest())

    def path(self, key: str) -> Path:
        """Return where a file is. Raises ``NotFound`` for what is no key of ours, or when the file is not there."""
        place = self._place(key)
        if not place.is_file():
            log.error("uploads.missing", key=key)
            raise NotFound
        return place

    def read(self, key: str) -> bytes:
        """Return the bytes of a file, or raise ``NotFound``."""
        return self.path(key).read_bytes()

    def has(self, key: str) -> bool:
        """Tell whether a file of this key is there."""
        return _KEY.fullmatch(key) is not None and self._place(key).is_file()

    def remove(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self._place(key).unlink(missing_ok=True)

    def older_than(self, before: datetime) -> Iterator[Path]:
        """Yield the files, half-written ones included, last written before an instant (aware)."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            try:
                written = datetime.fromtimestamp(place.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # taken away by another machine's sweeper
            if written < before:
                yield place

    def _place(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise NotFound
        return self.folder / key[:2] / key


def store_for(settings: Settings) -> FileStore:
    """Return the folder of files that the settings name."""
    return FileStore(settings.uploads_dir)


def _write(place: Path, content: bytes) -> None:
    with place.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return str(_("Le serveur n’a plus de place pour les fichiers : rien n’a été enregistré. Réessayez plus tard, ou sans fichier."))
    return str(_("Le serveur n’a pas pu garder les fichiers : rien n’a été enregistré. Réessayez plus tard, ou sans fichier."))
