"""Templates: short, translated, without inline style or script, and with explicit htmx targets."""

import re
from pathlib import Path

import pytest

from webapp.config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST = 150
#: The product's name, and words that are the same in every language.
SAME_EVERYWHERE = {
    "Guichet",
    "SHA",
    "htmx",
    "English",
    "Français",
    "CSV",
    "JSON",
    "PDF",
    "UTC",
    "IMS",
    "GTR",
    "nbsp",
    "amp",
    "version",
    "House",
    "INC",
}


def source(path: Path) -> str:
    """Return a template without its comments."""
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def name(path: Path) -> str:
    """Return a template's name."""
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_keeps_to_the_house_rules(path: Path) -> None:
    text = source(path)
    assert len(text.splitlines()) <= LONGEST, "split it"
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text), "inline style or script"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert "|safe" not in text.replace(" ", ""), "unescaped text: it comes through webapp/web/html.py as Markup instead"
    for element in re.findall(r"<[a-z][^>]*\bhx-(?:get|post)=(?:\"[^\"]*\"|[^>])*>", text):
        assert "hx-target=" in element, element
        assert "hx-swap=" in element, element
    for form in re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", text, flags=re.DOTALL):
        assert re.search(r"csrf|act\(|token", form), f"a form without CSRF token: {form[:80]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_word_of_a_template_is_translated(path: Path) -> None:
    text = re.sub(r"\{%-?\s*trans\b.*?%\}.*?\{%-?\s*endtrans\s*-?%\}", "", source(path), flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*block body_class\s*-?%\}.*?\{%-?\s*endblock\s*-?%\}", "", text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    attributes = re.findall(r"\b(?:title|placeholder|aria-label|alt|data-label)=\"([^\"]*)\"", text)
    text = re.sub(r"<script.*?</script>|<!doctype[^>]*>", "", text, flags=re.DOTALL | re.IGNORECASE)
    text = re.sub(r"<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", " ", text)
    text = re.sub(r"\S+@\S+|https?://\S+", " ", text)
    words = set(re.findall(r"[A-Za-zÀ-ÿ]{3,}", " ".join([text, *attributes]))) - SAME_EVERYWHERE
    assert not words, f"words outside gettext: {sorted(words)}"


def test_every_template_can_be_compiled_and_is_used() -> None:
    from webapp.app import create_app

    app = create_app(
        environ={"GUICHET_MODE": "demonstration", "SECRET_KEY": "k" * 48, "DATA_DIR": "/nonexistent", "DATABASE_URL": "sqlite://"}
    )
    for path in TEMPLATES:
        app.jinja_env.get_template(name(path))
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("webapp", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html"}
    )
    unused = [name(path) for path in TEMPLATES if f'"{name(path)}"' not in everything and f"'{name(path)}'" not in everything]
    assert not unused, unused
