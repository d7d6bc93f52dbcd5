"""Read a YAML form model as plain values that remember their line, refusing what a form model has no use for.

Aliases, tags, repeated keys, files too large or too deep are refused: a model file may come from somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_EVENTS = 200_000


@dataclass(frozen=True, slots=True, order=True)
class ModelProblem:
    """Something wrong in a model file, at a line counted from 1."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.text}"


class ModelError(ValueError):
    """A form model that cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: list[ModelProblem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Node:
    """A mapping of the file, read key by key. Problems are collected in `problems`, shared by the whole file."""

    def __init__(self, values: dict[str, Any], lines: dict[str, int], line: int, problems: list[ModelProblem]) -> None:
        self._values, self._lines, self.line, self._problems = values, lines, line, problems
        self._read: set[str] = set()

    def problem(self, text: str, key: str | None = None) -> None:
        """Note a problem at the mapping's line, or at a key's."""
        self._problems.append(ModelProblem(self.line_of(key), text))

    def line_of(self, key: str | None) -> int:
        """The line of a key, or of the mapping."""
        return self._lines.get(key, self.line) if key else self.line

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A text; numbers are taken as written. Without a default it is compulsory."""
        self._read.add(key)
        value = self._values.get(key, default)
        if value is None:
            self.problem(f"il manque la clé {key}")
            return ""
        if not isinstance(value, str):
            self.problem(f"{key} devrait être un texte", key)
            return ""
        return value.strip()

    def prose(self, key: str, default: str | None = None) -> str:
        """A text for readers: typographic apostrophes, whatever the author's keyboard gave."""
        return self.text(key, default).replace("'", "\u2019")

    def node(self, key: str) -> Node | None:
        """The mapping under a key that may be absent."""
        self._read.add(key)
        value = self._values.get(key)
        if value is not None and not isinstance(value, Node):
            self.problem(f"{key} devrait avoir des clés", key)
            return None
        return value

    def flag(self, key: str) -> bool:
        """``oui`` or ``non`` (the default)."""
        value = self.text(key, "non")
        if value not in ("oui", "non"):
            self.problem(f"{key} vaut oui ou non, pas « {value} »", key)
        return value == "oui"

    def texts(self, key: str) -> list[str]:
        """A list of texts, empty when the key is absent."""
        self._read.add(key)
        values = self._values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.problem(f"{key} devrait être une liste de textes", key)
            return []
        return values

    def nodes(self, key: str, *, required: bool = True) -> Iterator[Node]:
        """The mappings listed under a key."""
        self._read.add(key)
        values = self._values.get(key, [])
        if not isinstance(values, list) or (required and not values):
            self.problem(f"{key} devrait être une liste", key)
            return
        for value in values:
            if isinstance(value, Node):
                yield value
            else:
                self.problem(f"chaque élément de {key} devrait avoir des clés", key)

    def done(self) -> None:
        """Report the keys that nobody asked for."""
        for key in sorted(self._values.keys() - self._read):
            self.problem(f"la clé {key} est inconnue", key)


def read_yaml(text: str) -> tuple[Node, list[ModelProblem]]:
    """The file's mapping and the list that collects its problems. Raises ModelError when it is not usable YAML."""
    if len(text.encode()) > MAX_BYTES:
        raise ModelError([ModelProblem(1, f"le fichier dépasse {MAX_BYTES} octets")])
    problems: list[ModelProblem] = []
    try:
        _refuse_what_is_hostile(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as fault:
        raise ModelError([_unreadable(fault, text)]) from None
    except RecursionError:
        raise ModelError([ModelProblem(1, f"plus de {MAX_DEPTH} niveaux")]) from None
    value = _convert(root, problems) if root is not None else None
    if not isinstance(value, Node):
        raise ModelError([*problems, ModelProblem(1, "le fichier devrait avoir des clés au premier niveau")])
    return value, problems


def _unreadable(fault: yaml.YAMLError, text: str) -> ModelProblem:
    """Why a text is no YAML, in one line; a character that is refused only says how far from the beginning it stands."""
    mark = getattr(fault, "problem_mark", None)
    line = mark.line if mark else text.count("\n", 0, getattr(fault, "position", 0))
    reason = " ".join(str(getattr(fault, "problem", None) or fault).split())
    return ModelProblem(line + 1, f"ce n’est pas du YAML lisible ({reason})")


def _refuse_what_is_hostile(text: str) -> None:
    """Read the file as events, which cost little, before anything is built from it."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise ModelError([ModelProblem(line, "les ancres et les alias (& et *) ne sont pas acceptés")])
        if getattr(event, "tag", None) is not None:
            raise ModelError([ModelProblem(line, "les étiquettes (!) ne sont pas acceptées")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ModelError([ModelProblem(line, f"plus de {MAX_DEPTH} niveaux")])
        if count > MAX_EVENTS:
            raise ModelError([ModelProblem(line, f"plus de {MAX_EVENTS} éléments")])


def _convert(node: yaml.Node, problems: list[ModelProblem]) -> Any:
    """Scalars stay texts as written (``1.10`` stays 1.10), lists stay lists, mappings become nodes."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, problems) for item in node.value]
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, item in node.value:
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name or name in values:
            problems.append(ModelProblem(line, f"la clé « {name} » est répétée ou n’est pas un texte"))
            continue
        values[name], lines[name] = _convert(item, problems), line
    return Node(values, lines, node.start_mark.line + 1, problems)
