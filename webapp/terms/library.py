"""The texts of the terms as files: ``<audience>-<YYYY-MM-DD>.html``, each a whole page that stands by itself once downloaded."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from webapp.terms.rules import Audience, Version

TEXTS = Path(__file__).parent / "texts"
_NAME = re.compile(r"(?P<audience>[a-z]+)-(?P<day>\d{4}-\d{2}-\d{2})\.html")
_TITLE = re.compile(r"<h1>(?P<title>[^<]+)</h1>")
_BODY = re.compile(r"<body>\s*<h1>[^<]+</h1>(?P<body>.*)</body>", re.DOTALL)


class BrokenTextError(Exception):
    """A file of the terms has a wrong name or shape: the application must not start with it."""


def parse_version(name: str, content: bytes) -> Version:
    """Return the version held by a file; raises ``BrokenTextError`` when its name or its shape is not the expected one."""
    named = _NAME.fullmatch(name)
    if named is None or named["audience"] not in set(Audience):
        raise BrokenTextError(f"{name}: expected <audience>-<YYYY-MM-DD>.html")
    try:
        day = date.fromisoformat(named["day"])
        text = content.decode("utf-8")
    except ValueError as error:
        raise BrokenTextError(f"{name}: {error}") from error
    title, body = _TITLE.search(text), _BODY.search(text)
    if title is None or body is None:
        raise BrokenTextError(f"{name}: expected <body><h1>title</h1> text </body>")
    return Version(Audience(named["audience"]), day, content, sha256(content).hexdigest(), title["title"], body["body"].strip())


def load_versions(folder: Path = TEXTS) -> tuple[Version, ...]:
    """Return every version in the folder, by audience and date; every audience needs one at least."""
    versions = [parse_version(path.name, path.read_bytes()) for path in sorted(folder.glob("*.html"))]
    _check_complete(versions, folder)
    return tuple(sorted(versions, key=lambda version: (version.audience, version.effective_on)))


def _check_complete(versions: Iterable[Version], folder: Path) -> None:
    missing = set(Audience) - {version.audience for version in versions}
    if missing:
        raise BrokenTextError(f"{folder.name}: no text for {', '.join(sorted(missing))}")


@cache
def versions() -> tuple[Version, ...]:
    """Return the versions shipped with the application, read once."""
    return load_versions()


def find(audience: str, day: str) -> Version | None:
    """Return the version of an address (``declarants``, ``2025-06-02``), or None."""
    return next((version for version in versions() if version.audience == audience and version.effective_on.isoformat() == day), None)
