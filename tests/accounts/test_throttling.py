"""Sign-in throttling slows guessing down and locks nobody out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import throttling
from webapp.accounts.throttling import Failures, name_key, network_of, wait_until

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=value) for value in seconds]


def test_the_first_four_failures_cost_nothing() -> None:
    assert wait_until(Failures(of_source=ago(4, 3, 2, 1)), NOW) is None


@pytest.mark.parametrize(("failures", "seconds"), [(5, 5), (6, 10), (7, 20), (8, 40), (12, 640), (13, 900), (40, 900)])
def test_each_further_failure_doubles_the_delay_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_until(Failures(of_source=[NOW] * failures), NOW) == NOW + timedelta(seconds=seconds)


def test_the_delay_runs_from_the_last_failure_whatever_the_order() -> None:
    assert wait_until(Failures(of_source=ago(1, 500, 400, 300, 200)), NOW) == NOW + 4 * SECOND


def test_the_wait_ends() -> None:
    assert wait_until(Failures(of_source=ago(9, 8, 7, 6, 5)), NOW) is None


def test_failures_older_than_an_hour_are_forgotten() -> None:
    assert wait_until(Failures(of_source=ago(*[3600] * 30)), NOW) is None


def test_a_network_that_used_its_budget_waits_until_a_failure_leaves_the_window() -> None:
    failures = ago(*range(1800, 1800 - throttling.NETWORK_BUDGET, -1))
    assert wait_until(Failures(of_network=failures), NOW) == NOW + timedelta(seconds=1800)
    assert wait_until(Failures(of_network=failures[1:]), NOW) is None


def test_a_marked_browser_is_not_delayed_by_what_others_do_from_its_own_network() -> None:
    others = ago(*range(200))
    assert wait_until(Failures(of_network=others, of_account=others, is_marked=True), NOW) is None
    assert wait_until(Failures(of_network=others, of_account=others), NOW) is not None


def test_an_attack_from_everywhere_slows_unknown_networks_but_not_a_familiar_one() -> None:
    attack = ago(*range(throttling.SLOW_LANE_AFTER + 1))
    assert wait_until(Failures(of_account=attack), NOW) == NOW + throttling.SLOW_LANE_GAP
    assert wait_until(Failures(of_account=attack, is_familiar=True), NOW) is None


def test_the_slow_lane_lets_one_try_through_every_half_minute() -> None:
    attack = ago(*range(30, 60))
    assert wait_until(Failures(of_account=attack), NOW) is None


@given(st.lists(st.integers(0, 7200), max_size=300), st.booleans(), st.booleans())
def test_nobody_ever_waits_more_than_an_hour_and_a_wait_is_in_the_future(seconds: list[int], marked: bool, familiar: bool) -> None:
    instants = ago(*seconds)
    until = wait_until(Failures(instants, instants, instants, marked, familiar), NOW)
    assert until is None or NOW < until <= NOW + throttling.WINDOW


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "?"),
        (None, "?"),
        ("not an address", "?"),
    ],
)
def test_a_network_is_an_address_or_an_ipv6_prefix(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_attempts_are_counted_under_a_digest_of_what_was_typed() -> None:
    assert len(name_key("MonMotDePasse!")) == 64
    assert name_key("a") != name_key("b")
