"""Every act that the code writes to the trail has words in French."""

import re

from webapp.accounts.event_labels import ACTION_LABELS
from webapp.config import ROOT
from webapp.scopes.rules.states import EVIDENCE

CODE = re.compile(r'(?:action|evidence)="([a-z_]+\.[a-z_]+)"')


def written_codes() -> set[str]:
    """Return the codes that stand in the sources, and those of the tables of transitions."""
    found = {code for path in (ROOT / "webapp").rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    return found | {code for code in EVIDENCE.values() if code}


def test_every_act_has_words() -> None:
    codes = written_codes()
    assert len(codes) > 30
    assert codes - set(ACTION_LABELS) == set()


def test_no_two_acts_are_called_alike() -> None:
    assert len(set(ACTION_LABELS.values())) == len(ACTION_LABELS)
