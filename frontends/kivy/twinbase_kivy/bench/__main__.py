"""The app on one file, at somebody's orders: `python -m twinbase_kivy.bench`.

It hears a line of JSON for the file, then one for each act, and answers a line each; the first one when
today's visits are on the glass."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_kivy.environment import prepare_kivy


def prepare_window(size: tuple[int, int], home: Path) -> None:
    """Of this size, wherever the app was before."""
    prepare_kivy(home)
    from kivy.config import Config

    said = {"width": size[0], "height": size[1], "position": "custom", "left": 0, "top": 0}
    for name, value in said.items():
        Config.set("graphics", name, str(value))


async def run_measured(file: Path, key: bytes, server: str, plugins: Plugins) -> None:
    """Until there are no orders any more."""
    from twinbase_kivy.app import AppOptions, run_app
    from twinbase_kivy.bench.acts import BenchUser
    from twinbase_kivy.bench.frames import FrameLog
    from twinbase_kivy.shell import Shell

    async def open_replica() -> Replica:
        return await Replica.open(file, key, plugins=plugins, server=server or None, app="kivy")

    async def obey(shell: Shell) -> None:
        frames = FrameLog()
        await shell.workday.finish_tasks()
        await frames.wait_for_picture()
        _answer({"drawn": str(shell.stack.top.route)})
        user = BenchUser(shell, frames)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            _answer(await getattr(user, order.pop("do"))(**order))

    state = file.with_name(f"{file.name}.state.json")
    await run_app(AppOptions(open_replica, plugins, state, "fr", syncs=False), beside=obey)


def _answer(said: dict[str, Any]) -> None:
    print(json.dumps(said), flush=True)


def main() -> None:
    """What the first line says: `file`, `key`, `server`, `plugins`, `size`."""
    said = json.loads(sys.stdin.readline())
    file = Path(said["file"])
    prepare_window(tuple(said["size"]), file.parent / "kivy")
    asyncio.run(run_measured(file, bytes.fromhex(said["key"]), said["server"], Plugins(*said["plugins"])))


if __name__ == "__main__":
    main()
