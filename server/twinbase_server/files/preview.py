"""Thumbnails: made once of each picture, by a worker, for whoever looks at many of them."""

import asyncio
import io
import logging
from datetime import datetime, timedelta
from uuid import uuid4

from PIL import Image, ImageOps

from twinbase.attachment import IMAGES
from twinbase_server.database.connection import Pool
from twinbase_server.store.store import FileStore, StoreFailed

SIDE_MAX = 320
QUALITY = 80
TRIED_AGAIN_AFTER = timedelta(hours=1)
_log = logging.getLogger(__name__)


async def make_next_preview(pool: Pool, store: FileStore, now: datetime) -> bool:
    """Make the thumbnail that has waited longest; answers whether there was one to make. Any number may be at it."""
    async with pool.acquire() as connection:
        row = await connection.fetchrow(_CLAIM, sorted(IMAGES), now, now - TRIED_AGAIN_AFTER)
    if row is None:
        return False
    try:
        body = b"".join([piece async for piece in store.read(row["object"])])
        drawn = await asyncio.to_thread(draw_preview, body)
        name = f"preview/{row['sha256'][:2]}/{row['sha256']}-{uuid4().hex[:12]}" if drawn else ""
        if drawn:
            await store.write(name, drawn)
    except StoreFailed:
        _log.warning("A thumbnail could not be made; it is tried again in an hour.", exc_info=True)
        return True
    async with pool.acquire() as connection:
        await connection.execute("UPDATE twinbase.content SET preview = $2 WHERE sha256 = $1", row["sha256"], name)
    return True


def draw_preview(body: bytes) -> bytes:
    """The picture as it is to be looked at, a JPEG of at most 320 pixels, without what a camera noted in it; nothing
    where it cannot be drawn."""
    try:
        with Image.open(io.BytesIO(body), formats=("JPEG", "PNG", "WEBP")) as image:
            image.thumbnail((SIDE_MAX, SIDE_MAX))
            out = io.BytesIO()
            _on_white(ImageOps.exif_transpose(image)).save(out, "JPEG", quality=QUALITY)
            return out.getvalue()
    except Exception:
        # Pillow raises whatever a broken picture makes it stumble over.
        _log.info("A picture cannot be drawn.", exc_info=True)
        return b""


def _on_white(image: Image.Image) -> Image.Image:
    """What is transparent is white on paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    paper.alpha_composite(clear)
    return paper.convert("RGB")


_CLAIM = """
UPDATE twinbase.content SET preview_tried_at = $2 WHERE sha256 = (
    SELECT sha256 FROM twinbase.content
    WHERE preview IS NULL AND media_type = ANY ($1) AND coalesce(preview_tried_at < $3, true)
    ORDER BY stored_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING sha256, object
"""
