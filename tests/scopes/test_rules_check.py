"""The control before publication, the data of the activities, the numbers and the snapshots."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import CODES, UnknownActivity, activity, all_activities, clean_cells, read
from webapp.scopes.rules.check import FINDING_TEXTS, Severity, blocks, check_line, check_scope
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.flexibility import in_force
from webapp.scopes.rules.lines import Line, difference, digest, duplicate_key
from webapp.scopes.rules.numbers import parse, parse_typed
from webapp.scopes.rules.references import has_own_method

TESTS = activity("essais")
FLEX1 = GeneralFacts("1", Flexibility.FLEX1, GeneralStatus.ACTIVE)
FLEX3 = GeneralFacts("2", Flexibility.FLEX3, GeneralStatus.ACTIVE)
FIXED = GeneralFacts("3", Flexibility.FIXE, GeneralStatus.ACTIVE)


def line(number: int, general: str = "1", **cells: str) -> Line:
    values = {
        "objet": "Eaux douces",
        "caracteristique": f"Paramètre {number}",
        "principe": "Gravimétrie",
        "reference": "NF EN 872",
        "remarques": "",
    }
    return Line(number, general, values | cells)


def codes(findings: list) -> list[tuple[str, int | None, str]]:
    return [(finding.code, finding.line, finding.column) for finding in findings]


def words(findings: list) -> list[str]:
    return [FINDING_TEXTS[finding.code] % finding.params for finding in findings]


def test_a_complete_line_in_force_draws_no_remark() -> None:
    assert check_scope(TESTS, [line(1)], [FLEX1]) == []


def test_an_empty_scope_is_the_only_finding() -> None:
    assert codes(check_scope(TESTS, [], [FLEX1])) == [("empty_scope", None, "")]


def test_each_missing_cell_is_named_with_its_line_and_column() -> None:
    found = check_scope(TESTS, [line(7, principe="", reference="")], [FLEX1])
    assert codes(found) == [("required", 7, "principe"), ("required", 7, "reference")]
    assert FINDING_TEXTS["required"] % found[0].params == "Renseignez « Principe de la méthode »."


def test_a_cell_over_its_limit_is_said_with_both_lengths() -> None:
    found = check_line(TESTS, line(1, objet="é" * 501), FLEX1)
    assert codes(found) == [("too_long", 1, "objet")]
    assert FINDING_TEXTS["too_long"] % found[0].params == "« Objet soumis à essai » dépasse 500 caractères (501)."


@pytest.mark.parametrize(
    ("general", "code"),
    [
        ([], "general_unknown"),
        ([replace(FLEX1, status=GeneralStatus.SUSPENDED), FLEX3], "general_suspended"),
        ([replace(FLEX1, status=GeneralStatus.TERMINATED), FLEX3], "general_terminated"),
    ],
)
def test_a_line_hangs_on_a_general_line_in_force(general: list[GeneralFacts], code: str) -> None:
    found = check_scope(TESTS, [line(1), line(2, "2")], [*general])
    assert (code, 1, "") in codes(found)
    assert blocks(found)


def test_a_general_line_without_any_line_is_a_warning_only() -> None:
    found = check_scope(TESTS, [line(1)], [FLEX1, FLEX3])
    assert codes(found) == [("general_empty", None, "")]
    assert found[0].severity is Severity.WARNING
    assert not blocks(found)


def test_a_duplicate_is_told_with_the_line_it_repeats_whatever_the_accents_and_case() -> None:
    first = line(3, caracteristique="Œstradiol  total")
    again = line(9, caracteristique="oestradiol Total")
    found = check_scope(TESTS, [first, again], [FLEX1])
    assert codes(found) == [("duplicate", 9, "")]
    assert FINDING_TEXTS["duplicate"] % found[0].params == "Identique à la ligne 3."


def test_the_same_contents_under_two_general_lines_are_not_duplicates() -> None:
    twin = replace(line(2, "2"), cells=line(1).cells)
    assert check_scope(TESTS, [line(1), twin], [FLEX1, FLEX3]) == []


@pytest.mark.parametrize(
    ("reference", "internal"),
    [
        ("Méthode interne MO-17", True),
        ("MO-17 révision 3", True),
        ("Procédure interne PT 12", True),
        ("NF EN ISO 10304-1:2009", False),
        ("NF T 90-015-2", False),
        ("Norme interne au client", False),
        ("MOCON 12", False),
    ],
)
def test_a_method_of_the_bodys_own_is_recognised(reference: str, internal: bool) -> None:
    assert has_own_method(reference) is internal


def test_a_method_of_the_bodys_own_needs_the_widest_flexibility() -> None:
    own = {"reference": "Méthode interne MO-17"}
    found = check_line(TESTS, line(1, **own), FLEX1)
    assert words(found) == ["FLEX1 : méthode interne MO-17 est une méthode propre à l’organisme ; il faut FLEX3 ou une extension."]
    assert (found[0].column, found[0].anchor) == ("reference", "l1-reference")
    assert check_line(TESTS, line(1, "2", **own), FLEX3) == []
    # Under FIXE the method is the one that was assessed, were it the body's own.
    assert check_line(TESTS, line(1, "3", **own), FIXED) == []
    biology = activity("biologie")
    cells = {"echantillon": "Sang", "examen": "Glucose", "principe": "Spectro", "reference": "Méthode interne"}
    found = check_line(biology, Line(1, "1", cells), GeneralFacts("1", Flexibility.A, GeneralStatus.ACTIVE))
    assert words(found) == ["A : méthode interne est une méthode propre à l’organisme ; il faut B ou une extension."]


def test_what_is_online_was_recognised_and_only_its_revisions_follow_under_flex1() -> None:
    # FX-1
    online = [line(1, reference="NF EN ISO 10304-1:2009"), line(2, reference="Méthode interne MO-17")]
    draft = [line(1, reference="ISO 10304-1:2021"), line(2, reference="Méthode interne MO-17"), line(3, reference="NF EN ISO 15586:2004")]
    found = check_scope(TESTS, draft, [FLEX1], online, 7)
    assert codes(found) == [("fail_not_revision", 3, "reference")]
    assert words(found) == ["FLEX1 : NF EN ISO 15586:2004 n’est pas une révision d’une méthode reconnue ; il faut FLEX2 ou une extension."]
    # Granted methods count instead of those online, and an extension without any opens a first definition.
    granted = replace(FLEX1, methods=("NF EN ISO 15586",))
    assert [item[:2] for item in codes(check_scope(TESTS, draft, [granted], online, 7))] == [("fail_not_revision", 1), ("fail_own", 2)]
    assert codes(check_scope(TESTS, draft, [replace(FLEX1, extended=True)], online, 7)) == [("fail_own", 2, "reference")]


def test_under_fixe_the_granted_methods_are_the_only_ones_and_in_their_edition() -> None:
    granted = replace(FIXED, methods=("NF EN 872:2005",))
    draft = [line(1, "3", reference="NF EN 872:2005"), line(2, "3", reference="NF EN 872:2021"), line(3, "3", reference="NF EN 1484")]
    assert [item[:2] for item in codes(check_scope(TESTS, draft, [granted]))] == [("fail_fixed_edition", 2), ("fail_not_granted", 3)]


def test_a_new_method_needs_its_evidence_by_level_and_a_known_one_none() -> None:
    # FX-1
    online = [line(1, "2", reference="NF EN 872:2005")]
    new = line(2, "2", reference="Méthode interne MO-17", preuve="DV-2026-014")
    found = check_scope(TESTS, [online[0], new], [FLEX3], online, 1)
    assert codes(found) == [("evidence_required", 2, "preuve_date"), ("evidence_required", 2, "preuve_responsable")]
    assert words(found)[0] == "FLEX3 : une méthode nouvelle demande « Date de validation »."
    assert blocks(found)
    full = line(2, "2", reference="Méthode interne MO-17", preuve="DV-1", preuve_date="2026-11-01", preuve_responsable="A. Roux")
    assert check_scope(TESTS, [online[0], full], [FLEX3], online, 1, today=date(2026, 11, 24)) == []
    assert codes(check_scope(TESTS, [online[0], full], [FLEX3], online, 1, today=date(2026, 10, 1))) == [("date_future", 2, "preuve_date")]
    # A revision is no new method, and what is online unchanged is not asked again when other methods are granted.
    assert check_scope(TESTS, [line(1, "2", reference="NF EN 872:2021")], [FLEX3], online, 1) == []
    assert codes(check_scope(TESTS, online, [replace(FLEX3, methods=("NF EN 1484",))], online)) == []
    level = GeneralFacts("2", Flexibility.FLEX2, GeneralStatus.ACTIVE)
    advised = check_scope(TESTS, [online[0], line(2, "2", reference="NF EN 1484:1997")], [level], online, 1)
    assert [item.severity for item in advised] == [Severity.WARNING] * 3
    assert not blocks(advised)


def test_unknown_values_are_told_with_the_nearest_known_one() -> None:
    calibrations = activity("etalonnages")
    whole = {
        "grandeur": "Température", "objet": "Sonde", "etendue": "0 °C à 100 °C", "incertitude": "0,1 °C", "principe": "Comparaison",
        "reference": "FD X 07-028:2002", "lieu": "En laboratoire",
    }  # fmt: skip

    def told(**cells: str) -> list[str]:
        return words(check_scope(calibrations, [Line(1, "1", whole | cells)], [FLEX1], sites=["Site de Brest", "Site de Quimper"]))

    assert told() == []
    assert told(lieu="Au laboratoire") == [
        "« Au laboratoire » n’est pas une valeur de « Lieu de réalisation » : voulez-vous dire « En laboratoire » ?"
    ]
    assert told(site="Site de Brest ; Sitede Quimper") == [
        "« Sitede Quimper » n’est pas un site de ce dossier : voulez-vous dire « Site de Quimper » ?"
    ]
    assert told(site="Lyon")[0].endswith("choisissez parmi Site de Brest, Site de Quimper.")
    assert told(etendue="100 °C à 0 °C") == ["Étendue à l’envers : la première valeur de « 100 °C à 0 °C » dépasse la seconde."]
    assert told(incertitude="0,1 V") == ["L’unité de l’incertitude, « V », n’est pas de la même grandeur que l’étendue « 0 °C à 100 °C »."]
    assert told(preuve_date="hier") == ["« Date de validation » : écrivez un jour, par exemple 12/03/2026."]
    assert told(principe="Com\u200bparaison")[0].startswith("« Principe de la méthode » contient un caractère invisible")
    assert told(incertitude="voir") == ["Incertitude non comprise : écrivez une valeur et son unité, par exemple « 0,02 % + 3 µV »."]


def test_a_site_of_a_file_without_sites_is_a_warning_and_of_unknown_sites_nothing() -> None:
    asked = [line(1, site="Brest")]
    found = check_scope(TESTS, asked, [FLEX1], sites=[])
    assert codes(found) == [("site_none", 1, "site")]
    assert not blocks(found)
    assert check_scope(TESTS, asked, [FLEX1]) == []


def test_under_fixe_nothing_is_added_or_changed_without_an_extension() -> None:
    online = [line(1, "3"), line(2, "3"), line(3, "3")]
    draft = [line(1, "3"), line(2, "3", principe="Filtration"), line(4, "3")]
    assert codes(check_scope(TESTS, draft, [FIXED], online, 7)) == [("fixed_changed", 2, ""), ("fixed_added", 4, "")]
    assert check_scope(TESTS, draft, [replace(FIXED, extended=True)], online, 7) == []
    # Before any version, the first definition is free.
    assert check_scope(TESTS, draft, [FIXED]) == []


def test_a_version_without_change_is_said_but_not_stopped() -> None:
    found = check_scope(TESTS, [line(1)], [FLEX1], [line(1)], 4)
    assert codes(found) == [("unchanged", None, "")]
    assert FINDING_TEXTS["unchanged"] % found[0].params == "Rien n’a changé depuis la version 4."
    assert not blocks(found)


def test_thousand_lines_are_checked_well_under_a_second() -> None:
    lines = [line(number) for number in range(1, 1001)]
    assert check_scope(TESTS, lines, [FLEX1], lines[:500], 1) == []


def test_the_difference_goes_by_permanent_number_not_by_place() -> None:
    changes = difference([line(1), line(2), line(3)], [line(3), line(1, objet="Boues"), line(4)])
    assert [item.number for item in changes.added] == [4]
    assert [(item.after.number, item.keys) for item in changes.changed] == [(1, ("objet",))]
    assert [item.number for item in changes.removed] == [2]
    assert changes.count == 3


def test_moving_a_line_to_another_general_line_is_a_change() -> None:
    assert difference([line(1, "1")], [line(1, "2")]).count == 1


cells = st.dictionaries(st.sampled_from(TESTS.keys), st.text(max_size=12), max_size=5)


@given(cells)
def test_digests_ignore_the_order_of_keys_and_empty_cells(values: dict[str, str]) -> None:
    reversed_order = dict(reversed(list(values.items())))
    assert digest("1", values) == digest("1", reversed_order | {"autre": ""})
    assert digest("1", values) != digest("2", values)


def test_a_duplicate_key_folds_what_a_digest_tells_apart() -> None:
    assert digest("1", {"objet": "Été"}) != digest("1", {"objet": "ete"})
    assert duplicate_key("1", {"objet": "Été"}) == duplicate_key("1", {"objet": "ete"})


def test_every_activity_is_described_with_help_and_a_method_column() -> None:
    assert {item.code for item in all_activities()} == set(CODES)
    for item in all_activities():
        assert item.flexibilities[0] is Flexibility.FIXE
        assert len(item.flexibilities) >= 3
        assert sum(column.role == "method" for column in item.columns) == 1
        assert all(column.help and column.label and 4 <= column.width <= 40 for column in item.columns)
    with pytest.raises(UnknownActivity):
        activity("../essais")


def test_a_description_with_two_equal_keys_is_refused() -> None:
    column = "{key: a, label: A, width: 5, required: true}"
    text = f"{{code: x, label: X, section: 1, reference: R, flexibilities: [A], columns: [{column}, {column}]}}"
    with pytest.raises(ValueError, match="must differ"):
        read(text)


@given(st.text(max_size=60))
def test_cleaned_cells_are_stable_one_line_texts(value: str) -> None:
    once = clean_cells(TESTS, {"objet": value, "inconnue": "x"})
    assert set(once) == set(TESTS.keys)
    assert clean_cells(TESTS, once) == once
    assert "\n" not in once["objet"]
    assert "\x00" not in once["objet"]


@pytest.mark.parametrize("text", ["1-0042", "8-1234", "1-12345", "9-0001"])
def test_a_canonical_number_reads_back_as_itself(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", ["", "1-42", "0-0042", "1-0000", "1-00042", "1_0042", "1-0042 ", "１-0042", "1-123456", "x"])
def test_anything_else_is_not_a_number(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["1-42", " n° 1 - 0042 ", "1–0042", "１-００４２", "No 1-00042"])
def test_a_number_is_read_as_people_type_it(text: str) -> None:
    assert str(parse_typed(text)) == "1-0042"


@pytest.mark.parametrize("text", ["nitrates", "1-0", "1-0042-3", "12-0042", ""])
def test_words_are_not_taken_for_a_number(text: str) -> None:
    assert parse_typed(text) is None


def _image() -> dict[str, object]:
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    head = snapshot.VersionHead("1-0042", "Laboratoire Vauban", 3, at, at)
    general = [snapshot.GeneralTitle("1", "Eaux", "FLEX1", "active")]
    return snapshot.build(head, TESTS, general, [line(2), line(1)], in_force("LAB REF 08", at.date()))


def test_a_snapshot_is_canonical_and_can_be_checked_by_anybody() -> None:
    text = snapshot.canonical(_image())
    assert snapshot.canonical(json.loads(text)) == text
    assert " " not in text.split('"lines"')[0].replace("Laboratoire Vauban", "").replace("LAB REF 08", "").split('"columns"')[0]
    assert snapshot.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert '"effective_at":"2026-11-20T10:00:00.000000Z"' in text


def test_a_snapshot_keeps_the_order_and_the_numbers_of_its_lines() -> None:
    assert [item.number for item in snapshot.lines_of(_image())] == [2, 1]
