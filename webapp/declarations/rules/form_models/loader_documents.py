"""Read the documents that a section of a form expects beside its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webapp.declarations.rules.form_models.loader_cells import Binder, Seen, all_of
from webapp.declarations.rules.form_models.parts import Document, DocumentType
from webapp.declarations.rules.form_models.yaml_source import Node
from webapp.uploads.rules.limits import LARGEST_FILE, MEGABYTE, MOST_FILES


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document whose conditions are not bound yet: those of its section and its own, with their lines."""

    document: Document
    visible: list[tuple[str, int]]

    def build(self, binder: Binder) -> Document:
        """The document with its condition; faults are noted."""
        conditions = [binder.condition(text, line, Seen()) for text, line in self.visible]
        return replace(self.document, visible=all_of(conditions))


def read_document(node: Node, section: str, visible: list[tuple[str, int]]) -> DocumentDraft:
    """Read a document of a section (its code) shown under the conditions `visible`; problems are noted on the node.

    ``max_size`` is in megabytes; what the whole portal takes (10 MB, ten files at once) is the most.
    """
    own = [(node.text("visible"), node.line_of("visible"))] if node.has("visible") else []
    document = Document(
        node.text("code"),
        section,
        node.prose("label"),
        node.flag("required"),
        _types(node),
        _whole(node, "max_size", str(LARGEST_FILE // MEGABYTE), LARGEST_FILE // MEGABYTE) * MEGABYTE,
        _whole(node, "max_count", "1", MOST_FILES),
        node.prose("help", ""),
        node.prose("legal", ""),
    )
    node.done()
    return DocumentDraft(document, [*visible, *own])


def _types(node: Node) -> tuple[DocumentType, ...]:
    written, accepted = node.texts("types"), list(DocumentType)
    if not written or not set(written) <= set(accepted) or len(set(written)) < len(written):
        node.problem(f"types est une liste parmi {', '.join(accepted)}, sans répétition", "types")
        return ()
    return tuple(map(DocumentType, written))


def _whole(node: Node, key: str, default: str, most: int) -> int:
    text = node.text(key, default)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= number <= most:
        node.problem(f"{key} va de 1 à {most}", key)
        return 1
    return number
