"""What an employer owes of the contribution supplémentaire à l'apprentissage (CSA): article L. 6242-1 of the Code du travail. Pure.

Amounts are in euros, rates and shares in percent, all exact decimals. The share (« quota ») is that of trainees on sandwich contracts
(« alternants ») in the year's average staff; the progression is that of their number in one year.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from webapp.declarations.rules.language.evaluation import CONTEXT
from webapp.texts import mark as _m

TEXT = "Code du travail, art. L. 6242-1"
THRESHOLD = Decimal(250)
"""Employees from which the contribution is owed."""
LARGE = Decimal(2000)
"""Employees above which the first rate is higher."""
QUOTA = Decimal(5)
"""Share of trainees, in percent, from which nothing is owed."""
EXEMPT_FROM = Decimal(3)
"""Share, in percent, from which a progression exempts."""
PROGRESSION = Decimal(10)
"""Progression in one year, in percent, that exempts."""
ALSACE_MOSELLE = Decimal(52)
"""Percentage of the rates that applies in Bas-Rhin, Haut-Rhin and Moselle."""


class Ground(StrEnum):
    """Which rule decides."""

    SMALL = "small"
    QUOTA_REACHED = "quota_reached"
    EXEMPT = "exempt"
    BELOW_1_LARGE = "below_1_large"
    BELOW_1 = "below_1"
    FROM_1 = "from_1"
    FROM_2 = "from_2"
    FROM_3 = "from_3"


RATES = {
    Ground.BELOW_1_LARGE: Decimal("0.6"),
    Ground.BELOW_1: Decimal("0.4"),
    Ground.FROM_1: Decimal("0.2"),
    Ground.FROM_2: Decimal("0.1"),
    Ground.FROM_3: Decimal("0.05"),
}
GROUND_LABELS = {
    Ground.SMALL: _m("Moins de 250 salariés : la contribution n’est pas due."),
    Ground.QUOTA_REACHED: _m("Au moins 5 %% d’alternants : la contribution n’est pas due."),
    Ground.EXEMPT: _m("Au moins 3 %% d’alternants, en progression d’au moins 10 %% en un an (ou accord de branche) : exonération."),
    Ground.BELOW_1_LARGE: _m("Moins de 1 %% d’alternants, plus de 2 000 salariés"),
    Ground.BELOW_1: _m("Moins de 1 %% d’alternants"),
    Ground.FROM_1: _m("De 1 %% à moins de 2 %% d’alternants"),
    Ground.FROM_2: _m("De 2 %% à moins de 3 %% d’alternants"),
    Ground.FROM_3: _m("De 3 %% à moins de 5 %% d’alternants"),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the contribution depends on. `progression` is None when it is not known; `agreement`: a branch agreement that exempts."""

    headcount: Decimal
    quota: Decimal
    payroll: Decimal
    progression: Decimal | None = None
    agreement: bool = False
    alsace_moselle: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """The rule that decides, the rate in percent of the payroll (0 when nothing is owed), and the amount, to the cent."""

    ground: Ground
    rate: Decimal
    amount: Decimal


def contribution(situation: Situation) -> Contribution:
    """What is owed."""
    ground = ground_of(situation)
    rate = RATES.get(ground, Decimal(0))
    if situation.alsace_moselle:
        rate = CONTEXT.divide(CONTEXT.multiply(rate, ALSACE_MOSELLE), Decimal(100))
    amount = CONTEXT.divide(CONTEXT.multiply(situation.payroll, rate), Decimal(100))
    return Contribution(ground, rate, amount.quantize(Decimal("0.01"), ROUND_HALF_UP, CONTEXT))


def ground_of(situation: Situation) -> Ground:
    """The rule that decides, in the order of the text: who owes, who is exempt, which rate."""
    if situation.headcount < THRESHOLD:
        return Ground.SMALL
    if situation.quota >= QUOTA:
        return Ground.QUOTA_REACHED
    grown = situation.agreement or (situation.progression is not None and situation.progression >= PROGRESSION)
    if situation.quota >= EXEMPT_FROM:
        return Ground.EXEMPT if grown else Ground.FROM_3
    if situation.quota >= 2:
        return Ground.FROM_2
    if situation.quota >= 1:
        return Ground.FROM_1
    return Ground.BELOW_1_LARGE if situation.headcount > LARGE else Ground.BELOW_1
