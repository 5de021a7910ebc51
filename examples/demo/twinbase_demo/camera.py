"""What a phone's camera and a finger on its screen bring: real pictures, the same for the same dice."""

import io
import random
from datetime import datetime
from uuid import UUID

from PIL import Image, ImageChops, ImageDraw

from twinbase.replica import Replica
from twinbase_mobile.tables import InterventionPhoto, InterventionSignature
from twinbase_mobile.tables.kinds import PhotoPhase, Signer

SIDE, GRAIN = 320, 40
LARGE_SIDE, LARGE_GRAIN = 1600, 110
"""In the dark a camera sees much that is not there: such a picture takes more than one piece to send."""
PAPER = (280, 90)


async def take_photo(
    replica: Replica, chance: random.Random, visit: UUID, at: datetime, *, caption: str, large: bool = False
) -> InterventionPhoto:
    """The row of a photo, whose bytes are kept on the phone when this returns."""
    taken = await replica.attachments.take_photo(
        draw_photo(chance, *((LARGE_SIDE, LARGE_GRAIN) if large else (SIDE, GRAIN)))
    )
    return InterventionPhoto(
        intervention_id=visit,
        phase=PhotoPhase.AFTER,
        caption=caption,
        taken_at=at,
        mime=taken.mime,
        size_bytes=taken.size,
        width=taken.width,
        height=taken.height,
        sha256=taken.sha256,
        client_created_at=at,
    )


async def sign_visit(replica: Replica, chance: random.Random, visit: UUID, at: datetime) -> InterventionSignature:
    """The row of the customer's signature, whose picture is kept on the phone when this returns."""
    picture = draw_signature(chance)
    sha256 = await replica.attachments.put(picture)
    return InterventionSignature(
        intervention_id=visit,
        role=Signer.CUSTOMER,
        signer_name="Élodie Marchetti",
        signed_at=at,
        mime="image/png",
        size_bytes=len(picture),
        image_sha256=sha256,
        client_created_at=at,
    )


def draw_photo(chance: random.Random, side: int, grain: int) -> bytes:
    """A boiler on a wall, as a camera sees it in a cellar; JPEG."""
    size = (side, side * 3 // 4)
    wall = Image.new("RGB", size, tuple(chance.randrange(120, 200) for _ in range(3)))
    pen = ImageDraw.Draw(wall)
    left, top = (chance.randrange(length // 8, length // 3) for length in size)
    pen.rounded_rectangle((left, top, left + side // 3, top + side // 2), side // 40, (235, 235, 230), (60, 60, 60), 3)
    for pipe in range(3):
        x = left + side // 12 + pipe * side // 12
        pen.line((x, top + side // 2, x, size[1]), (178, 98, 52), side // 60)
    noise = Image.frombytes("RGB", size, chance.randbytes(3 * size[0] * size[1])).point(lambda v: v * grain // 255)
    out = io.BytesIO()
    ImageChops.add(wall, noise).save(out, "JPEG", quality=90)
    return out.getvalue()


def draw_signature(chance: random.Random) -> bytes:
    """A line in black on white, as PNG."""
    paper = Image.new("L", PAPER, 255)
    points = [(x, chance.randrange(15, PAPER[1] - 15)) for x in range(20, PAPER[0] - 20, 18)]
    ImageDraw.Draw(paper).line(points, 0, 3, "curve")
    out = io.BytesIO()
    paper.save(out, "PNG", optimize=True)
    return out.getvalue()


def check_picture(content: bytes) -> tuple[int, int]:
    """How many pixels wide and high the picture is; it is decoded whole."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture.size
