"""The CSA calculator: the rule of the text, and pages that take whatever people type."""

from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.declarations.rules.csa import RATES, Ground, Situation, contribution
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.language.expressions import Chain, Number

ADDRESS = "/calcul-csa"


def owed(headcount: str, quota: str, **more: object) -> tuple[Ground, Decimal]:
    found = contribution(Situation(Decimal(headcount), Decimal(quota), Decimal(10_000_000), **more))
    return found.ground, found.rate


@pytest.mark.parametrize(
    ("headcount", "quota", "ground", "rate"),
    [
        ("249.99", "0", Ground.SMALL, "0"),
        ("250", "0", Ground.BELOW_1, "0.4"),
        ("2000", "0.99", Ground.BELOW_1, "0.4"),
        ("2000.01", "0.99", Ground.BELOW_1_LARGE, "0.6"),
        ("2001", "1", Ground.FROM_1, "0.2"),
        ("300", "1.9999", Ground.FROM_1, "0.2"),
        ("300", "2", Ground.FROM_2, "0.1"),
        ("300", "2.9999", Ground.FROM_2, "0.1"),
        ("300", "3", Ground.FROM_3, "0.05"),
        ("300", "4.9999", Ground.FROM_3, "0.05"),
        ("300", "5", Ground.QUOTA_REACHED, "0"),
    ],
)
def test_the_rate_follows_headcount_and_share(headcount: str, quota: str, ground: Ground, rate: str) -> None:
    # SO-35, L6242-1
    assert owed(headcount, quota) == (ground, Decimal(rate))


def test_from_three_percent_a_progression_of_ten_percent_exempts() -> None:
    assert owed("300", "3", progression=Decimal(10)) == (Ground.EXEMPT, Decimal(0))
    assert owed("300", "3", progression=Decimal("9.99"))[0] is Ground.FROM_3
    assert owed("300", "2.99", progression=Decimal(50))[0] is Ground.FROM_2
    assert owed("300", "4", agreement=True)[0] is Ground.EXEMPT


def test_in_alsace_and_moselle_the_rate_is_reduced() -> None:
    assert owed("300", "0.5", alsace_moselle=True) == (Ground.BELOW_1, Decimal("0.208"))


@given(st.integers(0, 500_000), st.integers(0, 10_000), st.integers(0, 10**12), st.none() | st.integers(-100, 100))
def test_the_amount_agrees_with_a_naive_reading_of_the_text(headcount: int, quota: int, payroll: int, progression: int | None) -> None:
    staff, share, wages = Fraction(headcount, 100), Fraction(quota, 100), Fraction(payroll, 100)
    rate = Fraction(0)
    if staff >= 250 and share < 5 and not (share >= 3 and progression is not None and progression >= 10):
        steps = [
            (1, Fraction(6, 1000) if staff > 2000 else Fraction(4, 1000)),
            (2, Fraction(2, 1000)),
            (3, Fraction(1, 1000)),
            (5, Fraction(5, 10000)),
        ]
        rate = next(one for limit, one in steps if share < limit)
    found = contribution(
        Situation(
            Decimal(headcount) / 100, Decimal(quota) / 100, Decimal(payroll) / 100, None if progression is None else Decimal(progression)
        )
    )
    assert abs(Fraction(found.amount) - wages * rate) <= Fraction(1, 200)
    assert found.amount == round(found.amount, 2)


def test_the_form_and_the_calculator_use_the_same_rates() -> None:
    rows = {"moins_1_grandes": Ground.BELOW_1_LARGE, "moins_1": Ground.BELOW_1, "de_1_a_2": Ground.FROM_1, "de_2_a_3": Ground.FROM_2}
    rows["de_3_a_5"] = Ground.FROM_3
    found = {}
    for control in get_model("csa-opco", "2025.1").controls:
        if control.operator == "=" and isinstance(control.right, Chain) and isinstance(control.right.first, Number):
            found[rows[control.cells[0][1]]] = control.right.first.value * 100
    assert found == RATES


def ask(client: CheckingClient, **typed: str) -> tuple[int, str]:
    response = client.get(f"{ADDRESS}?{urlencode(typed)}")
    return response.status_code, response.text.replace("\u202f", " ").replace("\u00a0", " ")


