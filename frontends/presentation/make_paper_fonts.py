"""Makes the two fonts of reports from the npm package that holds Inter.

    npm pack @fontsource/inter@5.3.0
    python frontends/presentation/make_paper_fonts.py fontsource-inter-5.3.0.tgz

Needs fonttools and brotli. The package has Inter in parts: Latin, Greek, Cyrillic, Vietnamese. A report may hold any
name of Europe, so all of them become one file for each weight; a document takes from it the characters that it has.
"""

import sys
import tarfile
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "twinbase_presentation" / "paper" / "fonts"
WEIGHTS = {400: "Inter-Regular.ttf", 600: "Inter-SemiBold.ttf"}
PARTS = ("latin", "latin-ext", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "vietnamese")

NOT_HERE, BOX = 0x25A1, "box"
"""The white square stands for what no font here has: Inter draws that as an empty box, and so does this character."""


def make_fonts(inter: Path) -> None:
    """Both files and their licence."""
    FONTS.mkdir(parents=True, exist_ok=True)
    with tarfile.open(inter) as archive, TemporaryDirectory() as place:
        for weight, file in WEIGHTS.items():
            names = [f"package/files/inter-{part}-{weight}-normal.woff2" for part in PARTS]
            _save(_merge([_read(archive, name) for name in names], Path(place)), file)
        (FONTS / "LICENSE-Inter.txt").write_bytes(_read(archive, "package/LICENSE"))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def _merge(parts: list[bytes], place: Path) -> TTFont:
    """One font of all parts, without features: a report is set letter by letter."""
    paths, known = [], set[int]()
    for number, part in enumerate(parts):
        font = TTFont(BytesIO(part))
        font.flavor = None
        codes = set(font.getBestCmap()) - known
        known |= codes
        _subset(font, codes)
        font.save(path := place / f"{number}.ttf")
        paths.append(str(path))
    merged: TTFont = Merger().merge(paths)
    _add_box(merged)
    for cmap in merged["cmap"].tables:
        cmap.cmap.setdefault(0x202F, cmap.cmap[0xA0])
        cmap.cmap[NOT_HERE] = BOX
    return merged


def _add_box(font: TTFont) -> None:
    """Of the glyph that stands for what is missing, one that can be asked for: a document keeps only such ones."""
    font.setGlyphOrder([*font.getGlyphOrder(), BOX])
    font["glyf"].glyphs[BOX] = deepcopy(font["glyf"][".notdef"])
    font["hmtx"].metrics[BOX] = font["hmtx"].metrics[".notdef"]


def _subset(font: TTFont, codes: set[int]) -> None:
    options = Options()
    options.layout_features, options.hinting, options.glyph_names = [], False, False
    options.name_IDs, options.notdef_outline = [0, 1, 2, 3, 4, 5, 6, 13, 14], True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def _save(font: TTFont, file: str) -> None:
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(FONTS / file)


if __name__ == "__main__":
    make_fonts(Path(sys.argv[1]))
