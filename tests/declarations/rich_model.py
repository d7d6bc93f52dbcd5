"""A form model with everything that a form model may hold, still small."""

TEXT = """\
code: riche
version: "2025.1"
kind: ESF
audience: OPCO
years: ["2025", "2026"]
title: Modèle riche
notice: Modèle d'essai
previous:
  version: "2024.1"
  moved:
    - {here: regions.*.charges, before: territoires.*.depenses}
  new: [sites]
  ended: [territoires.*.effectif]
lists:
  - code: departements
    entries:
      - {code: bretagne, label: Bretagne}
      - {code: corse, label: Corse}
  - code: oui_non
    entries:
      - {code: oui, label: Oui}
      - {code: non, label: Non}
sections:
  - code: s
    title: Section
    help: Aide de section
    legal: art. 1
    documents:
      - {code: comptes, label: Comptes annuels, required: oui, types: [pdf], max_count: "2", help: Aide de pièce, legal: art. 5}
      - {code: convention, label: Accord, types: [png, jpeg, csv, xlsx, ods], max_size: "3", visible: 'fiche.statut.reponse = "oui"'}
    tables:
      - code: fiche
        number: A1
        title: Fiche
        columns:
          - {code: reponse, label: Réponse}
        rows:
          - {code: siret, label: SIRET, type: texte, prefill: fiche.siret, help: Aide de ligne, legal: art. 4}
          - {code: statut, label: Convention, type: liste, list: oui_non}
          - {code: jour, label: Signature, type: date, visible: 'fiche.statut.reponse = "oui"'}
          - {code: fin, label: Fin, type: date, visible: 'fiche.statut.reponse = "oui"'}
          - {code: milliers, label: Budget, unit: keur}
          - {code: piece, label: Référence des comptes, type: texte}
      - code: regions
        number: A2
        title: Par région
        help: Aide de tableau
        legal: art. 2
        rows_from: departements
        columns:
          - {code: charges, label: Charges, unit: eur, help: Aide de colonne, legal: art. 3}
          - {code: plafond, label: Plafond, unit: eur}
          - {code: precedent, label: Précédent, unit: eur, prefill: charges@N-1}
          - {code: part, label: Part, unit: pourcent, formula: arrondi(charges / plafond * 100; 1), decimals: "1"}
        rows:
          - {code: total, label: Total, formula: somme(*)}
        without: [total.part, total.precedent]
      - code: conventions
        number: A3
        title: Conventions
        visible: fiche.statut.reponse = "oui"
        columns:
          - {code: valeur, label: Valeur, unit: eur}
        rows:
          - {code: charges, label: Charges}
          - {code: double, label: Double, formula: charges * 2}
      - code: sites
        number: A4
        title: Établissements
        optional: oui
        repeat: {count: "5", label: Établissement}
        columns:
          - {code: nom, label: Nom, type: texte}
          - {code: effectif, label: Effectif, unit: nombre}
          - {code: charges, label: Charges, unit: eur}
        rows:
          - {code: total, label: Total, formula: somme(*)}
controls:
  - code: R-01
    each: regions
    left: regions.ligne.charges
    operator: "<="
    right: regions.ligne.plafond
    message: Les charges dépassent le plafond.
  - code: R-02
    left: regions.total.charges
    operator: "="
    right: sites.total.charges + conventions.charges.valeur
    when: fiche.statut.reponse = "oui"
    missing_left: zero
    missing_right: skip_all
    tolerance: arrondi
    from: 2025-01-01
    message: Les totaux diffèrent.
  - code: R-03
    left: fiche.jour.reponse
    operator: "<="
    right: fiche.fin.reponse
    severity: warning
    message: La fin précède la signature.
""".replace(", visible: non}", "}")
