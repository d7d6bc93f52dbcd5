"""Words for fictitious detailed scopes: the vocabulary is that of the trade, the bodies and their scopes are invented."""

from collections.abc import Iterator
from itertools import product

Cells = dict[str, str]

WATERS = (
    "Eaux douces",
    "Eaux résiduaires",
    "Eaux destinées à la consommation humaine",
    "Eaux souterraines",
    "Eaux de piscine",
    "Eaux salines et saumâtres",
    "Eaux de process",
    "Eaux pluviales",
    "Lixiviats",
    "Eaux de dialyse",
)
METALS = (
    "Aluminium (Al)", "Antimoine (Sb)", "Argent (Ag)", "Arsenic (As)", "Baryum (Ba)", "Béryllium (Be)", "Bore (B)", "Cadmium (Cd)",
    "Calcium (Ca)", "Chrome (Cr)", "Cobalt (Co)", "Cuivre (Cu)", "Étain (Sn)", "Fer (Fe)", "Lithium (Li)", "Magnésium (Mg)",
    "Manganèse (Mn)", "Mercure (Hg)", "Molybdène (Mo)", "Nickel (Ni)", "Plomb (Pb)", "Potassium (K)", "Sélénium (Se)", "Sodium (Na)",
    "Strontium (Sr)", "Thallium (Tl)", "Titane (Ti)", "Uranium (U)", "Vanadium (V)", "Zinc (Zn)",
)  # fmt: skip
GENERAL_CHEMISTRY = (
    ("Nitrates (NO₃⁻)", "Chromatographie ionique", "NF EN ISO 10304-1:2009"),
    ("Ammonium (NH₄⁺)", "Spectrophotométrie", "NF T 90-015-2:2000"),
    ("Nitrites (NO₂⁻)", "Chromatographie ionique", "NF EN ISO 10304-1:2009"),
    ("Chlorures (Cl⁻)", "Chromatographie ionique", "NF EN ISO 10304-1:2009"),
    ("Matières en suspension", "Gravimétrie", "NF EN 872:2005"),
    ("Sulfates (SO₄²⁻)", "Chromatographie ionique", "NF EN ISO 10304-1:2009"),
    ("Fluorures (F⁻)", "Potentiométrie", "NF T 90-004:2002"),
    ("Bromures (Br⁻)", "Chromatographie ionique", "NF EN ISO 10304-1:2009"),
    ("Orthophosphates (PO₄³⁻)", "Flux continu", "NF EN ISO 15681-2:2019"),
    ("Phosphore total", "Spectrophotométrie", "NF EN ISO 6878:2005"),
    ("Azote Kjeldahl", "Minéralisation et titrimétrie", "NF EN 25663:1994"),
    ("Azote global", "Combustion et chimiluminescence", "NF EN 12260:2003"),
    ("Demande chimique en oxygène (DCO)", "Titrimétrie", "NF T 90-101:2001"),
    ("Indice de demande chimique en oxygène (ST-DCO)", "Petite échelle en tube fermé", "ISO 15705:2002"),
    ("Demande biochimique en oxygène (DBO₅)", "Dilution et ensemencement", "NF EN ISO 5815-1:2019"),
    ("Carbone organique total (COT)", "Oxydation et détection infrarouge", "NF EN 1484:1997"),
    ("pH", "Potentiométrie", "NF EN ISO 10523:2012"),
    ("Conductivité électrique", "Conductimétrie", "NF EN 27888:1994"),
    ("Turbidité", "Néphélométrie", "NF EN ISO 7027-1:2016"),
    ("Titre alcalimétrique complet (TAC)", "Titrimétrie", "NF EN ISO 9963-1:1996"),
    ("Dureté (TH)", "Titrimétrie", "NF T 90-003:1984"),
    ("Oxydabilité au permanganate", "Titrimétrie", "NF EN ISO 8467:1995"),
    ("Couleur", "Spectrophotométrie", "NF EN ISO 7887:2012"),
    ("Cyanures totaux", "Flux continu", "NF EN ISO 14403-2:2012"),
    ("Indice phénol", "Flux continu", "NF EN ISO 14402:2000"),
    ("Chrome hexavalent (Cr VI)", "Spectrophotométrie", "NF T 90-043:1988"),
    ("Silicates solubles", "Flux continu", "NF EN ISO 16264:2004"),
    ("Agents de surface anioniques", "Spectrophotométrie", "NF EN 903:1994"),
    ("AOX", "Coulométrie", "NF EN ISO 9562:2004"),
    ("Indice hydrocarbures", "Chromatographie en phase gazeuse", "NF EN ISO 9377-2:2000"),
)
ORGANICS = (
    "Acénaphtène", "Anthracène", "Benzo(a)pyrène", "Benzo(b)fluoranthène", "Chrysène", "Fluoranthène", "Fluorène", "Naphtalène",
    "Phénanthrène", "Pyrène", "Alachlore", "Atrazine", "Déséthylatrazine", "Bentazone", "Boscalide", "Carbendazime", "Chlortoluron",
    "Diuron", "Glyphosate", "AMPA", "Imidaclopride", "Isoproturon", "Métaldéhyde", "Métazachlore", "Métolachlore", "Simazine",
    "Tébuconazole", "Terbuthylazine", "Benzène", "Toluène",
)  # fmt: skip
MICROBES = (
    ("Escherichia coli", "Ensemencement en milieu liquide (NPP)", "NF EN ISO 9308-3:1999"),
    ("Entérocoques intestinaux", "Ensemencement en milieu liquide (NPP)", "NF EN ISO 7899-1:1999"),
    ("Bactéries coliformes", "Filtration sur membrane", "NF EN ISO 9308-1:2000"),
    ("Micro-organismes revivifiables à 22 °C", "Incorporation en gélose", "NF EN ISO 6222:1999"),
    ("Micro-organismes revivifiables à 36 °C", "Incorporation en gélose", "NF EN ISO 6222:1999"),
    ("Pseudomonas aeruginosa", "Filtration sur membrane", "NF EN ISO 16266:2008"),
    ("Legionella et Legionella pneumophila", "Culture après concentration", "NF T 90-431:2017"),
    ("Salmonella", "Enrichissement et isolement", "NF EN ISO 19250:2013"),
)


