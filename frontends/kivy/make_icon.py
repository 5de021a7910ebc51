"""The icon of the app, for desktops and phones: `python frontends/kivy/make_icon.py`. It needs Pillow.

The mark of the app's own navigation, on the colour of its light theme.
"""

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from twinbase_presentation.tokens import THEMES

HERE = Path(__file__).parent
FONTS, INTO = HERE / "twinbase_kivy" / "fonts", HERE / "packaging" / "twinbase.png"
SIDE, FINER = 512, 4
"""Drawn larger, and made smaller: so its edges are smooth."""


def draw_icon(side: int = SIDE) -> Image.Image:
    """A square with round corners, and the two arrows in it."""
    theme = THEMES["light"]
    large = side * FINER
    picture = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, large - 1, large - 1), large * 0.24, fill=f"#{theme.primary}")
    letter = chr(json.loads((FONTS / "symbols.json").read_text())["swap_horiz"])
    font = ImageFont.truetype(str(FONTS / "Symbols.ttf"), round(large * 0.66))
    draw.text((large / 2, large / 2), letter, font=font, fill=f"#{theme.on_primary}", anchor="mm")
    return picture.resize((side, side), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw_icon().save(INTO, optimize=True)
