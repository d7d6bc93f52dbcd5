"""Third-party files are as released, ours are small, and the lock files name nothing but packages and hashes."""

import gzip
import hashlib
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

from webapp.config import ROOT

VENDORED = sorted(path for folder in ("static/vendor", "tests/vendor") for path in (ROOT / folder).iterdir() if path.is_dir())
LOCKS = ("requirements.lock", "requirements-dev.lock")
LARGEST_CSS = 6_000
LARGEST_JS = 2_000
#: The tables of a scope and of a return are filled in like spreadsheets: keys, selection, saving by itself (less than 5 kB with Brotli).
LARGEST_OWN_JS = {"scopes.js": 5_400, "returns.js": 4_600}
LONGEST_TEMPLATE = 150
ORDERED = {"flask", "flask-login", "flask-wtf", "sqlalchemy", "htmx-flask", "bleach", "argon2-cffi"}


def gzipped(paths: list[Path]) -> int:
    """Return the bytes of the files, each compressed as it is served."""
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in paths)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_vendored_files_are_as_released_with_their_licence(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    sums = dict(reversed(line.split(maxsplit=1)) for line in lines)
    sums = {name.lstrip("*"): digest for name, digest in sums.items()}
    files = {path.name for path in folder.iterdir() if path.suffix not in {".gz", ".br"}} - {"SHA256SUMS"}
    assert "LICENSE" in files
    assert {name for name in files if name != "LICENSE"} <= set(sums), "a vendored file has no sum"
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert re.search(r"-\d+\.\d+\.\d+$", folder.name), "the folder names the release"


def test_our_style_sheet_is_small() -> None:
    assert gzipped(sorted((ROOT / "static/css").glob("*.css"))) < LARGEST_CSS


def test_our_script_is_small() -> None:
    layouts = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates/layouts").glob("*.html")))
    assert re.findall(r"'js/(\w+)\.js'", layouts) == ["guichet"], "every page loads one script; the others are a page's own"
    for path in (ROOT / "static/js").glob("*.js"):
        assert gzipped([path]) <= LARGEST_OWN_JS.get(path.name, LARGEST_JS), path.name


def test_the_style_sheet_fetches_nothing() -> None:
    for path in (ROOT / "static/css").glob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_file_names_no_index_and_no_path_and_hashes_everything(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|^-e|^\.?/| @ ", text, re.MULTILINE)
    requirements = re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " "))
    for requirement in filter(str.strip, requirements):
        assert re.match(r"^[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+", requirement), requirement[:80]
        assert "--hash=sha256:" in requirement, f"no hash: {requirement[:80]}"


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=;! ]", line)[0] for line in project["dependencies"]}


def test_the_ordered_packages_are_dependencies() -> None:
    # P-1
    assert _declared() >= ORDERED
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert {name for name in ORDERED if not re.search(rf"^{name}==", locked, re.MULTILINE)} == set()
    assert re.search(r"^pytest==", (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_top_level_is_as_ordered() -> None:
    # P-2
    for name in ("pyproject.toml", "webapp", "templates", "static", "migrations", "tests", "wsgi.py"):
        assert (ROOT / name).exists(), name
    assert (ROOT / "README.md").is_file()


def _licence(name: str) -> str:
    package = distribution(name)
    metadata = package.metadata
    classifiers = [value for value in metadata.get_all("Classifier") or () if value.startswith("License")]
    said = " ".join([metadata.get("License-Expression") or "", (metadata.get("License") or "")[:200], *classifiers]).strip()
    if said:
        return said
    files = [file for file in package.files or () if "LICENSE" in file.name.upper()]
    return " ".join(file.read_text()[:1200] for file in files)


def _runtime_packages() -> list[str]:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==[^\s;]+(.*)$", locked, re.MULTILINE)
    return [name for name, marker in pinned if "win32" not in marker and "python_full_version < '3.1" not in marker]


@pytest.mark.parametrize("name", _runtime_packages())
def test_what_ships_is_permissive_or_lgpl(name: str) -> None:
    try:
        licence = _licence(name)
    except ModuleNotFoundError:
        return  # another platform's
    assert licence.strip(), f"{name} does not say its licence"
    lesser = re.sub(r"LGPL[-\w.+]*|Lesser General Public[\w ()]*", "permitted", licence)
    assert not re.search(r"GPL|AGPL|General Public|SSPL|Proprietary|Commercial", lesser), f"{name}: {licence}"
    assert re.search(
        r"MIT|BSD|Permission is hereby granted|freely|Apache|PSF|Python Software|ISC|MPL|Mozilla|permitted|Zope|ZPL|0BSD|Unlicense|zlib",
        lesser,
        re.IGNORECASE,
    ), licence
