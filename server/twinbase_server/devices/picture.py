"""What a phone scans, drawn."""

import io

import segno


def draw_svg(uri: str) -> str:
    """The picture of an address, as SVG for a page or a letter."""
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", scale=4, xmldecl=False)
    return drawn.getvalue().decode()
