"""A line with a box to tick."""

from twinbase_kivy.boxes import grow
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import RADIUS, SPACE


class TickRow(Touchable):
    """Words that somebody keeps or leaves out; the box says it, and not a colour."""

    def __init__(self, text: str, act: Act, *, ticked: bool) -> None:
        inside = Row(
            IconMark("box_checked" if ticked else "box", "primary" if ticked else "outline"),
            grow(Words(text, "body", "text" if ticked else "text3")),
            gap=SPACE.m,
            edges=(0, SPACE.s, 0, SPACE.s),
            side="top",
        )
        self.is_ticked = ticked
        super().__init__(act, inside, name=text, role="checkbox", radius=RADIUS.field, least=SPACE.target)
