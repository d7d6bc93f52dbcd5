"""The rules of flexibility (FX-1), held against the same rules written another way."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules.activities import all_activities
from webapp.scopes.rules.decisions import Flexibility
from webapp.scopes.rules.flexibility import VERDICT_TEXTS, Move, Recognised, Verdict, in_force, judge, versions
from webapp.scopes.rules.references import parse

TODAY = date(2026, 11, 23)
LAB = in_force("LAB REF 08", TODAY)
HEALTH = in_force("SH REF 08", TODAY)
KNOWN = ["NF EN ISO 10304-1:2009", "NF EN 872:2005", "Méthode interne MO-3 révision 2", "EPA 8270D"]


def said(level: str, reference: str, known: list[str] | None = KNOWN) -> str:
    rules = HEALTH if level in ("A", "B") else LAB
    found = judge(rules, Flexibility(level), reference, Recognised(known) if known is not None else None)
    assert found is not None
    return ("oui " if found.passes else "non ") + VERDICT_TEXTS[found.code] % found.params


VERDICTS = [
    ("FIXE", "NF EN 872:2005", "oui FIXE : NF EN 872:2005, méthode reconnue dans cette portée."),
    ("FIXE", "NF EN 872:2021", "non FIXE : NF EN 872:2021 est une autre édition de NF EN 872:2005 ; il faut FLEX1 ou une extension."),
    ("FIXE", "NF EN 1484:1997", "non FIXE : NF EN 1484:1997 ne fait pas partie des méthodes accordées ; il faut une extension."),
    ("FLEX1", "NF EN ISO 10304-1:2021", "oui FLEX1 : révision 2021 de NF EN ISO 10304-1, méthode reconnue dans cette portée."),
    ("FLEX1", "ISO 10304-1:2021", "oui FLEX1 : révision 2021 de NF EN ISO 10304-1, méthode reconnue dans cette portée."),
    ("FLEX1", "EPA 8270E", "oui FLEX1 : révision E de EPA 8270, méthode reconnue dans cette portée."),
    (
        "FLEX1",
        "NF EN ISO 15586:2004",
        "non FLEX1 : NF EN ISO 15586:2004 n’est pas une révision d’une méthode reconnue ; il faut FLEX2 ou une extension.",
    ),
    ("FLEX1", "NF EN 872:1996", "non FLEX1 : NF EN 872:1996 est antérieure à NF EN 872:2005 ; il faut FLEX2 ou une extension."),
    ("FLEX1", "MO-3 révision 2", "oui FLEX1 : méthode interne MO-3 révision 2, méthode reconnue dans cette portée."),
    (
        "FLEX1",
        "MO-3 révision 3",
        "non FLEX1 : méthode interne MO-3 révision 3 est une méthode propre à l’organisme ; il faut FLEX3 ou une extension.",
    ),
    ("FLEX2", "NF EN ISO 15586:2004", "oui FLEX2 : NF EN ISO 15586:2004, autre méthode reconnue."),
    ("FLEX2", "MO-17", "non FLEX2 : méthode interne MO-17 est une méthode propre à l’organisme ; il faut FLEX3 ou une extension."),
    ("FLEX3", "MO-17", "oui FLEX3 : méthode interne MO-17, méthode propre à l’organisme."),
    ("A", "Notice du fournisseur", "oui A : Notice du fournisseur, autre méthode reconnue."),
    ("A", "MO-17", "non A : méthode interne MO-17 est une méthode propre à l’organisme ; il faut B ou une extension."),
    ("B", "MO-17", "oui B : méthode interne MO-17, méthode propre à l’organisme."),
    ("B", "Notice du fournisseur", "oui B : Notice du fournisseur, autre méthode reconnue."),
]


@pytest.mark.parametrize(("level", "reference", "sentence"), VERDICTS)
def test_a_verdict_is_one_sentence_that_says_why(level: str, reference: str, sentence: str) -> None:
    assert said(level, reference) == sentence


def test_a_first_definition_is_free_but_for_methods_of_ones_own() -> None:
    assert said("FLEX1", "NF EN 1484", None) == "oui FLEX1 : première définition, NF EN 1484 sera une méthode reconnue de cette portée."
    assert said("FLEX1", "MO-17", None).startswith("non FLEX1")
    assert said("FIXE", "MO-17", None).startswith("oui FIXE")


def test_of_several_methods_the_first_that_fails_is_told_else_the_farthest() -> None:
    assert said("FLEX1", "NF EN 872:2005 et NF EN ISO 10304-1:2021").startswith("oui FLEX1 : révision 2021")
    assert said("FLEX1", "NF EN 872:2005 ; NF EN 1484:1997 ; MO-17").startswith("non FLEX1 : ")
    assert judge(LAB, Flexibility.FLEX1, " ", Recognised([])) is None


def test_every_activity_has_rules_for_its_levels_and_they_say_their_origin() -> None:
    for of in all_activities():
        rules = in_force(of.reference, TODAY)
        assert set(rules.allows) == set(of.flexibilities)
        assert list(rules.allows) == list(of.flexibilities)
        found = judge(rules, of.top_flexibility, "MO-1", Recognised([]))
        assert found is not None
        assert found.rule == f"{of.reference} v{rules.version}, {of.top_flexibility}, own"


def test_b_allows_all_that_a_allows() -> None:
    # FX-1: B includes A.
    assert HEALTH.allows[Flexibility.A] < HEALTH.allows[Flexibility.B]


def test_the_rules_of_a_day_are_the_last_version_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    later = replace(LAB, version=2, first_day=date(2027, 1, 1))
    monkeypatch.setattr("webapp.scopes.rules.flexibility.versions", lambda _reference: (LAB, later))
    assert [in_force("LAB REF 08", day).version for day in (date(2000, 1, 1), TODAY, date(2026, 12, 31), date(2027, 1, 1))] == [1, 1, 1, 2]
    monkeypatch.undo()
    assert [rules.version for rules in versions("LAB REF 08")] == [1]


# The oracle: references are made from their parts, and judged by their parts, without reading any text.

Parts = tuple[str, int, int]  # "std" or "own", number, year

parts = st.tuples(st.sampled_from(["std", "own"]), st.integers(1, 4), st.integers(2001, 2004))


def _text(item: Parts) -> str:
    kind, number, year = item
    return f"NF EN ISO {900 + number}:{year}" if kind == "std" else f"Méthode interne MO-{number} révision {year - 2000}"


def _may(level: str, new: Parts, known: list[Parts]) -> bool:
    """Say it the other way round: each level from the widest down, by what it refuses."""
    if new in known:
        return True
    if level in ("FLEX3", "B"):
        return True
    if level == "FIXE" or new[0] == "own":
        return False
    if level in ("FLEX2", "A"):
        return True
    return any(item[:2] == new[:2] and item[2] < new[2] for item in known)


@given(st.sampled_from(["FIXE", "FLEX1", "FLEX2", "FLEX3", "A", "B"]), st.lists(parts, max_size=5), st.lists(parts, min_size=1, max_size=3))
def test_verdicts_agree_with_rules_written_another_way(level: str, known: list[Parts], new: list[Parts]) -> None:
    rules = HEALTH if level in ("A", "B") else LAB
    found = judge(rules, Flexibility(level), " ; ".join(map(_text, new)), Recognised(map(_text, known)))
    assert isinstance(found, Verdict)
    assert found.passes is all(_may(level, item, known) for item in new)
    assert found.move in Move
    assert "%(" not in VERDICT_TEXTS[found.code] % found.params


@given(st.text(max_size=60), st.sampled_from(["FLEX1", "FLEX2", "FLEX3"]))
def test_a_wider_level_never_refuses_what_a_narrower_one_allows(text: str, level: str) -> None:
    order = [Flexibility.FIXE, Flexibility.FLEX1, Flexibility.FLEX2, Flexibility.FLEX3]
    wide = Flexibility(level)
    mine = judge(LAB, wide, text, Recognised(KNOWN))
    narrow = judge(LAB, order[order.index(wide) - 1], text, Recognised(KNOWN))
    assert (mine is None) is (narrow is None) is (parse(text) == ())
    if mine is not None and narrow is not None:
        assert mine.passes or not narrow.passes