def trial(matter: str, name: str, principle: str, reference: str, remark: str = "") -> Cells:
    """Return the cells of a line of essais."""
    return {"objet": matter, "caracteristique": name, "principe": principle, "reference": reference, "remarques": remark}


def vauban() -> Iterator[tuple[str, Cells]]:
    """Yield the thousand lines of the great water laboratory: 20 of sampling, 80, 600 and 300 of analyses."""
    for matter, (way, reference) in product(
        WATERS, (("Prélèvement instantané", "FD T 90-520:2005"), ("Prélèvement moyen asservi au temps", "FD T 90-523-2:2008"))
    ):
        yield "1", trial(matter, "Échantillonnage", way, reference, "Sur site")
    for matter, (name, principle, reference) in product(WATERS, MICROBES):
        yield "2", trial(matter, name, principle, reference)
    for matter, index in product(WATERS, range(30)):
        yield "3", trial(matter, *GENERAL_CHEMISTRY[index])
    for matter, name in product(WATERS, METALS):
        yield "3", trial(matter, name, "ICP/MS", "NF EN ISO 17294-2:2016")
    for matter, name in product(WATERS, ORGANICS):
        yield "4", trial(matter, name, "CPG/MS-MS ou CL/MS-MS", "Méthode interne MO-ORG-04", "Après extraction")


