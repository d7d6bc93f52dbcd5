"""Plausible, invented answers for each form model, made so that the controls hold. Pure: a seed in, entries out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import Entry, ValueKind, format_number

CENT = Decimal("0.01")
REGION_WEIGHTS = (13, 4, 5, 4, 0.5, 8, 9, 22, 5, 9, 9, 6, 8, 0.6, 0.6, 0.4, 1.5, 0.3)
BRANCHES = (("Métallurgie", "3248", "07/02/2022"), ("Plasturgie", "0292", "14/11/2019"), ("Chimie", "0044", "18/12/2020"))


class Filling:
    """A return being invented: amounts are in euros and cents, counts are whole."""

    def __init__(self, model: FormModel, seed: str, scale: float) -> None:
        self.model, self.random, self.scale = model, Random(seed), scale  # noqa: S311 -- invented figures, not secrets
        self.cells: dict[CellKey, Entry] = {}

    def say(self, name: str, text: str) -> None:
        """Put a text, a date or a choice in a cell, when this version of the model has it."""
        table, row, column = name.split(".")
        cell = self.model.cells.get((table, row, column))
        if cell is not None:
            self.cells[cell.key] = cell.read(text)

    def put(self, name: str, value: Decimal) -> Decimal:
        """Put a figure in the cell ``table.row.column`` when this version of the model has it."""
        table, row, column = name.split(".")
        cell = self.model.cells.get((table, row, column))
        if cell is not None and cell.formula is None:
            self.cells[cell.key] = entry_of(value)
        return value

    def rows(self, table: str) -> list[str]:
        """The rows of a table that people fill in."""
        return [row.code for row in self.model.tables[table].rows if not row.is_total]

    def around(self, value: float | Decimal, spread: float = 0.12) -> Decimal:
        """An amount near a value."""
        return cents(Decimal(value) * Decimal(str(round(self.random.uniform(1 - spread, 1 + spread), 4))))

    def count(self, value: float | Decimal, spread: float = 0.12) -> Decimal:
        """A whole number near a value."""
        return self.around(value, spread).quantize(Decimal(1), ROUND_HALF_UP)

    def share(self, table: str, column: str, total: Decimal, weights: Sequence[float], unit: Decimal = CENT) -> list[Decimal]:
        """Split a total over the rows of a column, exactly; missing weights follow the last."""
        rows = self.rows(table)
        spread = [Decimal(str(weights[min(index, len(weights) - 1)])) for index in range(len(rows))]
        parts = [(total * weight / sum(spread)).quantize(unit, ROUND_HALF_UP) for weight in spread]
        parts[0] += total - sum(parts)
        for row, part in zip(rows, parts, strict=True):
            self.put(f"{table}.{row}.{column}", part)
        return parts


def cents(value: Decimal) -> Decimal:
    """Round to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def entry_of(value: Decimal) -> Entry:
    """A figure as somebody would have typed it."""
    return Entry(ValueKind.VALUE, format_number(value, 2), value)


def invent(model: FormModel, seed: str, scale: float = 1.0) -> dict[CellKey, Entry]:
    """An answer for every cell that is asked for; `scale` is the size of the declarant (1 is a middling one)."""
    filling = Filling(model, seed, scale)
    _INVENTORS[model.code](filling)
    return filling.cells


def _opco(f: Filling) -> None:
    charges = _opco_alternance(f)
    charges["pdc"] = _opco_plan(f)
    collected = _opco_contributions(f, charges)
    _opco_accounts(f, charges, collected)


