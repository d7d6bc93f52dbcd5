"""Folding of text for searching: the same key for « Œuvre », « oeuvre » and « OEUVRE », on every database."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "\u2010": "-", "\u2011": "-"})


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents or ligatures, its white space collapsed to single spaces."""
    lowered = unicodedata.normalize("NFKD", text).casefold()  # « 𝙰 » is a capital only once it is taken apart
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_LIGATURES))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def words(query: str, limit: int = 8) -> list[str]:
    """Split a search query into at most ``limit`` folded words."""
    return fold(query).split()[:limit]


def like(word: str) -> str:
    r"""Return the ``LIKE`` pattern (escape character ``\``) that finds ``word`` anywhere in a folded column."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


#: A token longer than this is cut: nobody types it, and an index entry has its limits.
LONGEST_TOKEN = 60


def tokens(text: str) -> list[str]:
    """Return the words of a text as an index holds them: folded runs of letters and digits, each once, in their order.

    « sous-traitant » is two of them; so nothing that is typed can be taken for the syntax of a search engine.
    """
    parts = "".join(char if char.isalnum() else " " for char in fold(text)).split()
    return list(dict.fromkeys(part[:LONGEST_TOKEN] for part in parts))
