"""The only door for HTML lets nothing through that a second, independent cleaner would stop."""

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from webapp.web.html import PROTOCOLS, TEXT_ATTRIBUTES, TEXT_TAGS, clean, paragraphs

ATTACKS = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//ailleurs.example'>x</a>",
    "<a href='https://bon.example' onclick='alert(1)' style='x:expression(1)'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<iframe src='https://ailleurs.example'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='/deconnexion' method=post><button>x</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<p/onmouseover=alert(1)>x</p>",
    "<p hx-get='/deconnexion' hx-trigger='load' data-hx-post='/x'>x</p>",
    "<base href='https://ailleurs.example/'><link rel=stylesheet href=x><meta http-equiv=refresh content='0;url=x'>",
    "<h2 id='contenu' name='x' onfocus=alert(1)>x</h2>",
    "<template><script>alert(1)</script></template>",
    "<b>gras</b><em>permis</em>",
    "\x00<script\x00>alert(1)</script>",
    "<a href='mailto:a@b.fr?subject=x'>écrire</a>",
)


def shape(html: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the elements and attributes that a browser would see."""
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    return [(str(node.tag), tuple(sorted(node.attrib.items()))) for node in root.iterdescendants() if isinstance(node.tag, str)]


def assert_harmless(html: str) -> None:
    for tag, attributes in shape(html):
        assert tag in TEXT_TAGS, (tag, html)
        for name, value in attributes:
            assert name in TEXT_ATTRIBUTES.get(tag, []), (name, html)
            scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*)\s*:", value)
            if name == "href" and scheme:
                assert scheme.group(1).lower() in PROTOCOLS, (value, html)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_only_harmless_elements(attack: str) -> None:
    assert_harmless(str(clean(attack)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_second_cleaner_finds_nothing_more_to_remove(attack: str) -> None:
    cleaned = str(clean(attack))
    again = nh3.clean(
        cleaned,
        tags=set(TEXT_TAGS),
        attributes={tag: set(names) for tag, names in TEXT_ATTRIBUTES.items()},
        url_schemes=set(PROTOCOLS),
        link_rel=None,
    )
    assert shape(again) == shape(cleaned)


@given(
    st.lists(
        st.sampled_from(["<", ">", "/", "script", "a href=", "'", '"', "javascript:", "onload=", "<!--", "-->", "p", "&#", "x", " "]),
        max_size=40,
    )
)
def test_pieces_of_attacks_in_any_order_stay_harmless(pieces: list[str]) -> None:
    assert_harmless(str(clean("".join(pieces))))


def test_what_a_person_means_is_kept() -> None:
    text = '<p>Voir <a href="https://exemple.fr/a?b=1&amp;c=2">la page</a><br><strong>vite</strong></p>'
    assert str(clean(text)) == text


@given(st.text(max_size=200))
def test_plain_text_never_becomes_markup(text: str) -> None:
    shown = str(paragraphs(text))
    assert not re.sub(r"</?p>|<br>", "", shown).count("<")


def test_plain_text_keeps_its_paragraphs() -> None:
    assert str(paragraphs("un\r\ndeux\n\ntrois <b>\n\n\n")) == "<p>un<br>deux</p><p>trois &lt;b&gt;</p>"
