"""QR codes as still SVG: the one seam to segno."""


def qr_svg(text: str, *, scale: int = 3) -> str:
    """Return a QR code of ``text`` as an ``<svg>`` element, ``scale`` pixels a module, black on white, with its quiet zone."""
    import segno  # read when a code is drawn: few processes ever draw one

    return str(segno.make(text, error="m", micro=False).svg_inline(scale=scale, light="#fff", svgclass="qr", lineclass=None))
