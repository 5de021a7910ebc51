"""The own chooser of pictures: folders as lines, pictures as they look, as many as somebody wants at once."""

from collections.abc import Sequence
from pathlib import Path

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Grid
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.picture import PictureBox
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.screens.choose import PictureChooser, PictureFile
from twinbase_presentation.tokens import RADIUS, SPACE

COLUMNS, LEAST_DP, NAME_MAX = 3, 160, 6


class ChoosePage(PageView):
    """A folder of this device."""

    model: PictureChooser

    def make_head(self) -> Box:
        return self.title_bar(self.model.title, str(self.model.folder))

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        fault = self.faults.get("take") or shown.fault
        tiles = [PictureTileBox(one, self) for one in shown.pictures]
        more = self.guide.workday.language.count("Show older ones ({n})", "Show older ones ({n})", shown.more)
        return [
            TintBox("refused", fault, hue="red") if fault else None,
            self._make_folders(shown.above, shown.folders),
            Grid(*tiles, gap=SPACE.s, columns=COLUMNS, least_dp=LEAST_DP) if tiles else None,
            PushButton(more, self._show_more, filling="tonal") if shown.more else None,
            None if tiles or shown.fault else EmptyView("photo", self.say("No picture is in this folder.")),
        ]

    def make_foot(self) -> Box | None:
        number, left = len(self.model.chosen), self.model.left
        label = self.model.say_take() if number or left else self.say("Touch a picture")
        take = (lambda: self.do(self.model.take(), "take")) if number and not left else None
        return PushButton(label, take, icon="check" if number or left else "photo", main=True)

    def _make_folders(self, above: Path | None, folders: Sequence[Path]) -> Box | None:
        rows: list[Box] = [
            LineRow(one.name, act=lambda one=one: self._enter(one), icon="project")  # type: ignore[misc]
            for one in folders
        ]
        if above is not None:
            rows.insert(
                0, LineRow(self.say("One folder up"), above.name, act=lambda: self._enter(above), icon="arrow_up")
            )
        return CardBox(*divide(rows), gap=SPACE.xs) if rows else None

    def _enter(self, folder: Path) -> None:
        self.faults = {}
        self.scroller.passed = 0
        self.guide.workday.spawn(self.model.enter(folder))

    def _show_more(self) -> None:
        self.guide.workday.spawn(self.model.show_more())


class PictureTileBox(Touchable):
    """A picture of the disk; a box that is ticked says that it is taken."""

    def __init__(self, picture: PictureFile, page: ChoosePage) -> None:
        is_chosen = picture.path in page.model.chosen
        key = f"{picture.path}:{picture.changed}"
        shown = PictureBox(page.guide.workday, key, lambda: page.model.read_small(picture), name=picture.name, ratio=1)
        line = Row(
            IconMark("box_checked" if is_chosen else "box", "primary" if is_chosen else "outline", 20),
            Words(_shorten(picture.name), "tiny", "text2", lines_max=1),
            gap=SPACE.xs,
            edges=(2, SPACE.xs, 2, SPACE.xs),
        )
        act = lambda: page.model.toggle(picture.path)  # noqa: E731
        inside = ColumnBox(shown, line)
        super().__init__(act, inside, name=picture.name, role="checkbox", radius=RADIUS.field, least=96)
        self.is_ticked = is_chosen


def _shorten(name: str) -> str:
    """The end of a name: what tells pictures of one camera from each other stands there."""
    stem = name.rpartition(".")[0]
    return stem if len(stem) <= NAME_MAX else f"…{stem[-NAME_MAX:]}"