def _opco_alternance(f: Filling) -> dict[str, Decimal]:
    whole = Decimal(1)
    contracts = {
        "apprentissage": f.count(32000 * f.scale),
        "professionnalisation": f.count(4100 * f.scale),
        "pro_a": f.count(520 * f.scale),
    }
    prices = {"apprentissage": 7150, "professionnalisation": 5900, "pro_a": 2800}
    engaged: dict[str, Decimal] = {}
    charges = Decimal(0)
    for code, number in contracts.items():
        engaged[code] = f.around(number * prices[code], 0.05)
        f.put(f"alt_contrats.{code}.contrats", number)
        f.put(f"alt_contrats.{code}.ruptures", f.count(number * Decimal("0.17")))
        f.put(f"alt_contrats.{code}.engagements", engaged[code])
        charges += f.put(f"alt_contrats.{code}.charges", cents(engaged[code] * Decimal("0.93")))
        f.put(f"alt_contrats.{code}.decaissements", cents(engaged[code] * Decimal("0.86")))
    levels = f.share("alt_niveaux", "contrats", contracts["apprentissage"], (28, 17, 24, 20, 11), whole)
    f.share("alt_niveaux", "engagements", engaged["apprentissage"], (25, 16, 24, 22, 13))
    for row, number, minors in zip(f.rows("alt_niveaux"), levels, ("0.31", "0.12", "0.01", "0", "0"), strict=True):
        f.put(f"alt_niveaux.{row}.femmes", f.count(number * Decimal("0.43")))
        f.put(f"alt_niveaux.{row}.mineurs", f.count(number * Decimal(minors)))
        f.put(f"alt_niveaux.{row}.handicap", f.count(number * Decimal("0.015")))
    sizes = f.share("alt_taille", "contrats", sum(contracts.values(), Decimal(0)), (46, 21, 15, 18), whole)
    f.share("alt_taille", "engagements", sum(engaged.values(), Decimal(0)), (45, 21, 15, 19))
    for row, number, each in zip(f.rows("alt_taille"), sizes, ("0.71", "0.52", "0.23", "0.05"), strict=True):
        f.put(f"alt_taille.{row}.entreprises", f.count(number * Decimal(each)))
    f.share("alt_regions", "contrats", contracts["apprentissage"], REGION_WEIGHTS, whole)
    f.share("alt_regions", "engagements", engaged["apprentissage"], REGION_WEIGHTS)
    extras = Decimal(0)
    for row, part in zip(f.rows("alt_annexes"), (0.22, 0.61, 0.35, 0.02), strict=False):
        number = f.count(contracts["apprentissage"] * Decimal(str(part)))
        amount = f.around(number * 240)
        f.put(f"alt_annexes.{row}.beneficiaires", number)
        f.put(f"alt_annexes.{row}.engagements", amount)
        extras += f.put(f"alt_annexes.{row}.charges", cents(amount * Decimal("0.95")))
    return {"alternance": charges, "annexes": extras}


def _opco_plan(f: Filling) -> Decimal:
    trainees = hours = total = Decimal(0)
    for row, part in zip(f.rows("pdc_actions"), (1.0, 0.03, 0.02, 0.01), strict=True):
        actions = f.count(21000 * part * f.scale)
        people = f.put(f"pdc_actions.{row}.stagiaires", f.count(actions * Decimal("2.6")))
        time = f.put(f"pdc_actions.{row}.heures", f.around(people * 13))
        f.put(f"pdc_actions.{row}.actions", actions)
        total += f.put(f"pdc_actions.{row}.pedagogie", f.around(time * 34))
        total += f.put(f"pdc_actions.{row}.remunerations", f.around(time * 9))
        total += f.put(f"pdc_actions.{row}.annexes", f.around(people * 21))
        trainees, hours = trainees + people, hours + time
    for row, people in zip(f.rows("pdc_publics"), f.share("pdc_publics", "femmes", trainees, (26, 41, 18, 15), Decimal(1)), strict=True):
        women = f.count(people * Decimal("0.46"))
        f.put(f"pdc_publics.{row}.femmes", women)
        f.put(f"pdc_publics.{row}.hommes", people - women)
    f.share("pdc_publics", "heures", hours, (27, 39, 19, 15))
    for row, people in zip(f.rows("pdc_taille"), f.share("pdc_taille", "stagiaires", trainees, (55, 45), Decimal(1)), strict=True):
        f.put(f"pdc_taille.{row}.entreprises", f.count(people * Decimal("0.38")))
    f.share("pdc_taille", "engagements", cents(total * Decimal("1.04")), (52, 48))
    return total


def _opco_contributions(f: Filling, charges: dict[str, Decimal]) -> dict[str, Decimal]:
    collected: dict[str, Decimal] = {}
    for code, amount, firms in (("conventionnelles", 38_000_000, 9000), ("volontaires", 17_000_000, 2100)):
        collected[code] = f.put(f"contrib.{code}.collecte", f.around(amount * f.scale))
        f.put(f"contrib.{code}.entreprises", f.count(firms * f.scale))
        f.put(f"contrib.{code}.engagements", cents(collected[code] * Decimal("0.97")))
        charges[code] = f.put(f"contrib.{code}.charges", cents(collected[code] * Decimal("0.9")))
        f.put(f"contrib.{code}.report", cents(collected[code] * Decimal("0.21")))
    left = collected["conventionnelles"]
    for rank, (name, number, day) in enumerate(BRANCHES, 1):
        part = left if rank == len(BRANCHES) else cents(left * Decimal("0.6"))
        left -= f.put(f"branches.l{rank}.collecte", part)
        for column, text in (("branche", name), ("idcc", number), ("accord", day)):
            f.say(f"branches.l{rank}.{column}", text)
    return collected


