"""The frozen form of versions: RFC 8785 with the RFC's own examples, and the older form."""

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.scopes.rules import snapshot

#: RFC 8785, 3.2.2 and 3.2.3: the examples of numbers, strings and the order of keys.
EXAMPLE = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
CANONICAL = (
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    r'"string":"' + "€$" + r"\u000f\nA'B\"\\\\\"/" + '"}'
)
KEYS = {
    "€": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "😀": "Emoji: Grinning Face",
    "\x80": "Control",
    "ö": "Latin Small Letter O With Diaeresis",
}
KEY_ORDER = ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_the_examples_of_the_rfc_come_out_as_it_says() -> None:
    assert snapshot.canonical_text(json.loads(EXAMPLE)) == CANONICAL
    assert list(json.loads(snapshot.canonical_text(KEYS))) == KEY_ORDER


@pytest.mark.parametrize("wrong", [2**53, float("nan"), "\ud800", {1: 2}])
def test_what_the_form_cannot_hold_is_refused(wrong: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        snapshot.canonical_text(wrong)


def test_an_old_snapshot_still_verifies_and_an_altered_one_does_not() -> None:
    old = {"format": 1, "number": "1-0042", "lines": [{"number": 1, "general": "1", "cells": {"b": "\x7f« é »", "a": "\u2028"}}]}
    text = json.dumps(old, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert snapshot.verified(text, snapshot.sha256(text))
    assert not snapshot.verified(text.replace("é", "e"), snapshot.sha256(text))
    assert not snapshot.verified(text + "\n", snapshot.sha256(text + "\n"))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60)
@given(st.dictionaries(TEXTS.filter(lambda key: all(ord(char) < 0x10000 for char in key)), TEXTS, max_size=6))
def test_what_old_snapshots_held_has_the_same_bytes_in_both_forms(cells: dict[str, str]) -> None:
    old = snapshot.canonical({"format": 1, "cells": cells})
    assert old == snapshot.canonical_text({"format": 1, "cells": cells})
