"""What makes a password acceptable, and how it is kept."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import passwords
from webapp.accounts.passwords import HashingBusyError, PasswordHashing, weaknesses

GOOD = "Tulipe-Wagon-7-Grimoire"


@pytest.fixture(scope="module")
def hashing() -> PasswordHashing:
    return PasswordHashing(memory_kib=64, time_cost=1)


def codes(password: str, *personal: str) -> list[str]:
    return [weakness.code for weakness in weaknesses(password, personal)]


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("Tul-7-Grim", ["too_short"]),  # SO-28
        ("tulipe-wagon-7-grimoire", ["no_upper"]),
        ("TULIPE-WAGON-7-GRIMOIRE", ["no_lower"]),
        ("Tulipe-Wagon-Grimoire", ["no_digit"]),
        ("TulipeWagon7Grimoire", ["no_special"]),
        ("tulipe", ["too_short", "no_upper", "no_digit", "no_special"]),
    ],
)
def test_each_missing_criterion_is_named(password: str, missing: list[str]) -> None:
    assert codes(password) == missing


def test_a_good_password_is_accepted() -> None:
    assert codes(GOOD, "Camille Roux", "camille.roux", "camille.roux@laboratoire.example") == []


def test_every_message_is_a_french_sentence_of_its_own() -> None:
    criteria = [value for value in vars(passwords).values() if isinstance(value, passwords.Criterion)]
    assert len({criterion.message for criterion in criteria}) == len(criteria) == 10
    assert all(criterion.message.endswith(".") for criterion in criteria)


@pytest.mark.parametrize(
    "password", ["Motdepasse2026!", "Azertyuiop123!", "P@ssw0rd2026!!", "!!Bonjourbonjour1", "M0td3p@ss3-2026", "Cofrac-2026-2026!"]
)
def test_a_common_password_dressed_up_is_still_common(password: str) -> None:
    assert "common" in codes(password)


def test_the_bundled_list_has_several_hundred_entries_and_no_entry_that_folding_empties() -> None:
    assert len(passwords.common_passwords()) > 400
    assert "" not in passwords.common_passwords()


@pytest.mark.parametrize("password", ["Roussel-Wagon-7-Grimoire", "7-Wagon-CAMILLE-x", "Ambroise-Wagon-7-Ciel", "Müriel-Wagon-77-Ciel"])
def test_a_password_with_a_personal_word_is_refused(password: str) -> None:
    assert "personal" in codes(password, "Muriel Roussel", "camille", "ambroise@laboratoire.example")


def test_a_short_personal_word_does_not_refuse_a_good_password() -> None:
    assert codes(GOOD, "Li Po", "po") == []


def test_a_long_but_repetitive_password_is_too_weak() -> None:
    assert codes("Abc-1Abc-1Abc-1Abc-1Abc-1") == ["too_weak"]


def test_the_public_demonstration_password_is_refused_for_a_new_one() -> None:
    assert "public" in codes(passwords.DEMONSTRATION_PASSWORD)


def test_a_huge_password_is_refused_at_once() -> None:
    assert codes("Aa1-" * 100_000) == ["too_long"]


def test_a_password_of_the_greatest_length_is_measured_without_failing() -> None:
    assert "too_long" not in codes("Aé1-ß☂ wagon grimoire tulipe "[:25] * 8)


@given(st.text(max_size=220))
def test_any_text_gets_a_verdict(password: str) -> None:
    verdict = codes(password)
    assert len(verdict) == len(set(verdict))
    if not verdict:
        assert len(password) >= passwords.MINIMUM_LENGTH


def test_a_hash_is_argon2id_and_checks_only_its_own_password(hashing: PasswordHashing) -> None:
    encoded = hashing.hash(GOOD)
    assert encoded.startswith("$argon2id$")
    assert hashing.matches(encoded, GOOD)
    assert not hashing.matches(encoded, GOOD + " ")
    assert hashing.hash(GOOD) != encoded


def test_an_accent_typed_as_two_characters_is_the_same_password(hashing: PasswordHashing) -> None:
    assert hashing.matches(hashing.hash("Été-Wagon-7-Ciel"), "E\u0301te\u0301-Wagon-7-Ciel")


def test_no_account_never_matches_but_does_the_same_work(hashing: PasswordHashing, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    verify = hashing._hasher.verify
    monkeypatch.setattr(
        type(hashing._hasher), "verify", lambda self, encoded, password: checked.append(encoded) or verify(encoded, password)
    )
    assert not hashing.matches(None, GOOD)
    assert not hashing.matches("not a hash", GOOD)
    assert not hashing.matches(hashing.hash(GOOD), "a" * 5000)
    assert len(checked) == 3
    assert checked[0].split("$")[:4] == hashing.hash(GOOD).split("$")[:4]


def test_a_hash_of_other_parameters_is_outdated(hashing: PasswordHashing) -> None:
    stronger = PasswordHashing(memory_kib=128, time_cost=1)
    encoded = hashing.hash(GOOD)
    assert not hashing.is_outdated(encoded)
    assert stronger.is_outdated(encoded)
    assert stronger.matches(encoded, GOOD)


def test_hashing_too_long_a_password_is_an_error(hashing: PasswordHashing) -> None:
    with pytest.raises(ValueError, match="too long"):
        hashing.hash("a" * 201)


def test_no_more_checks_run_at_once_than_there_are_slots() -> None:
    hashing = PasswordHashing(memory_kib=64, time_cost=1, slots=1, patience_seconds=0.05)
    encoded = hashing.hash(GOOD)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with hashing._slot():
            entered.set()
            leave.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(5)
    with pytest.raises(HashingBusyError):
        hashing.matches(encoded, GOOD)
    leave.set()
    holder.join()
    assert hashing.matches(encoded, GOOD)
