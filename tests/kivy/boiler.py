"""Pictures of a boiler, as a technician takes them: drawn, so that a test needs no file."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

FRONTS = ("#E8ECEF", "#3A4046", "#F4F5F2", "#D9DEE2", "#EEF1F3")
WALLS = ("#B9AE9C", "#A8A49A", "#C9C2B6", "#9FA9AE", "#BFB6A6")


def draw_boiler(which: int = 0, size: tuple[int, int] = (1200, 900)) -> bytes:
    """A boiler on a wall; another one for each number."""
    picture = Image.new("RGB", size, WALLS[which % len(WALLS)])
    draw, (wide, high) = ImageDraw.Draw(picture), size
    box = (wide * 0.32, high * 0.12, wide * 0.68, high * 0.70)
    for number in range(4):
        left = wide * (0.36 + 0.08 * number)
        draw.rectangle((left, high * 0.7, left + wide * 0.03, high), fill="#B87333")
    draw.rounded_rectangle(box, wide * 0.02, fill=FRONTS[which % len(FRONTS)], outline="#555555", width=4)
    draw.rectangle((wide * 0.37, high * 0.52, wide * 0.52, high * 0.62), fill="#2F89C5")
    draw.ellipse((wide * 0.58, high * 0.53, wide * 0.63, high * 0.61), fill="#2E9E4F" if which else "#C0392B")
    if which % 2:
        draw.line((wide * 0.36, high * 0.2, wide * 0.64, high * 0.45), fill="#C0392B", width=12)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def fill_folder(folder: Path, count: int = 5) -> Path:
    """A folder of pictures, with another one in it."""
    (folder / "Chantiers 2026").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"IMG_20260610_{number + 1:03}.jpg").write_bytes(draw_boiler(number, (400, 300)))
    return folder
