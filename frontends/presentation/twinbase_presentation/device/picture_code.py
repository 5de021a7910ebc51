"""What the picture of a QR code says, read from a file by zxing-cpp: turned, blurred, or photographed from a screen."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_desktop_path, user_documents_path, user_downloads_path, user_pictures_path

from twinbase.errors import WrongCode

SIDE_MAX = 2000
"""A photo of many megapixels is made smaller first: a code does not become clearer by them."""
ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"))
PICTURES_MAX = 20


def can_read_pictures() -> bool:
    """Whether what reads them is installed: `twinbase-presentation[qr]`."""
    return find_spec("zxingcpp") is not None and find_spec("PIL") is not None


def read_picture_code(path: Path) -> str:
    """The text of the first QR code in a picture. It takes a moment: call it in a thread.

    Raises WrongCode where there is no picture, or no code in it.
    """
    pictures: Any = import_module("PIL.Image")
    codes: Any = import_module("zxingcpp")
    try:
        with pictures.open(path) as picture:
            picture.thumbnail((SIDE_MAX, SIDE_MAX))
            found = codes.read_barcodes(picture.convert("L"), formats=codes.BarcodeFormat.QRCode)
    except (OSError, ValueError, pictures.DecompressionBombError) as error:
        raise WrongCode(f"{path.name} is no picture that can be read.") from error
    if not found:
        raise WrongCode(f"There is no QR code in {path.name}.")
    return str(found[0].text)


def list_pictures(folders: Iterable[Path] | None = None) -> Sequence[Path]:
    """The newest pictures in the folders where people keep what they were sent; the system's own, if none are named."""
    usual = (user_downloads_path, user_pictures_path, user_desktop_path, user_documents_path)
    found = {}
    for folder in folders if folders is not None else (find() for find in usual):
        with suppress(OSError):
            for path in folder.iterdir():
                if path.suffix.lower() in ENDINGS and path.is_file():
                    found[path] = path.stat().st_mtime
    return sorted(found, key=lambda path: found[path], reverse=True)[:PICTURES_MAX]
