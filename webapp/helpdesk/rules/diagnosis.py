"""What a request tells of the workstation and the network that it comes from, and what is unusual about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from webapp.texts import mark as _m


class Verdict(StrEnum):
    """What an observation means for the use of the portal."""

    FINE = "fine"
    ODD = "odd"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server received it. Header names are in lower case; cookies by name only."""

    headers: Mapping[str, str]
    cookies: frozenset[str]
    address: str
    link_address: str
    scheme: str
    protocol: str
    #: Whether the page was opened by the link that sends the portal's cookie back.
    came_back: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """One line: a label and an advice in French marked for translation, a value as it was received."""

    label: str
    value: str
    verdict: Verdict = Verdict.PLAIN
    advice: str = ""


OUR_COOKIE = "guichet"
#: Headers that proxies add: shown as they came.
PROXY_HEADERS = ("via", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "x-bluecoat-via", "x-cache")
LONGEST_VALUE = 300

_COOKIES_WORK = _m("Les cookies fonctionnent.")
_COOKIES_UNKNOWN = _m("Pas encore de cookie : suivez « Vérifier de nouveau » pour savoir s’ils sont acceptés.")
_COOKIES_BLOCKED = _m("Le cookie du portail n’est pas revenu : le navigateur ou un proxy le bloque, et la connexion est impossible.")
_CLEAR = _m("La liaison n’est pas chiffrée (https) jusqu’au portail.")
_NO_COMPRESSION = _m("Un proxy retire la compression : les pages seront plus lentes.")
_OLD_PROTOCOL = _m("La liaison utilise un protocole ancien (HTTP/1.0) : un proxy l’impose peut-être.")
_NO_LANGUAGE = _m("Le navigateur n’annonce pas de langue.")


def observations(seen: Seen) -> list[Observation]:
    """Return what the server sees, in the order of a page; values of cookies and of secrets are never among it."""
    return [
        Observation(_m("Navigateur"), _header(seen, "user-agent")),
        Observation(_m("Adresse vue par le portail"), seen.address),
        *([Observation(_m("Dernier relais"), seen.link_address)] if seen.link_address != seen.address else []),
        *_proxies(seen),
        _transport(seen),
        _protocol(seen),
        _compression(seen),
        _language(seen),
        _cookies(seen),
    ]


def _header(seen: Seen, name: str) -> str:
    return " ".join(seen.headers.get(name, "").split())[:LONGEST_VALUE] or "—"


def _proxies(seen: Seen) -> Iterable[Observation]:
    for name in PROXY_HEADERS:
        if name in seen.headers:
            yield Observation(name, _header(seen, name))


def _transport(seen: Seen) -> Observation:
    secure = seen.scheme == "https"
    return Observation(_m("Chiffrement"), seen.scheme, Verdict.FINE if secure else Verdict.ODD, "" if secure else _CLEAR)


def _protocol(seen: Seen) -> Observation:
    old = seen.protocol == "HTTP/1.0"
    return Observation(_m("Protocole"), seen.protocol, Verdict.ODD if old else Verdict.PLAIN, _OLD_PROTOCOL if old else "")


def _compression(seen: Seen) -> Observation:
    offered = _header(seen, "accept-encoding")
    works = any(word in offered for word in ("br", "gzip"))
    return Observation(_m("Compression"), offered, Verdict.FINE if works else Verdict.ODD, "" if works else _NO_COMPRESSION)


def _language(seen: Seen) -> Observation:
    said = _header(seen, "accept-language")
    return Observation(_m("Langues du navigateur"), said, *((Verdict.ODD, _NO_LANGUAGE) if said == "—" else ()))


def _cookies(seen: Seen) -> Observation:
    names = ", ".join(sorted(seen.cookies))[:LONGEST_VALUE] or "—"
    label = _m("Cookies reçus (leurs valeurs ne sont ni montrées ni jointes)")
    if OUR_COOKIE in seen.cookies:
        return Observation(label, names, Verdict.FINE, _COOKIES_WORK)
    if seen.came_back:
        return Observation(label, names, Verdict.ODD, _COOKIES_BLOCKED)
    return Observation(label, names, Verdict.PLAIN, _COOKIES_UNKNOWN)
