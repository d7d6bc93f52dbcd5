"""The one seam to typst: data in, a tagged PDF out. No network, no system fonts, the same bytes for the same data.

Templates are ours (``templates/pdf/*.typ``); data reach them as JSON in ``sys.inputs`` and are shown as text, never read as markup.
Files follow PDF/A-2a (they keep) and PDF/UA-1 (they can be read aloud). Their fonts are those that typst carries (Libertinus Serif
and DejaVu Sans Mono, both free to embed), of which each file holds the letters it uses.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import typst

from webapp.config import ROOT

TEMPLATES = ROOT / "templates" / "pdf"
LONGEST_SECONDS = 60
#: Characters that no font at hand can show are found and replaced a few times, then the failure is the caller's.
_ATTEMPTS = 3
_REFUSED = re.compile(r'(?:the text|contains the codepoint) `"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
#: Control characters, halves of characters, and marks that would turn the text around them (U+202A and following).
_LEFT_OUT = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
)
#: A run of letters without a place to break would leave the page.
_LONG_RUN = re.compile(r"\S{60}(?=\S)")


class PdfError(Exception):
    """The document could not be made; the message is typst's own."""


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF that ``templates/pdf/<template>.typ`` makes of ``data`` (plain JSON values).

    Characters that only steer are left out; one that the fonts cannot show stands as its code, « [U+6F22] ». Raises ``PdfError``.

    typst runs in a process of its own: its threads do not survive a fork (a web worker would wait for ever), what it remembers goes
    with it, and a document that takes too long ends alone. That process gets no environment, so it knows no secret.
    """
    command = [sys.executable, "-m", "webapp.pdf", template]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module; ``template`` is named in our code
            command, input=as_text(data).encode(), capture_output=True, cwd=ROOT, env={}, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PdfError(f"no document after {LONGEST_SECONDS} s") from error
    if done.returncode:
        raise PdfError(done.stderr.decode(errors="replace").strip()[-500:])
    return done.stdout


def as_text(data: Mapping[str, Any]) -> str:
    """Return the data as the JSON that a template reads: always the same for the same data, its texts cleaned."""
    return json.dumps(_each(data, _clean), ensure_ascii=False, sort_keys=True)


def compile_here(template: str, text: str) -> bytes:
    """Return the PDF made of the JSON of ``as_text``, in this process: one that will not fork. Raises ``PdfError``."""
    for _attempt in range(_ATTEMPTS):
        try:
            return typst.compile(
                TEMPLATES / f"{template}.typ",
                root=TEMPLATES,
                format="pdf",
                ignore_system_fonts=True,
                sys_inputs={"data": text},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            refused = _refused(error.diagnostic)
            if not refused:
                raise PdfError(error.message) from error
            for char in refused:  # no character outside plain ASCII belongs to JSON itself
                text = text.replace(char, f"[U+{ord(char):04X}]")
    raise PdfError("characters that no font shows")


def _refused(diagnostic: str) -> set[str]:
    """Return the characters that typst names in its complaints."""
    named = (_ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text) for text in _REFUSED.findall(diagnostic))
    return {char for text in named for char in text}


def _clean(text: str) -> str:
    return _LONG_RUN.sub(lambda run: run[0] + "\u200b", text.translate(_LEFT_OUT))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each(part, change) for part in value]
    return value


def main() -> None:
    """Make the document of ``python -m webapp.pdf <template>`` from the JSON on standard input."""
    try:
        pdf = compile_here(sys.argv[1], sys.stdin.buffer.read().decode())
    except PdfError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
