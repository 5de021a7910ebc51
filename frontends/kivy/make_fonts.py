"""Makes the font files of the app from the npm packages that hold Inter and Material Symbols.

    npm pack @fontsource/inter@5.3.0 material-symbols@0.47.5
    python frontends/kivy/make_fonts.py fontsource-inter-5.3.0.tgz material-symbols-0.47.5.tgz

Needs fonttools and brotli. Kivy falls back to no other font and knows no OpenType feature: so both halves of Inter
become one file, its figures are made as wide as each other (a timer must not dance), and of the icons those are kept
that `twinbase_presentation.icons` names.
"""

import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from twinbase_presentation.icons import list_symbols

FONTS = Path(__file__).parent / "twinbase_kivy" / "fonts"
WEIGHTS = {400: "Inter-Regular.ttf", 500: "Inter-Medium.ttf", 600: "Inter-SemiBold.ttf"}
SYMBOLS = {0: "Symbols.ttf", 1: "Symbols-Filled.ttf"}
# Latin-1 and Latin Extended-A, then what is typed in French, English and on a measuring device.
CHARACTERS = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C)} | {
    ord(one)
    for one in "–—‘’‚“”„•…′″‹›€™−⁄²³µΩ↑↓→←≤≥≠✓"  # noqa: RUF001
}
# A hyphen as wide as a figure would tear words apart.
FIGURES = range(ord("0"), ord("9") + 1)
SYMBOL_WEIGHT, SYMBOL_SIZE = 500, 24


def make_fonts(inter: Path, symbols: Path) -> None:
    """The five files, the licences of both families, and the code point of every icon."""
    FONTS.mkdir(exist_ok=True)
    with tarfile.open(inter) as archive, TemporaryDirectory() as place:
        for weight, file in WEIGHTS.items():
            parts = [_unpack(archive, f"files/inter-{part}-{weight}-normal.woff2") for part in ("latin", "latin-ext")]
            _save(_merge(parts, Path(place)), file)
        (FONTS / "LICENSE-Inter.txt").write_bytes(_read(archive, "LICENSE"))
    with tarfile.open(symbols) as archive:
        for filled, file in SYMBOLS.items():
            _save(_cut_symbols(_unpack(archive, "material-symbols-rounded.woff2"), filled), file)
        (FONTS / "LICENSE-MaterialSymbols.txt").write_bytes(_read(archive, "LICENSE"))
    _write_code_points(TTFont(FONTS / SYMBOLS[1]))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    assert file is not None
    return file.read()


def _unpack(archive: tarfile.TarFile, name: str) -> TTFont:
    font = TTFont(BytesIO(_read(archive, name)))
    font.flavor = None
    return font


def _merge(parts: list[TTFont], place: Path) -> TTFont:
    """One font of both halves, with tabular figures, and no more characters than are asked for."""
    paths = [place / f"{number}.ttf" for number, _ in enumerate(parts)]
    for font, path in zip(parts, paths, strict=True):
        _make_figures_tabular(font)
        _subset(font, CHARACTERS, features=["kern", "mark", "ccmp"])
        font.save(path)
    merged: TTFont = Merger().merge([str(path) for path in paths])
    _map_narrow_spaces(merged)
    return merged


def _map_narrow_spaces(font: TTFont) -> None:
    """Inter's web files lack U+202F, which Babel puts into every French figure: it is drawn as U+00A0."""
    for cmap in font["cmap"].tables:
        cmap.cmap.setdefault(0x202F, cmap.cmap[0xA0])


def _make_figures_tabular(font: TTFont) -> None:
    """What the feature `tnum` would put in place of a figure becomes the figure."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    swaps = {
        old: new
        for index in lookups
        for one in table.LookupList.Lookup[index].SubTable
        for old, new in getattr(one, "ExtSubTable", one).mapping.items()
    }
    for cmap in font["cmap"].tables:
        cmap.cmap |= {code: swaps.get(cmap.cmap[code], cmap.cmap[code]) for code in FIGURES if code in cmap.cmap}


def _cut_symbols(font: TTFont, filled: int) -> TTFont:
    """The icons that are used, of one weight, plain or filled."""
    wanted = list_symbols()
    codes = {code for code, glyph in font.getBestCmap().items() if glyph in wanted}
    if missing := wanted - set(font.getBestCmap().values()):
        raise SystemExit(f"Material Symbols has no icon of this name: {', '.join(sorted(missing))}")
    _subset(font, codes, features=[])
    axes = {"wght": SYMBOL_WEIGHT, "opsz": SYMBOL_SIZE, "FILL": filled, "GRAD": 0}
    return instantiateVariableFont(font, axes)


def _subset(font: TTFont, codes: set[int], features: list[str]) -> None:
    options = Options()
    options.layout_features, options.hinting, options.glyph_names = features, False, True
    options.name_IDs, options.notdef_outline = [0, 1, 2, 3, 4, 5, 6, 13, 14], True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def _save(font: TTFont, file: str) -> None:
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(FONTS / file)


def _write_code_points(font: TTFont) -> None:
    codes = {glyph: code for code, glyph in font.getBestCmap().items()}
    used = {name: codes[name] for name in list_symbols()}
    (FONTS / "symbols.json").write_text(json.dumps(dict(sorted(used.items())), indent=1) + "\n")


if __name__ == "__main__":
    make_fonts(*map(Path, sys.argv[1:3]))
