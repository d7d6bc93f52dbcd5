"""The one place that asks puremagic what a content looks like."""

import puremagic


def signatures(content: bytes) -> frozenset[str]:
    """Return the extensions (lower case, without dot) whose signature the content bears; none for plain text."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return frozenset()
    return frozenset(match.extension.removeprefix(".").lower() for match in found)
