"""What is said once or for a while: a banner, a toast, that a list is empty, that something is being read."""

from kivy.clock import Clock
from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap, grow
from twinbase_kivy.drawing import paint_ground, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue


class BannerRow(Touchable):
    """Somebody has to do something: on a tint, over everything else, and it leads there."""

    def __init__(self, text: str, act: Act, *, icon: str = "refused", hue: Hue = "red") -> None:
        self.hue = hue
        front = HUES[hue].on_tint
        inside = Row(
            IconMark(icon, front, 24),
            grow(Words(text, "label", front)),
            IconMark("next", front, 22),
            gap=SPACE.m,
            edges=(SPACE.m, SPACE.s, SPACE.m, SPACE.s),
        )
        super().__init__(act, inside, name=text, role="alert", radius=RADIUS.button, least=48)

    def paint_below(self) -> None:
        rect = (*self.pos, *self.size)
        paint_tint(self.canvas.before, rect, HUES[self.hue].tint, HUES[self.hue].strong, dp(self.radius))


class ToastBar(Row):
    """One line and one act, above the navigation."""

    def __init__(self, text: str, label: str = "", act: Act | None = None) -> None:
        super().__init__(
            grow(Words(text, "small", "bg")),
            PushButton(label, act, filling="filled", hue="primary", small=True) if act else None,
            gap=SPACE.s,
            edges=(SPACE.l, SPACE.s, SPACE.s if act else SPACE.l, SPACE.s),
            stacks=0.3,
        )
        self.name, self.role = text, "status"

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(52)))

    def stand_over(self, window: Box) -> None:
        """In the middle of its width, above the navigation."""
        wide = min(window.width - dp(32), dp(560))
        self.place(window.center_x - wide / 2, window.y + dp(88), wide, self.height_for(wide))

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("text"), dp(RADIUS.button))


class EmptyView(ColumnBox):
    """Nothing is here, in one sentence, and what one may do."""

    def __init__(self, icon: str, text: str, label: str = "", act: Act | None = None) -> None:
        super().__init__(
            Row(Gap(grows=True), IconMark(icon, "text3", 48), Gap(grows=True)),
            Words(text, "body", "text2", align="centre"),
            PushButton(label, act, filling="tonal") if act else None,
            gap=SPACE.l,
            edges=(SPACE.l, SPACE.xxl, SPACE.l, SPACE.xxl),
        )
        self.name, self.role = text, "note"


class FailedView(ColumnBox):
    """It could not be read: the sentence, and once more."""

    def __init__(self, sentence: str, label: str, act: Act) -> None:
        super().__init__(
            Row(Gap(grows=True), IconMark("refused", "red", 40), Gap(grows=True)),
            Words(sentence, "body", "text", align="centre"),
            PushButton(label, act, icon="refresh", filling="tonal"),
            gap=SPACE.l,
            edges=(SPACE.l, SPACE.xxl, SPACE.l, SPACE.xxl),
        )
        self.name, self.role = sentence, "alert"


class SkeletonBars(Box):
    """Three grey bars, for what is read and not here yet. Seen only where a read takes longer than 150 ms."""

    def __init__(self) -> None:
        super().__init__(role="progressbar")
        self._seen = False
        Clock.schedule_once(self._appear, 0.15)

    def height_for(self, width: float) -> float:
        return float(dp(96))

    def paint(self) -> None:
        self.canvas.clear()
        if not self._seen:
            return
        for number, share in enumerate((0.7, 0.9, 0.5)):
            top = self.top - dp(16 + 28 * number)
            bar = (self.x + dp(16), top - dp(14), (self.width - dp(32)) * share, dp(14))
            paint_ground(self.canvas, bar, look.find_colour("divider"), dp(7))

    def _appear(self, _seconds: float) -> None:
        self._seen = True
        self.paint()
