"""More: what the navigation has no room for, as a list."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box
from twinbase_kivy.page import PageView
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide, group_title
from twinbase_kivy.widgets.chips import MarkDot
from twinbase_kivy.widgets.rows import LineRow
from twinbase_presentation.screens.more import MoreModel, MorePlace
from twinbase_presentation.tokens import SPACE


class MorePage(PageView):
    """Section 5 of the design: what stands in the rail beside it is not said twice."""

    model: MoreModel

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        places = self.guide.list_routes()
        own = [self._make_row(one) for one in shown.own if one.route not in places and self.guide.knows(one.route)]
        brought = [self._make_row(one) for one in shown.brought]
        return [
            CardBox(*divide(own, 40), gap=SPACE.xs) if own else None,
            group_title(self.say("From plugins")) if brought else None,
            CardBox(*divide(brought, 40), gap=SPACE.xs) if brought else None,
            *(TintBox("warning", sentence, hue="amber") for sentence in shown.broken),
        ]

    def _make_row(self, place: MorePlace) -> Box:
        """What waits for somebody stands below the word: beside it there is no room on a narrow phone."""
        mark = MarkDot("refused", place.said, "red") if place.waits else None
        colour = "red" if place.waits else "text3"
        act = self.open_act(place.route)
        return LineRow(place.label, place.said, icon=place.icon, act=act, mark=mark, sub_colour=colour)
