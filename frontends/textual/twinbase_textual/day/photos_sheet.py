"""The photos of a visit in a terminal: which there are and where each is; another one by the path of its file."""

from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from twinbase_presentation import Done, Workday
from twinbase_presentation.screens.photos import PHASES, PhotosModel, PhotoTile, take_photos
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import Sheet
from twinbase_textual.day.glyphs import find_mark, say_mark
from twinbase_textual.day.pane_lines import PaneLine, PaneList, PaneNote


class PhotosSheet(Sheet):
    """Nobody sees a picture here; what is known of it is said in words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "next_phase", show=False, priority=True),
        Binding("ctrl+d", "delete", show=False, priority=True),
        Binding("ctrl+z", "undo", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, workday.language.say("Photos"))
        self.model, self.list, self.asked = (
            PhotosModel(workday, visit),
            PaneList(classes="scrolls"),
            Static(classes="asked"),
        )
        self.typing = Input(placeholder=self.say("The path of a picture"), compact=True, classes="search")

    def compose_body(self) -> ComposeResult:
        yield self.list
        yield self.asked
        yield self.typing

    async def on_mount(self) -> None:  # type: ignore[override]
        self.model.observe(self._note_changed)
        await self.model.open()
        self._redraw()
        self.typing.focus()

    def on_unmount(self) -> None:
        self.model.close()

    def list_entries(self) -> list[KeyEntry]:
        if self.model.shown is not None and self.model.shown.is_read_only:
            return []
        undo = [KeyEntry("ctrl+z", self.say("Undo"))] if self.workday.held.now is not None else []
        delete = [KeyEntry("ctrl+d", self.say("Delete"))] if self.model.tiles else []
        return [KeyEntry("enter", self.say("Add it")), KeyEntry("ctrl+t", self.say("Phase")), *delete, *undo]

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Add the picture of this path; the sheet stays, for the next one."""
        if not event.value.strip():
            return
        done = await take_photos(self.workday, self.model.visit, [read_path(event.value)])
        if done.is_done:
            event.input.value = ""
        await self.model.load()
        self._tell(done)

    def action_next_phase(self) -> None:
        """What the next photos show."""
        if self.model.shown is not None and not self.model.shown.is_read_only:
            self.model.choose_phase(PHASES[(PHASES.index(self.model.phase) + 1) % len(PHASES)])

    async def action_delete(self) -> None:
        """The photo of the line, while nobody has it; it can be had back."""
        tile = self._chosen
        if tile is not None:
            self._tell(await self.model.delete(tile))

    def action_undo(self) -> None:
        """Have it back."""
        if self.workday.held.undo():
            self._tell(Done(self.say("Undone.")))

    def action_move(self, way: int) -> None:
        """Up and down in the list, while the path is typed."""
        photos = self.list
        photos.action_cursor_down() if way > 0 else photos.action_cursor_up()

    @property
    def _chosen(self) -> PhotoTile | None:
        chosen = self.list.chosen
        return self.model.find(UUID(chosen)) if chosen else None

    def _tell(self, done: Done) -> None:
        if done.fault:
            self.said_line.tell(f"✗ {done.fault}", "red")
        else:
            self.said_line.tell(f"✓ {done.said}")

    def _note_changed(self) -> None:
        self.call_later(self._redraw)

    def _redraw(self) -> None:
        shown = self.model.shown
        if not self.is_attached:
            return
        lines = [self._make_line(tile) for tile in self.model.tiles]
        self.list.show(lines or [PaneNote(self.say("No photo yet."))])
        can = shown is not None and not shown.is_read_only
        words = dict(self.model.phases)
        said = self.say("The next photo shows: {phase}", phase=words[self.model.phase]) if can else ""
        self.asked.update(Content.styled(said, "$tone-hint"))
        self.typing.display = can
        self.keys_line.show(self.list_entries(), [KeyEntry("escape", self.say("Close"))])

    def _make_line(self, tile: PhotoTile) -> PaneLine:
        mark, tone = find_mark(tile.mark)
        word = say_mark(tile.mark, self.workday.language)
        end = word if tile.percent is None else f"{tile.percent}\u00a0%"
        sub = tile.phase if tile.photo.caption else ""
        lead = self.workday.language.format_time(tile.photo.taken_at) if tile.photo.taken_at else ""
        return PaneLine(str(tile.id), tile.name, sub=sub, lead=lead, end=end, end_tone=tone, mark=mark, mark_tone=tone)


def read_path(text: str) -> Path:
    """A path as somebody types, pastes or drops it: with quotes, with a tilde, or as an address of a file."""
    typed = text.strip().strip("'\"")
    if typed.startswith("file://"):
        typed = unquote(urlsplit(typed).path)
    return Path(typed).expanduser()
