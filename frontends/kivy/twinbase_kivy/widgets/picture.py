"""Pictures that are read in the background: nothing waits for one, and each is deciphered once."""

import asyncio
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from kivy.graphics import Color, RoundedRectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from PIL import Image, ImageOps

from twinbase_kivy.boxes import Box
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.widgets.words import IconMark
from twinbase_presentation import Workday
from twinbase_presentation.tokens import RADIUS

ReadPicture = Callable[[], Awaitable[bytes | None]]
KEPT_MAX, SIDE_MAX = 240, 2048
"""Textures that are kept for pages that are drawn anew; and pixels that any graphics card takes."""
_kept: OrderedDict[str, Texture] = OrderedDict()


class PictureBox(Box):
    """The middle of a picture in a square, or with `whole` all of it in a place of this `ratio`. While it is read, and
    where there is none, an icon. `key`: what tells it from others; one that was drawn before is there at once."""

    def __init__(
        self, workday: Workday, key: str, read: ReadPicture, *, name: str, ratio: float = 1.0, whole: bool = False
    ) -> None:
        super().__init__(name=name, role="img")
        self.key, self.ratio, self.whole = key, ratio, whole
        self.mark = IconMark("photo", "text3", 28)
        self.texture: Texture | None = _find(key)
        self.hold([self.mark] if self.texture is None else [])
        if self.texture is None:
            workday.spawn(self._load(read))

    def height_for(self, width: float) -> float:
        return float(round(width * self.ratio))

    def width_wanted(self) -> float:
        return float(dp(72))

    def arrange(self) -> None:
        if self.texture is None:
            self.mark.place(*self.pos, *self.size)

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("inset"), dp(RADIUS.field))
        if self.texture is None:
            return
        with self.canvas.before:
            Color(1, 1, 1, 1)
            if self.whole:
                x, y, wide, high = self._fit(self.texture)
                RoundedRectangle(texture=self.texture, pos=(x, y), size=(wide, high), radius=[dp(RADIUS.field)])
            else:
                RoundedRectangle(texture=self.texture, pos=self.pos, size=self.size, radius=[dp(RADIUS.field)])

    async def _load(self, read: ReadPicture) -> None:
        """Read and decipher it elsewhere; a texture is made here, where it is drawn."""
        content = await read()
        decoded = await asyncio.to_thread(_decode, content, self.whole) if content else None
        if decoded is not None:
            size, pixels = decoded
            self.texture = _keep(self.key, size, pixels)
            self.hold([])
        else:
            self.mark.show("warning", "text3")
        self.paint()

    def _fit(self, texture: Texture) -> tuple[float, float, float, float]:
        wide, high = texture.size
        scale = min(self.width / wide, self.height / high)
        size = (wide * scale, high * scale)
        return self.center_x - size[0] / 2, self.center_y - size[1] / 2, *size


def _decode(content: bytes, whole: bool) -> tuple[tuple[int, int], bytes] | None:
    """The pixels, all of them or those of the square in the middle; None for what cannot be read."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.thumbnail((SIDE_MAX, SIDE_MAX))
            shown = picture.convert("RGBA")
            side = min(shown.size)
            shown = shown if whole else ImageOps.fit(shown, (side, side))
            return shown.size, shown.tobytes()
    except (OSError, ValueError, SyntaxError):
        return None


def _find(key: str) -> Texture | None:
    if key in _kept:
        _kept.move_to_end(key)
    return _kept.get(key)


def _keep(key: str, size: tuple[int, int], pixels: bytes) -> Texture:
    texture = Texture.create(size=size, colorfmt="rgba", mipmap=False)
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    _kept[key] = texture
    while len(_kept) > KEPT_MAX:
        _kept.popitem(last=False)
    return texture
