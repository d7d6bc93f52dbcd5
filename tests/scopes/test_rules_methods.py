"""References of methods: how people write them, what they mean, and which is a revision of which."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules.methods import Amendment, Method, MethodKind, Relation, closest, is_revision_of, relation
from webapp.scopes.rules.references import has_own_method, parse


def one(text: str) -> Method:
    (found,) = parse(text)
    return found


#: Written by hand: the reference as people write it, and as we read it.
STANDARDS = [
    ("NF EN ISO 10304-1:2009", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1 (juillet 2009)", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1, juillet 2009", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1 : 2009-07", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1 07/2009", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1 de 2009", "NF EN ISO 10304-1:2009"),
    ("nf en iso 10304‑1 : 2009", "NF EN ISO 10304-1:2009"),
    ("NF-EN-ISO 10304 - 1", "NF EN ISO 10304-1"),
    ("NFEN ISO10304-1", "NF EN ISO 10304-1"),
    ("ISO 10304-1-2009", "ISO 10304-1:2009"),
    ("NF EN ISO 10304-1:2009 (indice de classement T 90-042)", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 7899-1 (NF T 90-432)", "NF EN ISO 7899-1"),
    ("NF EN ISO/IEC 17025:2017", "NF EN ISO/IEC 17025:2017"),
    ("NF EN ISO/CEI 17020", "NF EN ISO/IEC 17020"),
    ("CEI 60068-2-1", "IEC 60068-2-1"),
    ("ISO/TS 16489:2006", "ISO/TS 16489:2006"),
    ("XP CEN/TS 16800", "XP CEN/TS 16800"),
    ("ISO Guide 34", "ISO GUIDE 34"),
    ("DIN 38407-42:2011-03", "DIN 38407-42:2011"),
    ("NF T90-210", "NF T 90-210"),
    ("NFT 90 354", "NF T 90-354"),
    ("NF V08-050", "NF V 08-050"),
    ("XP T 90-722:2020", "XP T 90-722:2020"),
    ("FD T 90-523-2:2008", "FD T 90-523-2:2008"),
    ("NF C 15-100", "NF C 15-100"),
    ("NF EN ISO 6579-1:2017/A1:2020", "NF EN ISO 6579-1:2017/A1:2020"),
    ("NF EN ISO 6579-1:2017 + A1:2020", "NF EN ISO 6579-1:2017/A1:2020"),
    ("NF EN ISO 6579-1 (2017) et A1 (2020)", "NF EN ISO 6579-1:2017/A1:2020"),
    ("ISO 6579-1:2017/Amd 1:2020", "ISO 6579-1:2017/A1:2020"),
    ("NF EN ISO 6579-1/A1 (août 2020)", "NF EN ISO 6579-1/A1:2020"),
    ("NF EN 14351-1+A2:2016", "NF EN 14351-1/A2:2016"),
    ("NF EN ISO 4833-1:2013/A1:2022 et AC:2023", "NF EN ISO 4833-1:2013/A1:2022/AC:2023"),
    ("ASTM D4294-16", "ASTM D4294:2016"),
    ("ASTM D 4294 - 21", "ASTM D4294:2021"),
    ("ASTM E1755-01(2020)", "ASTM E1755:2001"),
    ("ASTM C114-85", "ASTM C114:1985"),
    ("EPA 8270D", "EPA 8270D"),
    ("US EPA Method 1613 revision B", "EPA 1613B"),
    ("EPA TO-15", "EPA TO-15"),
    ("OIV-MA-AS312-01A", "OIV AS312-01A"),
    ("OIV-MA-AS313-15:2011", "OIV AS313-15:2011"),
    ("Pharmacopée européenne 2.6.12", "Ph. Eur. 2.6.12"),
    ("Ph. Eur. 11.0, 2.6.12", "Ph. Eur. 2.6.12 révision 11.0"),
    ("Ph. Eur. 2.6.1 (11e édition)", "Ph. Eur. 2.6.1 révision 11"),
    ("USP <61>", "USP 61"),
    ("AOAC 991.14", "AOAC 991.14"),
    ("VDI 2066-1:2021", "VDI 2066-1:2021"),
    ("ETSI EN 300 328 V2.2.2", "ETSI EN 300328 révision 2.2.2"),
    ("JIS K 0102:2019", "JIS K-0102:2019"),
    ("OECD 203", "OECD 203"),
]


@pytest.mark.parametrize(("written", "read"), STANDARDS, ids=[written for written, _read in STANDARDS])
def test_a_reference_is_read_however_it_is_written(written: str, read: str) -> None:
    found = one(written)
    assert (found.kind, str(found)) == (MethodKind.STANDARD, read)
    assert str(one(read)) == read
    assert relation(one(read), found) is Relation.SAME


def test_a_reference_is_made_of_typed_values() -> None:
    found = one("NF EN ISO 6579-1:2017/A1:2020")
    assert (found.body, found.number, found.part, found.year) == ("NF EN ISO", "6579", "1", 2017)
    assert found.amendments == (Amendment("A", 1, 2020),)
    assert found.name == "NF EN ISO 6579-1"


SEVERAL = [
    ("NF EN 1899-1 et NF EN 1899-2", ["NF EN 1899-1", "NF EN 1899-2"]),
    ("NF EN 1899-1 et 1899-2", ["NF EN 1899-1", "NF EN 1899-2"]),
    ("NF EN 1899-1 et -2", ["NF EN 1899-1", "NF EN 1899-2"]),
    ("NF EN 872, NF T 90-105-2", ["NF EN 872", "NF T 90-105-2"]),
    ("NF EN ISO 15681-2 / NF EN ISO 11885", ["NF EN ISO 15681-2", "NF EN ISO 11885"]),
    ("NF EN 12457-2 puis NF EN ISO 11885:2009", ["NF EN 12457-2", "NF EN ISO 11885:2009"]),
    ("NF EN 1899-1|NF EN 1899-2", ["NF EN 1899-1", "NF EN 1899-2"]),
    ("NF EN 1484:1997\nNF EN 872:2005 ;\n", ["NF EN 1484:1997", "NF EN 872:2005"]),
    ("NF EN ISO 10304-1 NF EN ISO 15681-2", ["NF EN ISO 10304-1", "NF EN ISO 15681-2"]),
    ("NF EN ISO 11885 et Méthode interne MO-17", ["NF EN ISO 11885", "méthode interne MO-17"]),
    ("Méthode interne MO-17 ; NF EN ISO 11885", ["méthode interne MO-17", "NF EN ISO 11885"]),
    ("NF EN 872 et NF EN 872", ["NF EN 872"]),
    ("", []),
    (" ; ", []),
]


@pytest.mark.parametrize(("cell", "read"), SEVERAL)
def test_a_cell_names_several_methods(cell: str, read: list[str]) -> None:
    assert [str(method) for method in parse(cell)] == read


OTHERS = [
    ("Méthode interne MO-17", MethodKind.OWN, "MO-17", ""),
    ("MO-17 révision 3", MethodKind.OWN, "MO-17", "3"),
    ("Méthode interne MO-ORG-04 v12", MethodKind.OWN, "MO-ORG-04", "12"),
    ("Procédure interne PT 12 ind. C", MethodKind.OWN, "PT-12", "C"),
    ("Mode opératoire interne", MethodKind.OWN, "", ""),
    ("Méthode interne adaptée de NF EN ISO 17294-2:2016", MethodKind.OWN, "", ""),
    ("Méthode interne MO-17 selon NF EN ISO 11885 et NF EN 872", MethodKind.OWN, "MO-17", ""),
    ("Référentiel interne RS-12 v4", MethodKind.OWN, "RS-12", "4"),
    ("BRD 07/11-12/05", MethodKind.VALIDATED, "BRD 07/11-12/05", ""),
    ("NF VALIDATION 3M 01/02 - 09/89", MethodKind.VALIDATED, "3M 01/02-09/89", ""),
    ("Notice du fournisseur", MethodKind.RECOGNISED, "Notice du fournisseur", ""),
    ("Méthode reconnue", MethodKind.RECOGNISED, "Méthode reconnue", ""),
    ("Arrêté du 20 novembre 2017 modifié", MethodKind.LAW, "Arrêté du 20 novembre 2017 modifié", ""),
    ("Décret n° 2019-565 du 6 juin 2019", MethodKind.LAW, "Décret n° 2019-565 du 6 juin 2019", ""),
    ("Règlement (UE) 2017/644", MethodKind.LAW, "Règlement (UE) 2017/644", ""),
    ("Code de la construction et de l’habitation", MethodKind.LAW, "Code de la construction et de l'habitation", ""),
    ("Référentiel RS-12 v4", MethodKind.WORDS, "Référentiel RS-12 v4", "4"),
    ("Dosage en flux continu", MethodKind.WORDS, "Dosage en flux continu", ""),
    ("MOCON 12", MethodKind.WORDS, "MOCON 12", ""),
    ("Norme interne au client", MethodKind.WORDS, "Norme interne au client", ""),
]


@pytest.mark.parametrize(("written", "kind", "number", "edition"), OTHERS)
def test_what_is_no_standard_is_told_apart(written: str, kind: MethodKind, number: str, edition: str) -> None:
    found = one(written)
    assert (found.kind, found.number, found.edition) == (kind, number, edition)
    assert has_own_method(written) is (kind is MethodKind.OWN)


REVISIONS = [
    ("NF EN ISO 10304-1:2021", "NF EN ISO 10304-1:2009"),
    ("NF EN ISO 10304-1:2021", "ISO 10304-1:2009"),
    ("NF EN IEC 60068-2-1:2025", "NF EN 60068-2-1:2007"),
    ("NF T 90-722:2024", "XP T 90-722:2020"),
    ("NF EN ISO 6579-1:2017/A1:2020", "NF EN ISO 6579-1:2017"),
    ("NF EN ISO 6579-1/A1:2020", "NF EN ISO 6579-1:2017"),
    ("NF EN ISO 6579-1:2021", "NF EN ISO 6579-1:2017/A1:2020"),
    ("NF EN 14351-1:2006+A2:2016", "NF EN 14351-1:2006+A1:2010"),
    ("EPA 8270E", "EPA 8270D"),
    ("ASTM D4294-21", "ASTM D4294-16"),
    ("ETSI EN 300 328 V2.2.2", "ETSI EN 300 328 V2.1.1"),
    ("Méthode interne MO-17 révision 10", "MO-17 révision 9"),
    ("Référentiel RS-12 v5", "Référentiel RS-12 v4"),
    ("Ph. Eur. 11.0, 2.6.12", "Ph. Eur. 9.0, 2.6.12"),
]
OTHER_METHODS = [
    ("NF EN ISO 10304-2:1996", "NF EN ISO 10304-1:1995"),
    ("NF EN ISO 15586:2004", "NF EN ISO 17294-2:2016"),
    ("NF EN 9562", "NF EN ISO 9562"),
    ("NF T 90-105-2", "NF T 90-105"),
    ("OIV-MA-AS312-01B", "OIV-MA-AS312-01A"),
    ("BRD 07/12-12/05", "BRD 07/11-12/05"),
    ("Méthode interne MO-18", "Méthode interne MO-17"),
    ("Arrêté du 22 décembre 2011", "Arrêté du 20 novembre 2017"),
    ("EPA 200.8", "EPA 200.7"),
]
SAME = [
    ("NF EN ISO 10304-1", "NF EN ISO 10304-1:2009"),
    ("ISO 10304-1:2009", "NF EN ISO 10304-1 (juillet 2009)"),
    ("Arrêté du 20 novembre 2017 modifié", "Arrêté du 20 novembre 2017"),
    ("NF EN 14351-1+A2:2016", "NF EN 14351-1:2006+A2:2016"),
    ("notice du FOURNISSEUR", "Notice du fournisseur"),
]


@pytest.mark.parametrize(("new", "known"), REVISIONS)
def test_a_later_edition_of_one_method_is_a_revision_and_the_former_an_earlier_one(new: str, known: str) -> None:
    assert is_revision_of(one(new), one(known))
    assert relation(one(known), one(new)) is Relation.EARLIER


@pytest.mark.parametrize(("new", "known"), OTHER_METHODS)
def test_another_part_or_number_is_another_method(new: str, known: str) -> None:
    assert relation(one(new), one(known)) is relation(one(known), one(new)) is Relation.OTHER


@pytest.mark.parametrize(("new", "known"), SAME)
def test_one_edition_is_the_same_under_its_several_names(new: str, known: str) -> None:
    assert relation(one(new), one(known)) is relation(one(known), one(new)) is Relation.SAME


def test_the_closest_known_method_is_the_same_edition_then_the_latest_revised() -> None:
    known = [one("ISO 10304-1:1995"), one("ISO 10304-1:2007"), one("NF EN 872:2005")]
    assert closest(one("ISO 10304-1:1995"), known) == (Relation.SAME, known[0])
    assert closest(one("ISO 10304-1:2021"), known) == (Relation.REVISION, known[1])
    assert closest(one("ISO 10304-1:1990"), known)[0] is Relation.EARLIER
    assert closest(one("ISO 10304-2"), known) == (Relation.OTHER, None)


PREFIXES = ["NF EN ISO", "ISO", "NF EN", "EN ISO", "NF ISO", "DIN EN ISO", "NF EN ISO/IEC", "IEC"]
standards = st.builds(
    lambda prefix, number, parts, year, amended: (prefix, number, "-".join(map(str, parts)), year, amended),
    st.sampled_from(PREFIXES),
    st.integers(1, 59_999),
    st.lists(st.integers(1, 99), max_size=2),
    st.none() | st.integers(1950, 2049),
    st.none() | st.tuples(st.integers(1, 20), st.integers(1950, 2049)),
)


def _written(parts: tuple, style: int) -> str:
    prefix, number, part, year, amended = parts
    text = f"{prefix} {number}" + (f"-{part}" if part else "")
    if year:
        text += (f":{year}", f" ({year})", f" (mai {year})", f" : {year}-05")[style % 4]
    if amended:
        text += (f"/A{amended[0]}:{amended[1]}", f" + A{amended[0]}:{amended[1]}", f"/A{amended[0]} ({amended[1]})")[style % 3]
    return text if style % 5 else text.replace(" ", "\u00a0").lower().replace("-", "\u2011")


@given(standards, st.integers(0, 59))
def test_a_standard_is_read_whatever_the_style(parts: tuple, style: int) -> None:
    prefix, number, part, year, amended = parts
    found = one(_written(parts, style))
    assert (found.body, found.number, found.part, found.year) == (prefix, str(number), part, year)
    assert found.amendments == ((Amendment("A", *amended),) if amended else ())


@given(
    st.lists(standards, min_size=1, max_size=4, unique_by=lambda parts: parts[:3]), st.sampled_from([" ; ", "\n", " et ", ", ", " / ", " "])
)
def test_a_list_of_standards_is_read_one_by_one(several: list[tuple], separator: str) -> None:
    cell = separator.join(_written(parts, 4) for parts in several)
    assert [(method.body, method.number, method.part) for method in parse(cell)] == [(p[0], str(p[1]), p[2]) for p in several]


@given(standards, standards)
def test_revision_and_earlier_are_each_others_mirror(left: tuple, right: tuple) -> None:
    mine, theirs = one(_written(left, 1)), one(_written(right[:0] + left[:3] + right[3:], 2))
    mirror = {Relation.REVISION: Relation.EARLIER, Relation.EARLIER: Relation.REVISION}
    found = relation(mine, theirs)
    assert relation(theirs, mine) is mirror.get(found, found)
    assert relation(mine, mine) is Relation.SAME
    if left[3] and right[3] and left[3] != right[3]:
        assert found is (Relation.REVISION if left[3] > right[3] else Relation.EARLIER)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_and_none_of_it_is_lost_in_silence(text: str) -> None:
    found = parse(text)
    assert all(method.family for method in found)
    if re.search(r"\w", text) and not found:
        raise AssertionError(text)


@pytest.mark.parametrize(
    "hostile", ["nf " * 660, "mo-a" * 500, "mo-a-" * 400, "-1" * 1000, "(" * 2000, "1 " * 1000, "iso 1-" * 330, "a/" * 1000]
)
def test_a_hostile_cell_takes_no_time(hostile: str) -> None:
    started = time.process_time()
    parse(hostile + "é")
    assert time.process_time() - started < 10  # a text that is read again and again takes minutes
