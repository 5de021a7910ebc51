"""What ends a visit, by keys: photos by the path of a file, and the report as a PDF."""

from pathlib import Path

import pytest
from tests.tui.terminal import WIDE, open_terminal

from twinbase_textual.day.photos_sheet import PhotosSheet, read_path


async def test_a_photo_is_added_by_its_path_in_the_phase_that_is_chosen_and_deleted_with_undo(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.until(lambda: any(act.id == "photos" for act in terminal.desk.acts))
        await terminal.press("o")
        await terminal.see("Corps de chauffe", "The next photo shows: Before", "To send")
        await terminal.press("ctrl+t", "ctrl+t")
        await terminal.see("The next photo shows: After")
        sheet = terminal.app.screen
        assert isinstance(sheet, PhotosSheet)
        sheet.query_one("Input").value = f"'{anna.parent / 'Images' / 'IMG_20260610_002.jpg'}'"  # type: ignore[attr-defined]
        await terminal.press("enter")
        await terminal.see("✓ 1 photo kept.")
        assert [one.phase for one in sheet.model.tiles] == ["Before", "After"]
        await terminal.write("/nowhere.jpg")
        await terminal.press("enter")
        await terminal.see("✗ This file cannot be read. Choose another one.")
        await terminal.press("down", "ctrl+d")
        await terminal.see("Photo deleted.", "^z Undo")
        assert len(sheet.model.tiles) == 1
        await terminal.press("ctrl+z")
        await terminal.see("Undone.")
        assert len(sheet.model.tiles) == 2


async def test_the_report_is_written_where_the_last_line_says(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.until(lambda: any(act.id == "share" for act in terminal.desk.acts))
        await terminal.press("d")
        folder = anna.parent / "Documents" / "Twinbase"
        await terminal.see("✓ The report is in")
        assert [one.name for one in folder.iterdir()] == ["INT-000412 2026-06-10.pdf"]


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/a/b c.jpg", "/a/b c.jpg"),
        (' "/a/b.jpg" ', "/a/b.jpg"),
        ("file:///a/b%20c.jpg", "/a/b c.jpg"),
        ("~/a.jpg", str(Path("~/a.jpg").expanduser())),
    ],
)
def test_a_path_is_read_as_somebody_types_pastes_or_drops_it(typed: str, path: str) -> None:
    assert read_path(typed) == Path(path)
