"""The photos of a visit: small ones in a grid, each with where it is; and the phase of the next one."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Grid
from twinbase_kivy.marks import MARKS
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.fields import ChoiceRow
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.picture import PictureBox
from twinbase_kivy.widgets.touch import Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.tables.kinds import PhotoPhase
from twinbase_presentation import Route
from twinbase_presentation.screens.photos import PhotosModel, PhotoTile
from twinbase_presentation.screens.pictures import read_small_picture
from twinbase_presentation.tokens import HUES, RADIUS, SPACE

COLUMNS, LEAST_DP = 3, 160


class PhotosPage(PageView):
    """S08."""

    model: PhotosModel

    def make_head(self) -> Box:
        shown = self.model.shown
        sub = "\u00a0· ".join(part for part in (shown.number, shown.title) if part) if shown else ""
        return self.title_bar(self.model.title, sub)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown is None:
            return [EmptyView("photo", self.say("This job is no longer on this device."))]
        tiles = [PhotoTileBox(one, self) for one in self.model.tiles]
        nothing = self.say("No photo yet. Choose what it shows, then a picture.")
        if shown.is_read_only:
            nothing = self.say("This visit has no photo.")
        fault = self.faults.get("photos")
        return [
            None if shown.is_read_only else self._make_phases(),
            TintBox("refused", fault, hue="red") if fault else None,
            Grid(*tiles, gap=SPACE.s, columns=COLUMNS, least_dp=LEAST_DP) if tiles else EmptyView("photo", nothing),
        ]

    def make_foot(self) -> Box | None:
        shown = self.model.shown
        if shown is None or shown.is_read_only:
            return None
        choose = self.open_act(Route("visit", self.model.visit, "choose"))
        return PushButton(self.say("Choose a file"), choose, icon="project", main=True)

    def _make_phases(self) -> Box:
        choices = [(phase.value, word) for phase, word in self.model.phases]
        choose = lambda key: self.model.choose_phase(PhotoPhase(key))  # noqa: E731
        return ChoiceRow(self.say("The next photo shows"), choices, self.model.phase.value, choose)


class PhotoTileBox(Touchable):
    """A small picture, what it is of, and where it is, in an icon and a word. A touch opens it."""

    def __init__(self, tile: PhotoTile, page: PhotosPage) -> None:
        workday, photo = page.guide.workday, tile.photo
        state = _say_state(tile, page)
        picture = PictureBox(
            workday, photo.sha256, lambda: read_small_picture(workday, photo.sha256), name=tile.name, ratio=1
        )
        texts = ColumnBox(
            Words(tile.name, "small", "text", lines_max=1),
            Row(IconMark(state[0], state[2], 16), grow(Words(state[1], "tiny", state[2], lines_max=1)), gap=SPACE.xs)
            if state
            else None,
            gap=2,
            edges=(2, SPACE.xs, 2, SPACE.xs),
        )
        act = page.open_act(Route("visit", page.model.visit, f"photos/{tile.id}"))
        name = ", ".join([tile.name, *(state[1:2] if state else ())])
        super().__init__(act, ColumnBox(picture, texts), name=name, role="link", radius=RADIUS.field, least=96)


def _say_state(tile: PhotoTile, page: PageView) -> tuple[str, str, str] | tuple[()]:
    """An icon, a word and a colour; nothing of what the server has."""
    if tile.mark not in MARKS:
        return ()
    icon, word, hue = MARKS[tile.mark]
    is_moving = tile.percent is not None and tile.mark == "pending"
    return icon, f"{tile.percent}\u00a0%" if is_moving else page.say(word), HUES[hue].strong
