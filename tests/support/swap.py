"""Does in a tree what htmx does in the browser, so that a swapped page can be compared with a fresh one."""

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

#: What may differ between a swapped part and a fresh one: tokens, what says « just now », and htmx's own orders.
_TOKENS = re.compile(r'(name="(?:csrf_token|once|kept_request)" (?:type="hidden" )?value=")[^"]*')
_VOLATILE = ("hx-swap-oob", "autofocus", "aria-live", "tabindex")


def swap(page: str, answer: str, target: str | None, *, select: str | None = None) -> tuple[Any, list[str]]:
    """Swap ``answer`` into ``page`` (outerHTML at the CSS selector ``target``, nowhere when None), its out-of-band parts included.

    Return the tree and the ids of the parts that changed.
    """
    tree = lxml_html.fromstring(page)
    fragments = _parts(answer)
    outside = [node for node in fragments if node.get("hx-swap-oob")]
    inside = [node for node in fragments if not node.get("hx-swap-oob")]
    if select is not None:
        inside = [found for node in inside for found in _with_self(node, select)]
    for node in inside:
        for nested in node.cssselect("[hx-swap-oob]"):  # htmx takes these out: they go to the status region
            nested.drop_tree()
    changed = [node.get("id") for node in inside if node.get("id")]
    if target is not None:
        place = tree.cssselect(target)[0]
        for node in inside:
            place.addprevious(node)
        place.drop_tree()
    for node in outside:
        if node.get("hx-swap-oob") == "true":
            _replace(tree, node)
            changed.append(node.get("id"))
    return tree, changed


def _parts(answer: str) -> list[Any]:
    """Return the answer's elements, those wrapped in ``<template>`` taken out of it."""
    wrapped = f"<table>{answer}</table>" if answer.lstrip().startswith("<tr") else answer
    root = lxml_html.fragment_fromstring(wrapped, create_parent="div")
    top = [child for node in root for child in (node if node.tag == "table" and "<table" not in answer[:200] else [node])]
    flat: list[Any] = []
    for node in top:
        flat.extend(node if node.tag in {"template", "tbody"} else [node])
    return [node for node in flat if isinstance(node.tag, str)]


def _with_self(node: Any, selector: str) -> list[Any]:
    return [found for found in (node, *node.iterdescendants()) if isinstance(found.tag, str) and f"#{found.get('id')}" == selector]


def _replace(tree: Any, node: Any) -> None:
    (present,) = tree.cssselect(f'[id="{node.get("id")}"]')
    present.addprevious(node)
    present.drop_tree()


def part(tree: Any, identifier: str) -> str:
    """Return one part as text, without what may differ between two drawings of the same state."""
    (node,) = tree.cssselect(f'[id="{identifier}"]')
    for said in node.cssselect("[data-saved]"):  # « enregistrée à 10:42 »: said once
        said.drop_tree()
    for inner in node.iter():
        if not isinstance(inner.tag, str):
            continue
        for name in _VOLATILE:
            inner.attrib.pop(name, None)
        if "flash" in inner.get("class", "").split():
            inner.attrib.pop("class")
        for text in ("text", "tail"):
            setattr(inner, text, " ".join((getattr(inner, text) or "").split()))
    node.tail = None
    return _TOKENS.sub(r"\1", etree.tostring(node, encoding="unicode"))
