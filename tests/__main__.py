"""What ``make test`` runs: one line a step with its duration; the output of a step only when it fails.

``REQUIRE_ALL=1`` lets nothing be skipped. ``TEST_DATABASE_URL`` names the PostgreSQL server (its database must exist).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SERVER = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
WORKERS = ("-n", "2", "--dist", "loadgroup")
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
PYTEST = (sys.executable, "-m", "pytest", "-q", *WORKERS)


@dataclass
class Outcome:
    """How a step went: its name, whether it passed, its last words."""

    name: str
    passed: bool
    closing: str


def run(name: str, *command: str, show_closing: bool = True, **environ: str) -> Outcome:
    """Run one step from the project's folder and print its line, with all its output when it failed."""
    print(f"{name:<28} ", end="", flush=True)
    started = time.monotonic()
    base = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"}
    done = subprocess.run(command, cwd=ROOT, env={**base, **environ}, capture_output=True, text=True, check=False)
    output = (done.stdout + done.stderr).strip()
    closing = output.splitlines()[-1] if output else ""
    hidden = REQUIRE_ALL and "pytest" in command and re.search(r"\b\d+ skipped\b", closing)
    passed = done.returncode == 0 and not hidden
    print(
        f"{'ok' if passed else 'FAILED':<6} {time.monotonic() - started:6.1f} s  {closing if show_closing and passed else ''}".rstrip(),
        flush=True,
    )
    if not passed:
        print(output, flush=True)
    if hidden:
        print("REQUIRE_ALL=1: tests were skipped.", flush=True)
    return Outcome(name, passed, closing)


def skipped(name: str, why: str) -> Outcome:
    """Say in one line what is left out; with ``REQUIRE_ALL=1`` that is a failure."""
    print(f"{name:<28} {'FAILED' if REQUIRE_ALL else 'skipped'}: {why}", flush=True)
    return Outcome(name, not REQUIRE_ALL, why)


@contextmanager
def folder_in_memory() -> Iterator[tuple[str, ...]]:
    """Yield what has pytest keep its folders in memory where there is room: on a disk each save of each test waits for it."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM):
        yield ()
        return
    folder = tempfile.mkdtemp(prefix="guichet-tests-", dir=MEMORY)
    yield (f"--basetemp={folder}/suite",)
    shutil.rmtree(folder, ignore_errors=True)


def postgresql_answers() -> str:
    """Return an empty string when the server answers, else why it does not."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())[:160]
    return ""


def main() -> int:
    """Run every step, whatever the earlier ones gave; the last line is pytest's own about the whole suite."""
    outcomes = [
        run("lint", str(BIN / "ruff"), "check", "--quiet", "."),
        run("format", str(BIN / "ruff"), "format", "--check", "--quiet", "."),
        run("types", str(BIN / "mypy")),
        run("imports", str(BIN / "lint-imports"), "--no-cache", show_closing=False),
    ]
    silence = postgresql_answers()
    if silence:
        outcomes.append(skipped("tests on PostgreSQL", silence))
    else:
        # Tests that touch no database would only repeat themselves.
        unhurried = {"TEST_DATABASE_URL": SERVER, "PGOPTIONS": "-c synchronous_commit=off"}  # no test cuts the server's power
        outcomes.append(run("tests on PostgreSQL", *PYTEST, "-p", "tests.support.database_only", **unhurried))
    selection: tuple[str, ...] = ()
    if shutil.which("chromium") is None:
        outcomes.append(skipped("browser tests", "Chromium is not installed (apt-get install chromium)."))
        selection = ("-m", "not browser")
    else:
        print(f"{'browser tests':<28} with the tests on SQLite", flush=True)
    with folder_in_memory() as folder:
        suite = run("tests on SQLite", *PYTEST, *folder, *selection, show_closing=False)
    outcomes.append(suite)
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nEvery step passed.")
    print(suite.closing)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
