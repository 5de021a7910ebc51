"""Pictures of these tests, and short words for what a technician does with one."""

import io
from functools import cache
from uuid import UUID

from PIL import Image
from tests.attachments.gallery import Picture

from twinbase.replica.attachments.state import AttachmentState
from twinbase.testing import Device


@cache
def make_picture(side: int = 48, shade: int = 0) -> bytes:
    """A real picture, another one for each shade; of 900 pixels it has more bytes than three pieces."""
    out = io.BytesIO()
    noise = Image.effect_noise((side, side), 90).convert("RGB")
    noise.point(lambda value: (value + shade) % 256).save(out, "JPEG", quality=95)
    return out.getvalue()


async def add_picture(device: Device, content: bytes, caption: str = "") -> Picture:
    """Put the bytes, then save the row that names them."""
    sha256 = await device.replica.attachments.put(content)
    picture = Picture(sha256=sha256, caption=caption)
    await device.save(picture)
    return picture


async def whereabouts(device: Device, picture: Picture) -> AttachmentState:
    assert picture.sha256 is not None
    return await device.replica.attachments.state(picture.sha256)


async def read_bytes(device: Device, picture: Picture) -> bytes:
    assert picture.sha256 is not None
    with await device.replica.attachments.open(picture.sha256) as file:
        return file.read()


async def said_state(device: Device, id: UUID) -> str | None:
    """What the row says of its bytes."""
    row = await device.read(Picture, id)
    assert row is not None
    return row.blob_state


def sent_bytes(device: Device) -> int:
    """How many bytes of content went over the wire."""
    return sum(len(seen.body) for seen in device.wire.seen if seen.method == "PATCH")
