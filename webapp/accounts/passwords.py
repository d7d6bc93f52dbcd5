"""Passwords: what makes one acceptable (SO-28), and how it is kept and checked (argon2id, bounded work)."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from secrets import token_urlsafe
from threading import BoundedSemaphore, Lock
from typing import NamedTuple
from unicodedata import normalize

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.folding import fold
from webapp.texts import mark as _m

#: SO-28; the older rule of SO-33 (8 characters) is the weaker one.
MINIMUM_LENGTH = 12
#: Long enough for any sentence; beyond it, hashing would be work offered to anybody.
MAXIMUM_LENGTH = 200
#: Out of 4: « safely unguessable, moderate protection from offline attack » in zxcvbn's scale.
MINIMUM_STRENGTH = 3
#: zxcvbn's cost grows with the square of the length and it refuses more than this.
_STRENGTH_SAMPLE = 72
#: A personal word shorter than this (« Li ») would refuse good passwords by accident.
_SHORTEST_PERSONAL_WORD = 4
#: How many added signs and digits at either end do not make a common password a new one.
_MOST_ADDED = 12

#: The demonstration's passwords are public: production refuses them whatever account they are set on.
DEMONSTRATION_PASSWORD = "Guichet-2026-Demo!"  # noqa: S105 -- public by design

_LEET = str.maketrans("01345678@$€!|", "oieasbtbaseil")
_strength_lock = Lock()


class Criterion(NamedTuple):
    """One thing asked of a password: a code and the French sentence shown when it is missing."""

    code: str
    message: str


TOO_LONG = Criterion("too_long", _m("Le mot de passe dépasse 200 caractères : choisissez-en un plus court."))
TOO_SHORT = Criterion("too_short", _m("Il faut au moins 12 caractères."))
NO_UPPER = Criterion("no_upper", _m("Il faut au moins une lettre majuscule."))
NO_LOWER = Criterion("no_lower", _m("Il faut au moins une lettre minuscule."))
NO_DIGIT = Criterion("no_digit", _m("Il faut au moins un chiffre."))
NO_SPECIAL = Criterion("no_special", _m("Il faut au moins un caractère spécial, par exemple - ! ? _ # ou une espace."))
COMMON = Criterion("common", _m("Ce mot de passe part d’un mot de passe très répandu : choisissez autre chose."))
PERSONAL = Criterion("personal", _m("Le mot de passe contient votre nom, votre identifiant ou votre adresse : choisissez autre chose."))
TOO_WEAK = Criterion(
    "too_weak", _m("Ce mot de passe se devine trop facilement : prenez par exemple quatre mots sans rapport, un chiffre et un signe.")
)
PUBLIC = Criterion("public", _m("Ce mot de passe est celui de la démonstration, connu de tous : choisissez-en un autre."))


def canonical(password: str) -> str:
    """Return the form that is hashed: NFC, so that an accent typed on another keyboard gives the same password."""
    return normalize("NFC", password)


def weaknesses(password: str, personal: Iterable[str] = ()) -> list[Criterion]:
    """Return what is wrong with a new password, in a fixed order; an empty list accepts it.

    ``personal`` holds what others know of the person: full name, username, mail address.
    """
    password = canonical(password)
    if len(password) > MAXIMUM_LENGTH:
        return [TOO_LONG]
    found = list(_shape(password))
    if password == DEMONSTRATION_PASSWORD:
        found.append(PUBLIC)
    elif _is_common(password):
        found.append(COMMON)
    words = _personal_words(personal)
    if any(word in fold(password) for word in words):
        found.append(PERSONAL)
    if not found and _strength(password, words) < MINIMUM_STRENGTH:
        found.append(TOO_WEAK)
    return found


def _shape(password: str) -> Iterator[Criterion]:
    if len(password) < MINIMUM_LENGTH:
        yield TOO_SHORT
    if not any(char.isupper() for char in password):
        yield NO_UPPER
    if not any(char.islower() for char in password):
        yield NO_LOWER
    if not any(char.isdigit() for char in password):
        yield NO_DIGIT
    if all(char.isalnum() for char in password):
        yield NO_SPECIAL


@cache
def common_passwords() -> frozenset[str]:
    """Return the bundled list: passwords and their cores, folded, one a line, ``#`` for comments."""
    text = files("webapp.accounts").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(fold(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _is_common(password: str) -> bool:
    """Tell whether the password, or its core without added digits, signs and leet spelling, is in the list."""
    folded = fold(password)
    plain = folded.translate(_LEET)
    before = len(folded) - len(re.sub(r"^[\W\d_]+", "", folded))
    after = len(folded) - len(re.sub(r"[\W\d_]+$", "", folded))
    cores = {re.sub(r"[^a-z]", "", folded), re.sub(r"[^a-z]", "", plain)}
    for left in range(min(before, _MOST_ADDED) + 1):
        for right in range(min(after, _MOST_ADDED) + 1):  # « pass3 » may end on a letter written as a digit: every cut counts
            cut = slice(left, len(folded) - right)
            cores |= {folded[cut], plain[cut]}
    return not cores.isdisjoint(common_passwords())


def _personal_words(personal: Iterable[str]) -> list[str]:
    words = {word for text in personal for word in re.split(r"[\s.@'_+-]+", fold(text)) if len(word) >= _SHORTEST_PERSONAL_WORD}
    return sorted(words - {"mail", "gmail", "example", "exemple"})


def _strength(password: str, words: list[str]) -> int:
    """Return zxcvbn's score of the password's first 72 characters, from 0 to 4."""
    from zxcvbn import zxcvbn  # its word lists take 100 ms to load: only when a password is chosen

    with _strength_lock:  # it keeps the personal words in a module variable
        score: int = zxcvbn(password[:_STRENGTH_SAMPLE], user_inputs=[*words, "guichet"])["score"]
    return score


class HashingBusyError(Exception):
    """Too many passwords are being checked at this instant by this process: try again shortly."""


class PasswordHashing:
    """Hashes and checks passwords with argon2id, at most ``slots`` at a time in one process.

    An unknown account is checked against a decoy hash, so that it takes as long as a known one.
    """

    def __init__(self, memory_kib: int, time_cost: int, *, slots: int = 2, patience_seconds: float = 5.0) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._slots = BoundedSemaphore(slots)
        self._patience = patience_seconds
        self._decoy: str | None = None

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._patience):
            raise HashingBusyError
        try:
            yield
        finally:
            self._slots.release()

    def hash(self, password: str) -> str:
        """Return the encoded argon2id hash; raises ``HashingBusyError``, and ``ValueError`` beyond the greatest length."""
        if len(canonical(password)) > MAXIMUM_LENGTH:
            raise ValueError("password too long")
        with self._slot():
            return self._hasher.hash(canonical(password))

    def prepare(self) -> None:
        """Make the decoy hash now rather than at the first unknown account, whose answer it would slow down."""
        if self._decoy is None:
            self._decoy = self.hash(token_urlsafe(24))

    def matches(self, encoded: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one of ``encoded``; None (no such account) costs the same and is False.

        Raises ``HashingBusyError`` when no slot frees itself in time.
        """
        self.prepare()
        candidate = canonical(password)
        too_long = len(candidate) > MAXIMUM_LENGTH
        with self._slot():
            right = self._verify(encoded or self._decoy or "", "" if too_long else candidate)
        return right and encoded is not None and not too_long

    def _verify(self, encoded: str, candidate: str) -> bool:
        try:
            return self._hasher.verify(encoded, candidate)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, encoded: str) -> bool:
        """Tell whether the hash was made with other parameters and should be made again at this sign-in."""
        return self._hasher.check_needs_rehash(encoded)
