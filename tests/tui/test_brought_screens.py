"""What a plugin brings is a place, a card and a key like any other; the app knows no plugin by its name."""

from pathlib import Path

from tests.presentation.made_plugin import load_made_plugin
from tests.tui import pumps
from tests.tui.terminal import WIDE, open_terminal

from twinbase import Plugins
from twinbase_server import accounts


async def test_a_plugin_brings_a_place_a_card_and_a_key(anna: Path) -> None:
    async with open_terminal(anna, WIDE, plugins=Plugins("mobile", "deliveries", accounts, pumps)) as terminal:
        await terminal.press("down")
        await terminal.see("9 Pumps", "Pumps of the visit", "Runs since March")
        await terminal.press("v")
        await terminal.see("Pressure (bar)")
        await terminal.press("ctrl+s")
        await terminal.see("✗ This is needed.")
        await terminal.write("2,5")
        await terminal.press("enter")
        await terminal.see("✓ Vented, 2.5 bar.")
        await terminal.press("9")
        await terminal.see("Of this house", "↑ Wilo Stratos", "↑ Grundfos Alpha", "Height  4 m")
        await terminal.press("right")
        await terminal.until(lambda: "Wilo" not in terminal.text)
        await terminal.press("left", "slash")
        await terminal.write("wilo")
        await terminal.until(lambda: "Grundfos" not in terminal.text)


async def test_what_the_template_makes_is_seen_and_done_here_too(anna: Path) -> None:
    async with open_terminal(anna, WIDE, plugins=load_made_plugin()) as terminal:
        await terminal.see("9 Items")
        await terminal.press("i")
        await terminal.see("What is to be done")
        await terminal.write("Bring the ladder")
        await terminal.press("enter")
        await terminal.see("✓ Kept.")
        await terminal.press("enter", "end")
        await terminal.see("Items   1", "Bring the ladder")
        await terminal.press("9")
        await terminal.see("Bring the ladder", "State  To do", "d Done")
        await terminal.press("d")
        await terminal.see("Nothing is to be done.")
        await terminal.press("right")
        await terminal.see("Bring the ladder", "State  Done")
