"""The only door for HTML that people or files bring: everything else is escaped by Jinja."""

import bleach
from markupsafe import Markup

#: What a text written by a person may contain once it is shown.
TEXT_TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "a", "dl", "dt", "dd", "blockquote", "code"})
TEXT_ATTRIBUTES = {"a": ["href"], "h2": ["id"], "h3": ["id"]}
PROTOCOLS = frozenset({"http", "https", "mailto"})


def clean(html: str) -> Markup:
    """Return ``html`` with only harmless tags, attributes and link protocols left; the rest is shown as text."""
    return Markup(bleach.clean(html, tags=TEXT_TAGS, attributes=TEXT_ATTRIBUTES, protocols=PROTOCOLS, strip_comments=True))  # noqa: S704 -- cleaned


def paragraphs(text: str) -> Markup:
    """Return plain text as paragraphs: blank lines part them, single line ends become ``<br>``; every character is escaped."""
    blocks = [block.strip("\n") for block in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(line for line in block.split("\n"))) for block in blocks if block.strip()
    )
