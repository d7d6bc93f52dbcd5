"""The floors hold."""

import subprocess
import sys
from pathlib import Path

from webapp.config import ROOT


def test_imports_run_downwards_and_rules_are_pure() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def pure_modules() -> list[str]:
    """Return the names of the modules of rules, policies and business time."""
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / "webapp").rglob("*.py") if path.name != "__init__.py")
    names = [".".join(path.with_suffix("").parts) for path in paths]
    return [name for name in names if name.endswith((".rules", ".policies")) or ".rules." in name or ".worktime." in name]


def test_a_rule_can_be_used_without_flask_and_without_the_database() -> None:
    names = pure_modules()
    assert len(names) > 20
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        "sys.exit(', '.join(name for name in ('flask', 'sqlalchemy', 'wtforms') if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