def _opco_accounts(f: Filling, charges: dict[str, Decimal], collected: dict[str, Decimal]) -> None:
    dotation, pooled = cents(charges["alternance"] * Decimal("0.9")), cents(charges["alternance"] * Decimal("0.16"))
    plan = cents(charges["pdc"] * Decimal("1.07"))
    rate = Decimal(f.random.choice(["3.8", "4.2", "4.5", "5.0"]))
    f.put("plafond.fonds_alternance.valeur", dotation + pooled)
    f.put("plafond.fonds_pdc.valeur", plan)
    f.put("plafond.taux.valeur", rate)
    fees = (dotation + pooled + plan) * (rate - Decimal("0.4")) / 100
    shares = {"alternance": fees * Decimal("0.78"), "pdc": fees * Decimal("0.22")}
    shares |= {code: amount * Decimal("0.041") for code, amount in collected.items()}
    for column, amount in shares.items():
        shares[column] = cents(amount)
        f.share("frais", column, shares[column], (58, 9, 14, 10, 6, 3))
    charges["gestion"] = sum(shares.values(), Decimal(0))
    charges["dotations"], charges["autres"] = f.around(2_400_000 * f.scale), f.around(310_000 * f.scale)
    incomes = {
        "fc_alternance": dotation,
        "fc_perequation": pooled,
        "fc_pdc": plan,
        **collected,
        "financiers": f.around(900_000 * f.scale),
        "reprises": f.around(1_900_000 * f.scale),
        "autres": f.around(150_000 * f.scale),
    }
    for table, amounts in (("produits", incomes), ("charges", charges)):
        for row, amount in amounts.items():
            f.put(f"{table}.{row}.exercice", amount)
            f.put(f"{table}.{row}.precedent", f.around(amount * Decimal("0.96"), 0.06))
    _balance(f, sum(incomes.values(), Decimal(0)) - sum(charges.values(), Decimal(0)))


def _balance(f: Filling, result: Decimal) -> None:
    cash = Decimal(0)
    for column, amount in (("alternance", 96_000_000), ("pdc", 21_000_000), ("contributions", 12_000_000)):
        start = f.put(f"tresorerie.ouverture.{column}", f.around(amount * f.scale))
        received = f.put(f"tresorerie.encaissements.{column}", f.around(amount * 2 * f.scale))
        paid = f.put(f"tresorerie.decaissements.{column}", f.around(amount * 2 * f.scale))
        cash += start + received - paid
    net = Decimal(0)
    for row, amount in (("immobilisations", 9_000_000), ("creances_fc", 41_000_000), ("creances", 6_000_000), ("placements", 15_000_000)):
        gross = f.put(f"actif.{row}.brut", f.around(amount * f.scale))
        net += gross - f.put(f"actif.{row}.depreciation", cents(gross * Decimal("0.08")))
    f.put("actif.disponibilites.brut", cash)
    left = net + cash - result
    f.put("passif.resultat.net", result)
    for row, amount in (("provisions", 8_000_000), ("dettes_formation", 47_000_000), ("dettes_fc", 11_000_000), ("dettes", 5_000_000)):
        left -= f.put(f"passif.{row}.net", f.around(amount * f.scale))
    f.put("passif.fonds_propres.net", left)


def _atpro(f: Filling) -> None:
    asked, engaged = f.count(1900 * f.scale), f.around(19_500_000 * f.scale)
    deposits = f.share("demandes", "deposees", asked, (24, 45, 21, 10), Decimal(1))
    for row, number in zip(f.rows("demandes"), deposits, strict=True):
        accepted = f.put(f"demandes.{row}.acceptees", f.count(number * Decimal("0.57")))
        f.put(f"demandes.{row}.femmes", f.count(accepted * Decimal("0.5")))
    f.share("demandes", "engagements", engaged, (22, 44, 22, 12))
    spent = Decimal(0)
    for row, part in zip(f.rows("couts"), ("0.22", "0.55", "0.23"), strict=True):
        amount = engaged * Decimal(part) * Decimal("0.93")
        f.put(f"couts.{row}.heures", f.around(amount / 21))
        for column, weight in (("pedagogie", "0.31"), ("remunerations", "0.65"), ("annexes", "0.04")):
            spent += f.put(f"couts.{row}.{column}", cents(amount * Decimal(weight)))
    consumed = f.around(1_100_000 * f.scale)
    cases = f.count(consumed / 24000)
    for table in ("fipu", "usure"):
        f.put(f"{table}.dossiers.valeur", cases)
        f.put(f"{table}.consommes.valeur", consumed)
        f.put(f"{table}.gestion.valeur", cents(consumed * Decimal("0.027")))
    _situation(f, "Association Transitions (fictive)", territoire="France métropolitaine, hors Corse", convention="Oui")
    funds = cents(spent * Decimal("1.1"))
    fees = cents(funds * Decimal("0.083"))
    f.put("frais.personnel.valeur", cents(fees * Decimal("0.7")))
    f.put("frais.fonctionnement.valeur", cents(fees * Decimal("0.2")))
    f.put("frais.accompagnement.valeur", fees - cents(fees * Decimal("0.7")) - cents(fees * Decimal("0.2")))
    for row, value in (("fonds", funds), ("taux_com", Decimal("8.9"))):
        f.put(f"frais.{row}.valeur", value)
    amounts = {"dotation": funds, "autres_produits": f.around(140_000 * f.scale), "projets": spent, "gestion": fees}
    amounts["autres_charges"] = f.around(90_000 * f.scale)
    for row, amount in amounts.items():
        f.put(f"resultat.{row}.exercice", amount)
        f.put(f"resultat.{row}.precedent", f.around(amount * Decimal("0.97"), 0.05))


