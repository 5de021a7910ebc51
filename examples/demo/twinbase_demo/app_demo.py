"""`twinbase app --demo`: a company, its server, a technician who is signed in, and a network that can be cut."""

import asyncio
import json
import shlex
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from twinbase import Plugins
from twinbase.clock import Clock, utc_now
from twinbase.replica import Replica
from twinbase_demo.backstage import Backstage, BackstageThread
from twinbase_demo.telling import WIDTH, Teller
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OpenFile, make_opener
from twinbase_server.cli.device_file import default_key_file
from twinbase_server.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from twinbase_kivy.owned_app import OwnedOptions

DEVICE_PLUGINS = ("mobile", "deliveries")


class DemoKeys:
    """Keys of files in a file that anybody can read: it is a demo, and nobody is to type a code in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        kept: str | None = self._all().get(name)
        return kept

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        self._path.write_text(json.dumps(self._all() | {name: text}))

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        self._path.write_text(json.dumps({key: text for key, text in self._all().items() if key != name}))

    def _all(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}


def run_app_demo(folder: Path | None = None, language: str = "") -> None:
    """Make what is needed, open the window, and end everything with it. `folder`: keep the data there."""
    from twinbase_kivy.environment import prepare_kivy

    # Being told to stop is as clean as Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    console = Console(highlight=False, width=min(WIDTH, Console().width))
    teller = Teller(console)
    teller.show_title("Twinbase: a technician's app, with everything that stands behind it")
    with _choose_folder(folder, console) as home, EmbeddedPostgres(home / "postgresql") as postgres:
        with BackstageThread(postgres.url, home, teller, keep=folder is not None) as backstage:
            assert backstage.stage is not None
            prepare_kivy()
            from twinbase_kivy.app import run_owned_app

            plugins = Plugins(*DEVICE_PLUGINS)
            with teller.show_phase("phone", "Signing a technician in") as phase:
                account = asyncio.run(enrol_once(backstage.stage, home, make_opener(plugins)))
                phase.said = f"{backstage.stage.made.name} is signed in, and everything is on the phone"
            console.print("[dim]The network can be cut in the app's settings. Close the window, or Ctrl+C, to end.[/]")
            console.print("[dim]Beside it, the same day in a terminal:[/]")
            console.print(tell_terminal(account), soft_wrap=True)
            asyncio.run(run_owned_app(make_options(backstage, home, plugins, language)))


def make_options(backstage: BackstageThread, home: Path, plugins: Plugins, language: str = "") -> "OwnedOptions":
    """The app on the technician's device, with the network's switch."""
    from twinbase_kivy.owned_app import OwnedOptions

    assert backstage.stage is not None
    clock = find_clock(backstage.stage.made.shift_days)
    device, keys = find_device(home)
    return OwnedOptions(device, make_opener(plugins), plugins, language, keys, backstage, clock=clock)


def find_device(home: Path) -> tuple[DeviceFolder, FileKeys]:
    """The technician's device in the folder of the demo."""
    return DeviceFolder(home / "device"), FileKeys(DemoKeys(home / "keys.json"))


async def enrol_once(stage: Backstage, home: Path, open_file: OpenFile) -> DeviceAccount:
    """The technician signs in and fetches everything; one who has is as he was."""
    device, keys = find_device(home)
    if (known := device.find_last()) is not None:
        return known
    account = device.add_account(stage.url, "keyring", email=stage.made.email)
    replica = await open_file(account, keys.make_key(account.id), _nobody_wipes)
    try:
        await _fetch_all(replica, stage)
    finally:
        await replica.close()
    # So that the commands that take a file open it, too: its key is no secret here.
    key_file = default_key_file(account.file)
    key_file.touch(mode=0o600)
    key_file.write_text(keys.read_key(account.id).hex())
    device.save_account(account)
    device.note_last(account)
    return account


def tell_terminal(account: DeviceAccount) -> str:
    """The command that shows the technician's day in a terminal, from the file of the window."""
    return f"twinbase tui {shlex.quote(str(account.file))} --server {account.server}"


def find_clock(shift_days: int) -> Clock:
    """The app's calendar stands on the day that was made: of a weekend, its Friday; of a kept demo, its first day."""
    if not shift_days:
        return utc_now

    def read_clock() -> datetime:
        return utc_now() - timedelta(days=shift_days)

    return read_clock


async def _fetch_all(replica: Replica, stage: Backstage) -> None:
    await replica.sign_in(stage.made.email, stage.made.password, device_name="Demo")
    await replica.sync()


async def _nobody_wipes() -> None:
    """The key lies in the folder of the demo, which goes as a whole."""


@contextmanager
def _choose_folder(folder: Path | None, console: Console) -> Iterator[Path]:
    """A folder of one's own, which is kept; else a new one, which goes in the end."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        console.print(f"[dim]Its data are kept in {folder}[/]")
        yield folder
        return
    home = Path(tempfile.mkdtemp(prefix="twinbase-app-demo-"))
    console.print(f"[dim]Its data are in {home} until it ends; --demo-folder keeps them.[/]")
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
