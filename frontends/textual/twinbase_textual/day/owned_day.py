"""`twinbase tui` on the accounts of a device: the door, the day of whoever came in, and out again."""

import asyncio
from dataclasses import dataclass

from twinbase import Plugins
from twinbase.clock import utc_now
from twinbase_presentation import Runner, Workday, choose_language
from twinbase_presentation.device.accounts import DeviceFolder
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.idle import IdleWatch
from twinbase_presentation.device.opening import OpenFile
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.entry.door import FrontDoor
from twinbase_presentation.timing import LoopTiming
from twinbase_textual.day.app import DayApp
from twinbase_textual.day.door_app import INSIDE, DoorApp


@dataclass(frozen=True, slots=True)
class OwnedDay:
    """What somebody has chosen. `keys`: where keys of files are kept; else in the system's keyring, if there is one."""

    folder: DeviceFolder
    open_file: OpenFile
    plugins: Plugins
    language: str = ""
    look: str = "dark"
    keys: FileKeys | None = None


async def run_owned_day(options: OwnedDay) -> int:
    """Until somebody quits; then write what is held, and close the file. Answers the exit status."""
    runner = Runner()
    door = FrontDoor(runner, choose_language(options.language), options.folder, options.open_file, keys=options.keys)
    # Who has a keyboard takes words: digits are for gloves.
    door.observe(lambda: _ask_for_words(door))
    try:
        while await _pass_door(door, options.look):
            if not await _spend_day(door, options):
                return 0
        return 0
    finally:
        await asyncio.to_thread(runner.close)


async def _pass_door(door: FrontDoor, look: str) -> bool:
    """Whether somebody came in."""
    app = DoorApp(door, look)
    return door.step == "inside" or await app.run_async() == INSIDE


async def _spend_day(door: FrontDoor, options: OwnedDay) -> bool:
    """Whether they went out to the door, and not away."""
    assert door.account is not None and door.me is not None
    leaving: list[str] = []
    device = OwnDevice(
        door.account.folder / "settings.json",
        account=door.account,
        lock=lambda: leaving.append("lock"),
        switch=lambda: leaving.append("switch"),
    )
    language = choose_language(options.language or device.settings.language)
    workday = Workday(door.runner, door.me, language, device=device)
    app = DayApp(workday, options.plugins, door.claims, options.look)
    idle = IdleWatch(LoopTiming(), utc_now, app.action_lock)
    app.touched = idle.note_touch
    idle.start(device.settings.lock_minutes if device.can_lock else 0)
    await door.runner.start_syncing()
    await app.run_async()
    idle.stop()
    await workday.settle()
    if not leaving:
        return False
    await (door.switch() if leaving[-1] == "switch" else door.lock())
    return True


def _ask_for_words(door: FrontDoor) -> None:
    if door.step == "code" and door.joining.code.shown.kind == "pin":
        door.joining.code.choose_kind("passphrase")