def _situation(f: Filling, name: str, **answers: str) -> None:
    for row, text in {"nom": name, "siret": "775 672 272 00018", **answers}.items():
        f.say(f"situation.{row}.reponse", text)


def _faf(f: Filling) -> None:
    _situation(
        f,
        "Fonds d’assurance formation (fictif)",
        adresse="12 rue des Essais, 75011 Paris",
        forme="Association déclarée",
        naf="94.11Z",
        fonds=f.random.choice(["Artisanat", "Commerce et services", "Professions libérales"]),
    )
    collected = f.around(42_000_000 * f.scale)
    f.share("collecte", "montant", collected, (4, 61, 30, 5))
    f.share("collecte", "ressortissants", f.count(310_000 * f.scale), (5, 58, 31, 6), Decimal(1))
    engaged = cents(collected * Decimal("0.83"))
    f.share("actions", "engagements", engaged, (44, 31, 18, 7))
    spent = f.share("actions", "charges", cents(engaged * Decimal("0.95")), (44, 31, 18, 7))
    for row, amount in zip(f.rows("actions"), spent, strict=True):
        people = f.put(f"actions.{row}.stagiaires", f.count(amount / 640))
        f.put(f"actions.{row}.femmes", f.count(people * Decimal("0.48")))
        f.put(f"actions.{row}.heures", f.around(people * 15))
    fees = {"gestion": "0.061", "information": "0.034", "etudes": "0.008"}
    paid = [f.put(f"frais.{row}.valeur", cents(collected * Decimal(rate))) for row, rate in fees.items()]
    amounts = {"contributions": collected, "autres_produits": f.around(210_000 * f.scale), "formation": sum(spent, Decimal(0))}
    amounts |= {"frais": sum(paid, Decimal(0)), "autres_charges": f.around(160_000 * f.scale)}
    amounts["disponibilites"] = f.around(9_000_000 * f.scale)
    for row, amount in amounts.items():
        f.put(f"resultat.{row}.exercice", amount)
        f.put(f"resultat.{row}.precedent", f.around(amount * Decimal("0.96"), 0.05))


def _csa(f: Filling) -> None:
    rates = ("0.006", "0.004", "0.002", "0.001", "0.0005")
    parts = ("0.006", "0.007", "0.015", "0.025", "0.039")
    firms, sizes = (9, 120, 190, 210, 260), (3400, 610, 580, 560, 540)
    for row, rate, part, size_of_group, size in zip(f.rows("tranches"), rates, parts, firms, sizes, strict=True):
        number = f.put(f"tranches.{row}.entreprises", f.count(size_of_group * f.scale))
        staff = f.put(f"tranches.{row}.effectif", f.count(number * size, 0.04))
        f.put(f"tranches.{row}.alternants", f.count(staff * Decimal(part), 0.02))
        wages = f.put(f"tranches.{row}.masse", f.around(staff * 36_500, 0.04))
        for column in ("due", "contribution"):
            f.put(f"tranches.{row}.{column}", cents(wages * Decimal(rate)))
    for row, exempt in (("progression", 40), ("accord", 12)):
        number = f.put(f"exonerees.{row}.entreprises", f.count(exempt * f.scale))
        staff = f.put(f"exonerees.{row}.effectif", f.count(number * 550, 0.04))
        trainees = f.put(f"exonerees.{row}.alternants", f.count(staff * Decimal("0.041"), 0.02))
        f.put(f"exonerees.{row}.precedents", f.count(trainees * Decimal("0.85"), 0.02))


_INVENTORS: dict[str, Callable[[Filling], None]] = {"esf-opco": _opco, "esf-atpro": _atpro, "esf-faf": _faf, "csa-opco": _csa}