def test_anybody_computes_without_scripts_by_a_plain_form(client: CheckingClient) -> None:
    client.get(ADDRESS)
    response = client.submit("form#calcul", {"effectif": "1 250", "quota": "1,5 %", "masse": "48 250 000 €"})
    assert response.status_code == 200
    text = response.text.replace("\u202f", " ")
    assert "<b>96 500 €</b>" in text
    assert "De 1 % à moins de 2 % d’alternants" in text
    assert "L. 6242-1" in text
    assert 'value="1 250"' in text
    assert "48 250 000 € = 96 500 €" in text


def test_a_signed_in_declarant_finds_it_beside_its_returns(signed_in: SignedIn) -> None:
    declarant = signed_in("declarante")
    assert f'href="{ADDRESS}"' in declarant.get("/declarations").text
    assert declarant.get(ADDRESS).status_code == 200


@pytest.mark.parametrize("typed", ["1 234,56", "1\u00a0234,56", "1\u202f234,56", "1 234.56"])
def test_figures_are_read_however_their_spaces_are_typed(client: CheckingClient, typed: str) -> None:
    status, text = ask(client, effectif=typed, quota="0,5", masse="1000000")
    assert status == 200
    assert "4 000 €" in text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("effectif", "(1 234)", "ne peut pas être négative"),
        ("effectif", "12 %", "n’est pas l’unité"),
        ("effectif", "1e309", "n’est pas un nombre"),
        ("effectif", "NaN", "n’est pas un nombre"),
        ("effectif", "Infinity", "n’est pas un nombre"),
        ("effectif", "-5", "ne peut pas être négative"),
        ("effectif", str(2**63), "trop de chiffres"),
        ("effectif", "9" * 400, "trop long"),
        ("effectif", "NC", "Écrivez un nombre"),
        ("effectif", "", "Renseignez ce champ"),
        ("effectif", "<script>alert(1)</script>", "n’est pas un nombre"),
        ("effectif", "=1+1", "n’est pas un nombre"),
        ("quota", "101", "ne dépasse pas 100"),
        ("quota", "nul", "Écrivez 0"),
        ("masse", "1.234", "se lit de deux façons"),
        ("masse", "48 M€", "n’est pas l’unité"),
        ("masse", "12,345", "se lit de deux façons"),
        ("progression", "beaucoup", "n’est pas un nombre"),
    ],
)  # fmt: skip
def test_bad_input_is_told_beside_its_field_and_kept(client: CheckingClient, field: str, typed: str, said: str) -> None:
    good = {"effectif": "1250", "quota": "1,5", "masse": "48250000"}
    response = client.get(f"{ADDRESS}?{urlencode(good | {field: typed})}")
    assert response.status_code == 422
    message = client.tree.cssselect(f"#{field}-erreur")[0].text_content()
    assert said in message
    kept = client.tree.cssselect(f"#{field}")[0]
    assert kept.get("value") == typed
    assert kept.get("aria-invalid") == "true"
    assert all(client.tree.cssselect(f"#{name}")[0].get("value") for name in good if name != field)
    assert "Corrigez ou complétez" in response.text


def test_a_negative_progression_and_minus_zero_are_figures(client: CheckingClient) -> None:
    assert ask(client, effectif="300", quota="4", masse="1000000", progression="-12,5 %")[0] == 200
    status, text = ask(client, effectif="300", quota="-0", masse="1000000")
    assert status == 200
    assert "4 000 €" in text


def test_nothing_is_said_wrong_before_anything_is_typed(client: CheckingClient) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert client.tree.cssselect("[aria-invalid]") == []


def test_the_live_answer_is_part_of_the_page(client: CheckingClient) -> None:
    response = client.get(f"{ADDRESS}?effectif=300&quota=x&masse=", headers={"HX-Request": "true"})
    form = client.tree.cssselect("form#calcul")[0]
    assert client.tree.cssselect(form.get("hx-target"))
    for selector in form.get("hx-select-oob").split(","):
        assert client.tree.cssselect(selector), selector
    assert response.status_code == 422
