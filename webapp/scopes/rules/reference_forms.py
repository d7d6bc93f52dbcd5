"""The forms that references of methods take, each read into a value: the most particular form that fits wins.

They are those of the publishers' own catalogues and of published scopes; what fits none is kept as words. All texts here are folded
(:func:`webapp.folding.fold`): lower case, no accents.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from webapp.scopes.rules.methods import Amendment, Method, MethodKind

_INTERNATIONAL = ("ISO", "IEC", "EN")
#: Publishers and kinds of documents that chain up before a number; CEI is the French name of IEC.
CHAIN = frozenset((
    "NF", "XP", "FD", "PR", "BP", "DIN", "BS", "UNI", "UNE", "SN", "NBN", "NEN", "EN", "ISO", "IEC", "CEI", "CEN", "CENELEC",
    "CLC", "ETSI", "TS", "TR", "PAS", "GUIDE", "GUM", "JCGM", "IWA", "ETS", "HD", "CISPR",
))  # fmt: skip
#: Publishers that number by themselves.
ALONE = frozenset((
    "ASTM", "EPA", "US-EPA", "USEPA", "OIV", "AOAC", "VDI", "VDE", "SAE", "UL", "IEEE", "UIC", "API", "TAPPI", "JIS", "GB",
    "GOST", "OECD", "OCDE", "USP", "CODEX", "ICUMSA", "AFNOR", "MIL", "CEFAS", "EURAMET", "EA", "ILAC", "UTE", "CLSI", "EUCAST",
    "WHO", "OMS", "MSDS", "ECE", "COFRAC", "RTCA", "IDF", "FIL", "ICH", "NIOSH", "INRS", "HSE", "METROPOL", "APHA", "SM",
))  # fmt: skip
BASED_ON = re.compile(r"\b(?:selon|adaptee?|d'apres|derivee?|basee?|inspiree?|conforme|d'origine)\b")
_OWN_WORDS = (
    r"(?:methodes? (?:d'essais? |d'analyse |d'etalonnage |d'inspection )?internes?|procedures? internes?|modes? operatoires? internes?|"
)
_OWN_WORDS += r"methodes? (?:propres?|maison)|(?:referentiels?|programmes?) (?:internes?|propres?))"
_OWN_CODE = r"mo[- ](?:[a-z]{1,8}[- ])*\d+"
OWN = re.compile(rf"\b(?:{_OWN_WORDS}|{_OWN_CODE})\b")


_MONTH = (
    r"(?:janv(?:ier)?|fevr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept?(?:embre)?|oct(?:obre)?|nov(?:embre)?|dec(?:embre)?)\.?"
)
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?!\d)")
_AMENDMENT = re.compile(
    r"(?:[/+,]|\bet\b| )\s*(?P<kind>amendements?|amdt?|am|a|ac|cor(?:r|rigendum)?|errat(?:um|a))[ .]?(?P<number>\d{0,2})(?![\w-])"
    r"(?:\s*[:(]\s*(?:" + _MONTH + r" )?(?P<year>(?:19|20)\d\d)(?:-\d\d)?\)?)?"
)
_REVISION = re.compile(r"\b(?:rev(?:ision)?|version|ind(?:ice)?|ed(?:ition)?|v)[. ]*(?:n° ?)?([0-9]{1,3}(?:\.\d+)?|[a-z])\b")


def _amendments(rest: str) -> tuple[tuple[Amendment, ...], str]:
    """Return the amendments named in what follows a number, and the text without them."""
    found = []
    for match in _AMENDMENT.finditer(rest):
        kind = "A" if match["kind"].startswith("a") and match["kind"] != "ac" else "AC"
        if kind == "A" and not match["number"]:
            continue
        found.append(Amendment(kind, int(match["number"] or 0), int(match["year"] or 0)))
    return tuple(sorted(set(found))), _AMENDMENT.sub(" ", rest) if found else rest


def _year(rest: str) -> int | None:
    found = _YEAR.search(rest)
    return int(found[1]) if found else None


_CHAINED = re.compile(
    r"^(?P<chain>[a-z][a-z/ ]*?) ?(?P<number>\d{1,6}(?: \d{3}(?= \d{3}|\b)(?!-))?)(?P<part>(?:-\d{1,3}[a-z]?)*)(?P<rest>(?![\d]).*)$"
)
_AFNOR = re.compile(
    r"^(?:norme )?(?:afnor )?(?:pr )?(?P<kind>nf|xp|fd|bp|ac|ga|ute) ?(?P<letter>[a-z]) ?"
    r"(?P<group>\d{2})[- ]?(?P<rank>\d{2,4})(?P<part>(?:-\d{1,2})*)(?P<rest>(?!\d).*)$"
)
_ASTM = re.compile(
    r"^astm (?P<letter>[a-z]) ?(?P<number>\d{1,5})m?(?:/[a-z] ?\d+m?)?(?:[- ](?P<year>\d{4}|\d{2})(?P<edition>[a-z]?)(?!\d))?(?P<rest>.*)$"
)
_EPA = re.compile(r"^(?:us[- ]?)?epa (?:methode? |sw-846 )*(?P<number>(?:[a-z]{2}-)?\d+(?:\.\d+)?)(?P<edition>[a-z])?\b(?P<rest>.*)$")
_OIV = re.compile(r"^(?:methode )?oiv[- ]+(?:ma[- ])?(?:(?P<series>[a-z]+)[- ])?(?P<number>[a-z]*\d+(?:[-/ ]\d+)?[a-z]?)(?P<rest>.*)$")
_VALIDATED = re.compile(
    r"^(?:(?:methode )?(?:nf )?validation |afnor )?(?P<firm>[a-z0-9]{2,5}) (?P<number>\d{2}/\d{1,3})[ -]+(?P<month>\d{2})/(?P<year>\d{2})\b"
)
_PHARMACOPOEIA = re.compile(r"\b(?P<body>ph(?:arm)?\.? ?eur\.?|pharmacopee europeenne|pharmacopee francaise|usp)\b\.?(?P<rest>.*)$")
_CHAPTER = re.compile(r"<?(\d+(?:\.\d+){2}|\d{4}|(?<=<)\d{2,4}(?=>))>?")
_ETSI_VERSION = re.compile(r"\b(?:v|revision )(\d+(?:\.\d+)+)")
_LAW = re.compile(
    r"^(?P<kind>arretes?|decrets?|reglements?|directives?|decision|code|circulaire|loi|ordonnance|avis|instruction|note de service)\b"
)
_ALONE_FORM = re.compile(
    r"^(?P<body>[a-z][a-z-]*) (?:methode? |method |guide |test )?"
    r"(?P<number>(?:[a-z]{1,4}[- ])?[a-z]{0,3}\d[\d.]*[a-z]?)(?P<part>(?:-\d{1,3}[a-z]?)*)(?P<rest>(?!\d).*)$"
)
_NOT_LAW = re.compile(r"\b(?:modifie(?:e|s|es)?|susvise|consolide)\b.*$|[.,()]")
_RECOGNISED = re.compile(r"\b(?:notices?|fournisseurs?|fabricants?|methodes? reconnues?|techniques? reconnues?)\b")
_OWN_NAME = re.compile(r"\b([a-z]{1,8}(?:[-_./ ][a-z]{1,8})*?[-_./ ]?\d+(?:[-_./]\d+)*[a-z]?)\b")


def _own(folded: str) -> Method | None:
    if OWN.search(folded) is None:
        return None
    based = BASED_ON.search(folded)
    head = folded[: based.start()] if based else folded
    revision = _REVISION.search(head)
    bare = _REVISION.sub(" ", head) if revision else head
    year = _year(bare)
    said = re.sub(rf"\b{_OWN_WORDS}\b", " ", bare)
    code = _OWN_NAME.search(said.replace(str(year), " ") if year else said)
    words = code[1].upper().replace(" ", "-") if code else " ".join(re.findall(r"[a-z0-9]+", said))
    name = words if code else ""
    return Method(
        MethodKind.OWN, "méthode interne", name, year=year, edition=revision[1].upper() if revision else "", family=("own", words)
    )


def _afnor(folded: str) -> Method | None:
    found = _AFNOR.match(folded)
    if found is None:
        return None
    amendments, rest = _amendments(found["rest"])
    number = f"{found['letter'].upper()} {found['group']}-{found['rank']}"
    part = found["part"][1:]
    body = found["kind"].upper()
    return Method(MethodKind.STANDARD, body, number, part, _year(rest), amendments, family=("AFNOR", number, part))


def _chained(folded: str) -> Method | None:
    found = _CHAINED.match(folded)
    if found is None:
        return None
    words = found["chain"].replace("/", " / ").upper().split()
    names = ["IEC" if word == "CEI" else word for word in words if word != "NORME"]
    if not any(name in CHAIN for name in names) or not all(name in CHAIN or name == "/" for name in names):
        return None
    amendments, rest = _amendments(found["rest"])
    part, year = found["part"][1:], _year(rest)
    pieces = part.split("-") if part else []
    if pieces and year is None and re.fullmatch(r"(?:19|20)\d\d", pieces[-1]):
        year, pieces = int(pieces[-1]), pieces[:-1]
    number, part = found["number"].replace(" ", ""), "-".join(pieces).upper()
    body = " ".join(names).replace(" / ", "/")
    origin = _origin(names, number)
    version = _ETSI_VERSION.search(rest) if origin == "ETSI" else None
    edition = version[1] if version else ""
    return Method(MethodKind.STANDARD, body, number, part, year, amendments, edition, family=(origin, number, part))


def _origin(names: list[str], number: str) -> str:
    """Return the publisher whose text it is: the widest of the chain. EN 60000 to 69999 are IEC's texts, by CENELEC's numbering."""
    if "ETSI" in names or "ETS" in names:
        return "ETSI"
    found = next((name for name in _INTERNATIONAL if name in names), "")
    if found == "EN" and len(number) == 5 and number.startswith("6"):
        return "IEC"
    if found:
        return found
    return "EN" if {"CEN", "CLC", "CENELEC", "HD"} & set(names) else names[-1]


def _astm(folded: str) -> Method | None:
    found = _ASTM.match(folded)
    if found is None:
        return None
    raw = found["year"]
    year = _year(found["rest"]) if raw is None else int(raw) if len(raw) == 4 else (2000 if int(raw) < 60 else 1900) + int(raw)
    number = found["letter"].upper() + found["number"]
    return Method(MethodKind.STANDARD, "ASTM", number, year=year, edition=(found["edition"] or ""), family=("ASTM", number))


def _epa(folded: str) -> Method | None:
    found = _EPA.match(folded)
    if found is None:
        return None
    revision = _REVISION.search(found["rest"])
    edition = (found["edition"] or (revision[1] if revision else "")).upper()
    number = found["number"].upper()
    return Method(MethodKind.STANDARD, "EPA", number, year=_year(found["rest"]), edition=edition, family=("EPA", number))


def _oiv(folded: str) -> Method | None:
    found = _OIV.match(folded)
    if found is None:
        return None
    series = (found["series"] or "").upper()
    number = found["number"].upper().replace(" ", "-")
    name = f"{series}-{number}" if series else number
    return Method(MethodKind.STANDARD, "OIV", name, year=_year(found["rest"]), family=("OIV", name.removeprefix("AS-")))


def _validated(folded: str) -> Method | None:
    found = _VALIDATED.match(folded)
    if found is None:
        return None
    number = f"{found['firm'].upper()} {found['number']}-{found['month']}/{found['year']}"
    return Method(MethodKind.VALIDATED, "NF VALIDATION", number, family=("NF VALIDATION", number))


def _pharmacopoeia(folded: str) -> Method | None:
    found = _PHARMACOPOEIA.search(folded)
    if found is None:
        return None
    body = "USP" if found["body"] == "usp" else "Ph. Fr." if "franc" in found["body"] else "Ph. Eur."
    chapter = re.match(r" (\d{2,4})\b", found["rest"]) if body == "USP" else None
    chapter = chapter or _CHAPTER.search(found["rest"])
    rest = found["rest"] if chapter is None else found["rest"].replace(chapter[0], " ", 1)
    edition = re.search(r"(\d{1,2}(?:\.\d)?)(?: ?e(?:me)?)?(?: ed|,|$)|ed(?:ition)?\.? (\d{1,2}(?:\.\d)?)", rest.strip())
    number = chapter[1] if chapter else ""
    return Method(
        MethodKind.STANDARD,
        body,
        number,
        year=_year(rest),
        edition=(edition[1] or edition[2] or "") if edition else "",
        family=(body, number),
    )


def _law(folded: str) -> Method | None:
    if _LAW.match(folded) is None:
        return None
    words = " ".join(_NOT_LAW.sub(" ", folded).split())
    return Method(MethodKind.LAW, "", words, family=("law", words))


def _alone(folded: str) -> Method | None:
    found = _ALONE_FORM.match(folded)
    if found is None or found["body"].upper() not in ALONE:
        return None
    amendments, rest = _amendments(found["rest"])
    number, part = found["number"].upper().replace(" ", "-"), found["part"][1:].upper()
    year = _year(rest)
    if year is None and re.fullmatch(r"(?:19|20)\d\d", part):
        year, part = int(part), ""
    body = found["body"].upper()
    return Method(MethodKind.STANDARD, body, number, part, year, amendments, family=(body, number, part))


_FORMS: tuple[Callable[[str], Method | None], ...] = (
    _own, _law, _validated, _afnor, _chained, _astm, _epa, _oiv, _pharmacopoeia, _alone,
)  # fmt: skip


def read(folded: str, piece: str) -> Method:
    """Return the method that one reference names; ``piece`` is the reference as it was written."""
    for form in _FORMS:
        found = form(folded)
        if found is not None:
            return replace(found, number=piece) if found.kind is MethodKind.LAW else found
    revision, year = _REVISION.search(folded), _year(folded)
    bare = _REVISION.sub(" ", folded) if revision else folded
    words = " ".join(_NOT_LAW.sub(" ", bare.replace(str(year), " ") if year else bare).split())
    kind = MethodKind.RECOGNISED if _RECOGNISED.search(folded) else MethodKind.WORDS
    edition = revision[1].upper() if revision else ""
    return Method(kind, "", piece, year=year, edition=edition, family=(kind.value, words))
