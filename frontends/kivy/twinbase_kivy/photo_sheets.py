"""The sheet of one photo: as large as there is room, what is said of it, and that it goes."""

from collections.abc import Mapping
from uuid import UUID

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.boxes import Box
from twinbase_kivy.screens.photos import PhotosPage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.picture import PictureBox
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.photos import PhotoTile
from twinbase_presentation.screens.pictures import read_large_picture

RATIO = 0.75


async def show_photo(shell: Shell, route: Route) -> None:
    """A photo of the page that is seen."""
    page = next((one for one in shell.pages.values() if isinstance(one, PhotosPage)), None)
    tile = page.model.find(UUID(route.place.partition("/")[2])) if page is not None else None
    if page is None or tile is None or page.model.shown is None:
        return
    head = [await _make_picture(shell, tile), *_make_notes(page, tile)]
    if page.model.shown.is_read_only:
        shell.open_sheet(tile.name, *head, Words(tile.phase, "small", "text3"))
        return
    form, found = await page.model.make_form(tile), tile
    more = None if tile.why_kept else _make_delete(shell, page, tile)
    label = page.say("Save")
    show_form(shell, page, form, tile.name, lambda: page.model.save(found, form), label=label, head=head, more=more)


async def _make_picture(shell: Shell, tile: PhotoTile) -> Box:
    workday, sha256 = shell.workday, tile.photo.sha256
    read = lambda: read_large_picture(workday, sha256)  # noqa: E731
    return PictureBox(workday, f"large:{sha256}", read, name=tile.name, ratio=RATIO, whole=True)


def _make_notes(page: PhotosPage, tile: PhotoTile) -> list[Box]:
    """Why it does not go on, and why it cannot be deleted."""
    when = page.say_when(tile.photo.taken_at)
    notes: list[Box] = [Words(when, "small", "text3")] if when else []
    if tile.problem:
        notes.append(TintBox("warning", tile.problem, hue="amber"))
    return [*notes, *([Words(tile.why_kept, "small", "text3")] if tile.why_kept else [])]


def _make_delete(shell: Shell, page: PhotosPage, tile: PhotoTile) -> Box:
    def delete() -> None:
        shell.close_sheet()
        page.do(page.model.delete(tile), "photos")

    return PushButton(page.say("Delete the photo"), delete, icon="delete", filling="outlined", hue="red")


PHOTO_SHEETS: Mapping[str, OpenSheet] = {"photos/": show_photo}
