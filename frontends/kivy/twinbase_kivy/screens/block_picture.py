"""A picture that a plugin shows: the small one of an attachment, in the width that there is."""

from io import BytesIO

from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp

from twinbase.errors import TwinbaseError
from twinbase_kivy.boxes import Box
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Workday
from twinbase_presentation.tokens import RADIUS

PIXELS, HIGH_DP = 640, 200


class BlockPicture(Box):
    """Read when it is drawn first; while it is not here, its place says so in an icon and its caption."""

    def __init__(self, sha256: str, caption: str, workday: Workday) -> None:
        self._sha256, self._workday = sha256, workday
        self._texture: object | None = None
        self._mark, self._caption = IconMark("photo", "text3", 40), Words(caption, "small", "text3")
        super().__init__(name=caption or workday.language.say("Photo"), role="img")
        self.hold([self._mark, self._caption])
        workday.spawn(self._read())

    def height_for(self, width: float) -> float:
        return float(dp(HIGH_DP)) + self._caption.height_for(width)

    def arrange(self) -> None:
        below = self._caption.height_for(self.width)
        self._caption.place(self.x, self.y, self.width, below)
        self._mark.place(self.x, self.y + below, self.width, self.height - below)

    def paint(self) -> None:
        self.canvas.before.clear()
        below = self._caption.height_for(self.width)
        rect = (self.x, self.y + below, self.width, self.height - below)
        paint_ground(self.canvas.before, rect, look.find_colour("inset"), dp(RADIUS.field))
        self._mark.opacity = 0 if self._texture is not None else 1
        if self._texture is not None:
            self._draw(self._texture, rect)

    def _draw(self, texture: object, rect: tuple[float, float, float, float]) -> None:
        """Whole, in the middle of its place."""
        wide, high = texture.size  # type: ignore[attr-defined]
        share = min(rect[2] / wide, rect[3] / high)
        size = (wide * share, high * share)
        with self.canvas.before:
            Color(1, 1, 1, 1)
            place = (rect[0] + (rect[2] - size[0]) / 2, rect[1] + (rect[3] - size[1]) / 2)
            Rectangle(texture=texture, pos=place, size=size)

    async def _read(self) -> None:
        """What cannot be read stays its icon: a picture stops no screen."""
        try:
            content = await self._workday.runner.ask(
                lambda replica: replica.attachments.thumbnail(self._sha256, PIXELS)
            )
        except (TwinbaseError, ValueError):
            return
        if content:
            self._texture = CoreImage(BytesIO(content), ext="jpg").texture
            self.paint()
