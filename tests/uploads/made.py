"""Small files of each type, and some that mean harm."""

import io
import struct
import zipfile
import zlib


def png(width: int = 1, height: int = 1) -> bytes:
    """Return a real picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x0b\x4f\x5c" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return buffer.getvalue()


def docx(**more: bytes) -> bytes:
    """Return what is recognised as a Word document."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def odt() -> bytes:
    """Return what is recognised as an OpenDocument text."""
    return archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"}, zipfile.ZIP_STORED)


JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 40 + b"\xff\xd9"
GIF = b"GIF89a\1\0\1\0\0\0\0;" + b"\0" * 8
WEBP = b"RIFF\x1a\0\0\0WEBPVP8 " + b"\0" * 20
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WINDOWS_PROGRAM = b"MZ\x90\0\3\0\0\0" + b"\0" * 120
LINUX_PROGRAM = b"\x7fELF\2\1\1\0" + b"\0" * 120
