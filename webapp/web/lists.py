"""Lists whose sort, filters and page are in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request

from webapp.web.forms import clean_text

PAGE_SIZE = 50
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class ListState:
    """What the URL asks of a list: ``sort`` (a declared key), ``descending``, ``filters`` (declared names only), ``page`` from 1."""

    path: str
    sort: str
    descending: bool
    filters: dict[str, str]
    page: int
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (self.page - 1) * self.size

    def order(self, columns: Mapping[str, Any]) -> Any:
        """Return the SQL order for the sort key among ``columns`` (key → SQL column)."""
        column = columns[self.sort]
        return column.desc() if self.descending else column.asc()

    def url(self, **changes: str | int | bool | None) -> str:
        """Return the list's URL with ``changes`` (``tri``, ``sens``, ``page`` or filter names; None removes) applied."""
        values: dict[str, Any] = {
            **self.filters,
            "tri": self.sort,
            "sens": "desc" if self.descending else "",
            "page": self.page if self.page > 1 else "",
        }
        values.update(changes)
        kept = {name: value for name, value in values.items() if value not in (None, "", False)}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def sort_url(self, key: str) -> str:
        """Return the URL that sorts by ``key``, or turns the present order round."""
        descending = self.sort == key and not self.descending
        return self.url(tri=key, sens="desc" if descending else "", page=None)

    def aria_sort(self, key: str) -> str:
        """Return the ``aria-sort`` value of the column."""
        if self.sort != key:
            return "none"
        return "descending" if self.descending else "ascending"


def list_state(sorts: tuple[str, ...], filters: tuple[str, ...] = (), *, descending: bool = False, size: int = PAGE_SIZE) -> ListState:
    """Read the list state from the request's URL; unknown sorts and pages fall back to the first of ``sorts`` and page 1."""
    asked = request.args.get("tri", "")
    known = asked in sorts
    raw_page = request.args.get("page", "1")
    page = int(raw_page) if raw_page.isascii() and raw_page.isdigit() and 0 < int(raw_page[:7]) <= LAST_PAGE else 1
    return ListState(
        path=request.path,
        sort=asked if known else sorts[0],
        descending=request.args.get("sens") == "desc" if known or "sens" in request.args else descending,
        filters={name: (clean_text(request.args.get(name, "")) or "")[:200] for name in filters},
        page=page,
        size=size,
    )