CALIBRATIONS = (
    ("Température", "Thermomètre à résistance de platine", "−40 °C à 250 °C", "0,05 °C", "Comparaison en bain liquide"),
    ("Température", "Chaîne de mesure à thermocouple", "0 °C à 1 000 °C", "1,2 °C", "Comparaison en four"),
    ("Température", "Enceinte climatique", "−30 °C à 150 °C", "0,4 °C", "Caractérisation à neuf capteurs"),
    ("Humidité relative", "Hygromètre à variation d’impédance", "10 %HR à 95 %HR", "1,1 %HR", "Comparaison en enceinte"),
    ("Masse", "Masses de 1 mg à 10 kg", "1 mg à 10 kg", "0,3 mg", "Comparaison par substitution"),
    ("Masse", "Instrument de pesage à fonctionnement non automatique", "0 g à 60 kg", "1,5·10⁻⁵ m", "Étalonnage par masses étalons"),
    ("Pression relative", "Manomètre numérique", "0 bar à 700 bar", "0,02 %", "Balance manométrique"),
    ("Longueur", "Pied à coulisse", "0 mm à 500 mm", "12 µm", "Cales étalons"),
    ("Longueur", "Micromètre d’extérieur", "0 mm à 100 mm", "2 µm", "Cales étalons"),
    ("Tension continue", "Multimètre", "100 mV à 1 000 V", "8·10⁻⁶ U", "Comparaison à un calibrateur"),
    ("Résistance", "Ohmmètre", "1 Ω à 100 MΩ", "3·10⁻⁵ R", "Comparaison à des résistances étalons"),
    ("Volume", "Micropipette à piston", "1 µl à 10 ml", "0,4 %", "Gravimétrie"),
)
EXAMS = (
    ("Sang total", "Numération et formule sanguine", "Impédance et cytométrie en flux"),
    ("Plasma", "Glucose", "Spectrophotométrie (hexokinase)"),
    ("Plasma", "Créatinine", "Méthode enzymatique"),
    ("Plasma", "Sodium, potassium, chlorures", "Potentiométrie indirecte"),
    ("Sérum", "Ferritine", "Immunoturbidimétrie"),
    ("Sérum", "Thyréostimuline (TSH)", "Électrochimiluminescence"),
    ("Sérum", "Antigène HBs", "Immunoanalyse par chimiluminescence"),
    ("Sérum", "Anticorps anti-VIH 1 et 2, antigène p24", "Immunoanalyse par chimiluminescence"),
    ("Plasma citraté", "Taux de prothrombine, INR", "Chronométrie"),
    ("Plasma citraté", "D-dimères", "Immunoturbidimétrie"),
    ("Urines", "Examen cytobactériologique", "Cytométrie en flux, culture et MALDI-TOF"),
    ("Selles", "Recherche d’agents entéropathogènes", "PCR multiplexe en temps réel"),
    ("Écouvillon nasopharyngé", "ARN du SARS-CoV-2", "RT-PCR en temps réel"),
    ("Liquide cérébrospinal", "Examen cytologique et culture", "Microscopie et culture"),
)
INSPECTIONS = (
    ("Équipements sous pression", "Générateurs de vapeur", "Requalification périodique", "Arrêté du 20 novembre 2017"),
    ("Équipements sous pression", "Récipients fixes de gaz", "Inspection périodique", "Arrêté du 20 novembre 2017"),
    ("Équipements sous pression", "Tuyauteries d’usine", "Contrôle de mise en service", "Arrêté du 20 novembre 2017"),
    (
        "Installations électriques",
        "Installations permanentes des lieux de travail",
        "Vérification périodique",
        "Arrêté du 26 décembre 2011",
    ),
    ("Installations électriques", "Installations temporaires de chantier", "Vérification initiale", "Arrêté du 22 décembre 2011"),
    ("Appareils de levage", "Grues à tour", "Vérification générale périodique", "Arrêté du 1er mars 2004"),
    ("Appareils de levage", "Ponts roulants", "Vérification générale périodique", "Arrêté du 1er mars 2004"),
    ("Ascenseurs", "Ascenseurs de personnes", "Contrôle technique quinquennal", "Code de la construction et de l’habitation"),
    ("Amiante", "Immeubles bâtis", "Examen visuel après travaux", "NF X 46-021:2021"),
)
CERTIFICATIONS = (
    ("Système de management de la qualité", "Certification de systèmes", "NF EN ISO 9001:2015", "28 Fabrication de machines"),
    ("Système de management environnemental", "Certification de systèmes", "NF EN ISO 14001:2015", "38 Collecte et traitement des déchets"),
    ("Santé et sécurité au travail", "Certification de systèmes", "NF ISO 45001:2018", "41 Construction de bâtiments"),
    ("Management de l’énergie", "Certification de systèmes", "NF EN ISO 50001:2018", "17 Papier et carton"),
    ("Actions de formation", "Référentiel national qualité", "Décret n° 2019-565 du 6 juin 2019", "85 Enseignement"),
    ("Services à la personne", "Marque de service", "Référentiel RS-12 v4", "88 Action sociale"),
    ("Diagnostiqueurs immobiliers", "Certification de personnes", "Arrêté du 1er juillet 2024", ""),
    ("Fenêtres en aluminium", "Certification de produits", "NF EN 14351-1:2016", "25 Produits métalliques"),
)


def calibrations() -> Iterator[tuple[str, Cells]]:
    """Yield lines of étalonnages, in the laboratory and on site."""
    for place, (quantity, item, span, uncertainty, principle) in product(("En laboratoire", "Sur site"), CALIBRATIONS):
        code = "1" if quantity in ("Température", "Humidité relative") else "2"
        yield (
            code,
            {
                "grandeur": quantity,
                "objet": item,
                "etendue": span,
                "incertitude": uncertainty,
                "principe": principle,
                "reference": "Méthode interne MO-ETA-12" if code == "2" else "FD X 07-028:2002",
                "lieu": place,
            },
        )


SITES = ("Site central", "Site de l’hôpital")


def exams() -> Iterator[tuple[str, Cells]]:
    """Yield lines of biologie médicale on two sites."""
    for site, (sample, exam, principle) in product(SITES, EXAMS):
        molecular = "PCR" in principle
        reference = "Méthode interne MO-BIO-31" if molecular else "Notice du fournisseur"
        yield (
            ("2" if molecular else "1"),
            {
                "echantillon": sample,
                "examen": exam,
                "principe": principle,
                "reference": reference,
                "site": site,
            },
        )


def inspections() -> Iterator[tuple[str, Cells]]:
    """Yield lines of inspection."""
    for domain, item, kind, reference in INSPECTIONS:
        code = "1" if domain == "Équipements sous pression" else "2"
        yield code, {"domaine": domain, "objet": item, "nature": kind, "reference": reference, "type": "A"}


def certifications() -> Iterator[tuple[str, Cells]]:
    """Yield lines of certification."""
    for item, programme, reference, sector in CERTIFICATIONS:
        code = "1" if programme == "Certification de systèmes" else "2"
        yield code, {"objet": item, "programme": programme, "reference": reference, "secteur": sector}


def small_tests() -> Iterator[tuple[str, Cells]]:
    """Yield the lines of a laboratory of ordinary size: soils, sludge and air."""
    for matter, name in product(("Sols", "Boues", "Sédiments"), METALS[:14]):
        yield "1", trial(matter, name, "ICP/AES après minéralisation", "NF EN ISO 11885:2009")
    for name in ("Formaldéhyde", "Acétaldéhyde", "Benzène", "Dioxyde d’azote"):
        yield "2", trial("Air intérieur", name, "Prélèvement passif et CLHP", "NF ISO 16000-4:2012", "Établissements recevant du public")
