"""Folding of text for searching: the same key for « Œuvre », « oeuvre » and « OEUVRE », on every database."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "‑": "-"})


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents or ligatures, its white space collapsed to single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def words(query: str, limit: int = 8) -> list[str]:
    """Split a search query into at most ``limit`` folded words."""
    return fold(query).split()[:limit]


def like(word: str) -> str:
    r"""Return the ``LIKE`` pattern (escape character ``\``) that finds ``word`` anywhere in a folded column."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
