"""What may be uploaded: a file is what its content says, its name may only say the same, and archives are not opened to be known."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.uploads import made
from webapp.uploads.rules import archives, content, limits
from webapp.uploads.rules.content import judge
from webapp.uploads.rules.kinds import OCTETS
from webapp.uploads.rules.limits import LARGEST_FILE, Refused, check_size, size_words
from webapp.uploads.rules.names import LONGEST_NAME, NAMELESS, clean_name, extension_of
from webapp.uploads.sniffing import signatures


def accepted(name: str, data: bytes) -> content.Accepted:
    return judge(name, data, signatures(data))


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        accepted(name, data)
    return caught.value.text


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("ecran.png", made.png(), "image/png"),
        ("photo.JPG", made.JPEG, "image/jpeg"),
        ("photo.jpeg", made.JPEG, "image/jpeg"),
        ("anim.gif", made.GIF, "image/gif"),
        ("image.webp", made.WEBP, "image/webp"),
        ("lettre.pdf", made.PDF, "application/pdf"),
        ("notes.txt", "Déjà essayé.\n".encode(), "text/plain"),
        ("notes.txt", "Déjà essayé.\n".encode("cp1252"), "text/plain"),
        ("notes.txt", "Déjà essayé.\n".encode("utf-16"), "text/plain"),
        ("serveur.log", b"\x1b[31mERREUR\x1b[0m\n", "text/plain"),
        ("figures.csv", b"MZ;12\n", OCTETS),
        ("trace.har", b'\xef\xbb\xbf {"log":{}}', OCTETS),
        ("message.eml", b"Received: from x\r\nSubject: y\r\n\r\nz", OCTETS),
        ("lettre.docx", made.docx(), OCTETS),
        ("lettre.odt", made.odt(), OCTETS),
        ("tout.zip", made.archive({"a.txt": b"a", "b/c.csv": b"b"}), OCTETS),
        ("tout.zip", made.docx(), OCTETS),
        ("tout.zip", made.archive({"lettre.docx": made.docx()}), OCTETS),
        ("vide.zip", made.archive({}), OCTETS),
    ],
)
def test_an_ordinary_file_is_accepted_with_a_type_that_its_content_gives(name: str, data: bytes, media_type: str) -> None:
    found = accepted(name, data)
    assert (found.name, found.kind.media_type) == (name, media_type)


def test_a_name_without_extension_is_given_that_of_the_content() -> None:
    assert accepted("capture", made.png()).name == "capture.png"
    assert accepted("", b"bonjour").name == f"{NAMELESS}.txt"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", made.JPEG),
        ("photo.png", made.PDF),
        ("photo.png", b"du texte"),
        ("lettre.pdf", made.png()),
        ("lettre.docx", made.archive({"a.txt": b"a"})),
        ("classeur.xlsx", made.docx()),
        ("lettre.odt", made.docx()),
        ("tout.zip", made.png()),
        ("notes.txt", made.png()),
        ("figures.json", b"a;b"),
        ("message.eml", b"bonjour"),
        ("notes.txt", b"a\0b"),
        ("son.webp", b"RIFF\x1a\0\0\0WAVEfmt " + b"\0" * 20),
        ("photo.gif", b"\x01\x02\x03\x04" * 9),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused(name: str, data: bytes) -> None:
    assert refusal(name, data) in {content.LIES, content.LIES_AS}


@pytest.mark.parametrize("name", ["setup.exe", "facture.pdf.exe", "macro.xlsm", "lien.lnk", "x.ps1", "x.JS", "x.jar", "\u202egnp.exe"])
def test_a_program_is_refused_by_its_name(name: str) -> None:
    assert refusal(name, b"bonjour") == content.PROGRAM


@pytest.mark.parametrize("data", [made.WINDOWS_PROGRAM, made.LINUX_PROGRAM])
@pytest.mark.parametrize("name", ["photo.png", "notes.txt", "sans-extension", "tout.zip"])
def test_a_program_is_refused_under_any_name(name: str, data: bytes) -> None:
    assert refusal(name, data) == content.PROGRAM


@pytest.mark.parametrize("name", ["page.html", "image.svg", "page.xhtml", "donnees.xml"])
def test_what_a_browser_would_run_is_refused(name: str) -> None:
    assert refusal(name, b"<svg onload=alert(1)>") == content.WEB_PAGE


def test_a_type_that_nobody_listed_is_refused() -> None:
    assert refusal("video.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 30) == content.UNKNOWN
    assert refusal("inconnu", b"\1\2\3") == content.UNKNOWN


def test_macros_are_refused_under_a_harmless_name() -> None:
    assert refusal("lettre.docx", made.docx(**{"word/vbaProject.bin": b"x"})) == content.MACROS


@pytest.mark.parametrize("size", [1, LARGEST_FILE])
def test_a_file_of_ten_megabytes_is_accepted(size: int) -> None:
    check_size("a.txt", size)


def test_an_empty_file_and_one_byte_too_many_are_refused() -> None:
    assert refusal("vide.txt", b"") == limits.EMPTY
    with pytest.raises(Refused) as caught:
        accepted("gros.txt", b"a" * (LARGEST_FILE + 1))
    assert caught.value.text == limits.TOO_LARGE
    assert caught.value.values["size"] == "10,01 Mo"  # never « 10 Mo : 10 Mo au plus »


def test_sizes_are_said_as_people_do() -> None:
    said = [size_words(size) for size in (1, 999, 1000, 3449, 999_949, 1_000_000, 10_000_000, 10_000_001, 12_345_678)]
    assert said == ["1 octet", "999 octets", "1 ko", "3,4 ko", "999,9 ko", "1 Mo", "10 Mo", "10,01 Mo", "12,35 Mo"]


# Archives


def test_an_archive_of_zeros_is_refused_without_being_inflated() -> None:
    bomb = made.archive({"zeros.txt": bytes(30_000_000)})
    assert len(bomb) < 40_000
    assert refusal("bombe.zip", bomb) == archives.BURSTS
    assert refusal("bombe.docx", bomb) == archives.BURSTS


def test_an_archive_that_declares_too_much_is_refused() -> None:
    assert refusal("bombe.zip", declaring(archives.LARGEST_DECLARED + 1, padding=4_000_000)) == archives.BURSTS


def declaring(size: int, padding: int) -> bytes:
    """Return an archive whose one entry claims ``size`` bytes, heavy enough for its ratio to look ordinary."""
    made_one = bytearray(made.archive({"a.txt": bytes(range(256)) * (padding // 256)}, zipfile.ZIP_STORED))
    at = made_one.rindex(b"PK\1\2")
    made_one[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(made_one)


def test_entries_that_share_the_same_bytes_are_refused() -> None:
    one = made.archive({"a.txt": b"a" * 5000}, zipfile.ZIP_STORED)
    at = one.rindex(b"PK\1\2")
    end = one.rindex(b"PK\5\6")
    entry = one[at:end]
    tail = bytearray(one[end:])
    tail[8:10] = tail[10:12] = (3).to_bytes(2, "little")
    tail[12:16] = (len(entry) * 3).to_bytes(4, "little")
    assert refusal("bombe.zip", one[:at] + entry * 3 + bytes(tail)) == archives.BURSTS


def test_too_many_entries_are_refused() -> None:
    assert refusal("bombe.zip", made.archive({f"{n}": b"" for n in range(archives.MOST_ENTRIES + 1)})) == archives.BURSTS


def test_a_bomb_inside_an_archive_is_found() -> None:
    inner = made.archive({"zeros.txt": bytes(30_000_000)})
    assert refusal("poupees.zip", made.archive({"b.zip": inner}, zipfile.ZIP_STORED)) == archives.BURSTS


@pytest.mark.parametrize(
    "entries",
    [
        {"a.zip": made.archive({"b.zip": made.archive({"c.txt": b"c"})})},
        {"logs.tar.gz": b"\x1f\x8b"},
        {"a.7z": b"7z"},
        {"a.zip": bytes(LARGEST_FILE + 1)},
        {f"{n}.zip": bytes(9_999_999) for n in range(2)},
    ],
)
def test_archives_that_cannot_be_looked_into_are_refused(entries: dict[str, bytes]) -> None:
    assert refusal("poupees.zip", made.archive(entries)) in {archives.NESTED, archives.BURSTS, archives.UNREADABLE}


@pytest.mark.parametrize("entry", ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\x.txt", "a/../../b"])
def test_an_archive_that_writes_outside_itself_is_refused(entry: str) -> None:
    assert refusal("evasion.zip", made.archive({entry: b"x"})) == archives.ESCAPES


def test_a_program_in_an_archive_is_refused() -> None:
    assert refusal("tout.zip", made.archive({"a/setup.exe": b"x"})) == archives.HOLDS_PROGRAM


@pytest.mark.parametrize("cut", [4, 30, -5])
def test_a_damaged_archive_is_refused(cut: int) -> None:
    whole = made.archive({"a.txt": b"a" * 200})
    assert refusal("abimee.zip", whole[:cut]) == archives.UNREADABLE


def verdict(name: str, content: bytes) -> str:
    """Return the name under which a file is accepted, or the words of its refusal: the judge answers nothing else."""
    try:
        return judge(name, content, signatures(content)).name
    except Refused as refused:
        return refused.text


@hypothesis_settings(max_examples=30)
@given(st.binary(max_size=300))
def test_no_content_breaks_the_judge(data: bytes) -> None:
    for prefix in (b"", b"PK\3\4", b"RIFF", b"%PDF-", made.archive({"a.txt": b"a"})[:-20]):
        for name in ("a.zip", "a.png", "a.txt", "a"):
            assert verdict(name, prefix + data)


@given(st.data())
def test_a_damaged_archive_never_breaks_the_judge(data: st.DataObject) -> None:
    whole = bytearray(made.archive({"a.txt": b"a" * 50, "b.zip": made.archive({"c.txt": b"c"})}))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert verdict("a.zip", bytes(whole))


# Names


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Inès\\rapport.pdf", "rapport.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("fact\u202efdp.exe", "factfdp.exe"),
        ("a\u200b\u2066b\u2069.txt", "ab.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("  .htaccess  ", "htaccess"),
        ("con.txt", "_con.txt"),
        ('a<b>"c|d?e*.txt', "a_b__c_d_e_.txt"),
        ("a\0b.txt", "ab.txt"),
        ("\ud800.txt", "txt"),
        ("", NAMELESS),
        (None, NAMELESS),
        ("...", NAMELESS),
        ("dossier/", NAMELESS),
    ],
)
def test_a_name_is_made_fit_for_every_system(raw: str | None, clean: str) -> None:
    assert clean_name(raw) == clean


def test_a_name_of_300_bytes_is_cut_and_keeps_its_extension() -> None:
    cut = clean_name("é" * 150 + ".pdf")
    assert len(cut.encode()) <= LONGEST_NAME
    assert cut.endswith("é….pdf")
    assert len(clean_name("a" * 300).encode()) <= LONGEST_NAME


@given(st.text(max_size=400))
def test_every_name_is_short_clean_and_stable(raw: str) -> None:
    name = clean_name(raw)
    assert 0 < len(name.encode()) <= LONGEST_NAME
    assert "/" not in name
    assert "\\" not in name
    assert name.isprintable() or "\u00ad" not in name
    assert clean_name(name) == name
    assert extension_of(name) == extension_of(name).lower()
