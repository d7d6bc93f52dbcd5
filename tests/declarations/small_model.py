"""A form model small enough to be read whole in a test."""

TEXT = """
code: petit
version: "1"
kind: ESF
audience: OPCO
years: ["2025"]
title: Petit modèle
notice: Modèle d'essai
sections:
  - code: s
    title: Section
    tables:
      - code: achats
        number: A1
        title: Achats
        columns:
          - {code: nombre, label: Nombre, unit: nombre}
          - {code: montant, label: Montant, unit: eur}
          - {code: moyen, label: Moyenne, unit: eur, formula: arrondi(montant / nombre; 2)}
        rows:
          - {code: livres, label: Livres}
          - {code: papier, label: Papier}
          - {code: total, label: Total, formula: somme(*)}
      - code: bilan
        number: A2
        title: Bilan
        columns:
          - {code: valeur, label: Exercice, unit: eur}
        rows:
          - {code: budget, label: Budget}
          - {code: reste, label: Reste, signed: oui, formula: budget - achats.total.montant}
controls:
  - code: X-01
    left: achats.total.montant
    operator: "<="
    right: bilan.budget.valeur
    message: Les achats dépassent le budget.
    legal: Règle d'essai
  - code: X-02
    left: achats.livres.nombre
    operator: ">="
    right: achats.papier.nombre
    severity: warning
    message: Moins de livres que de papier.
"""
