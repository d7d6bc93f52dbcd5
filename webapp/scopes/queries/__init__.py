"""Named reads of files, general scopes, drafts and versions, always for what the actor may see."""

from webapp.scopes.queries.desk import search, waiting
from webapp.scopes.queries.drafts import (
    PAGE_LINES,
    accredited_bodies,
    decisions,
    draft_line,
    draft_lines,
    draft_page,
    facts_of,
    general_scope,
    last_effective,
    place_of,
    titles_of,
    version_lines,
)
from webapp.scopes.queries.heads import SORTS, AnyRow, FileHead, file_head, files, in_state, matching, require_officer
from webapp.scopes.queries.held import line_context, online_references, site_names

__all__ = [
    "PAGE_LINES",
    "SORTS",
    "AnyRow",
    "FileHead",
    "accredited_bodies",
    "decisions",
    "draft_line",
    "draft_lines",
    "draft_page",
    "facts_of",
    "file_head",
    "files",
    "general_scope",
    "in_state",
    "last_effective",
    "line_context",
    "matching",
    "online_references",
    "place_of",
    "require_officer",
    "search",
    "site_names",
    "titles_of",
    "version_lines",
    "waiting",
]
