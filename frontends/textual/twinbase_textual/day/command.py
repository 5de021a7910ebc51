"""`twinbase tui`: the day of a technician in a terminal, on a file of this machine."""

import asyncio
from dataclasses import replace
from importlib.metadata import version as read_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twinbase.plugins import Plugins, load_plugins
from twinbase_server.cli.device_file import Enrolment, KeyFile, NoKey, NoReplica, read_key

if TYPE_CHECKING:
    from twinbase.replica import Replica
    from twinbase.replica.file.keys import Secret

LookName = Literal["dark", "light", "sun", "ansi"]
PLUGINS = ("mobile", "deliveries")
"""Of a file that was made by an app, which notes none."""


def tui(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            envvar="TWINBASE_REPLICA",
            help="One file (or TWINBASE_REPLICA); without it, the accounts of this device.",
        ),
    ] = None,
    key_file: KeyFile = None,
    server: Annotated[str, typer.Option(help="The server to sync with, in place of the one that the file knows.")] = "",
    plugins: Annotated[str, typer.Option(help="Plugins to load, with commas, in place of those of the file.")] = "",
    language: Annotated[str, typer.Option(help="fr or en; else that of the system.")] = "",
    look: Annotated[
        LookName, typer.Option("--theme", help="dark, light, sun, or ansi: the terminal's colours.")
    ] = "dark",
    folder: Annotated[
        Path | None, typer.Option(help="Where the accounts of this device are; else where the system keeps them.")
    ] = None,
) -> None:
    """Show a technician's day in the terminal, with or without a network."""
    # Not at the top: the help of all commands does without what draws one of them.
    from twinbase_server.cli.open_file import recall_enrolment
    from twinbase_textual.day.file_day import DayOptions, run_day

    if file is None:
        raise typer.Exit(_run_owned(folder, plugins, language, look))
    if not file.exists():
        raise NoReplica(f"{file}.")
    try:
        key = read_key(file, key_file)
    except NoKey:
        key = typer.prompt("Passphrase", hide_input=True)
    known = recall_enrolment(file, key)
    names = tuple(name.strip() for name in plugins.split(",") if name.strip()) or known.plugins or PLUGINS
    enrolment = replace(known, plugins=names) if not server else Enrolment(server, names)
    loaded = load_plugins(names)

    async def open_replica() -> "Replica":
        return await _open(file, key, loaded, enrolment)

    code = asyncio.run(run_day(DayOptions(open_replica, loaded, language, look, bool(enrolment.server))))
    raise typer.Exit(code)


def _run_owned(folder: Path | None, plugins: str, language: str, look: LookName) -> int:
    """Locked by what is typed, where no keyring keeps the keys of files."""
    from twinbase_presentation.device.accounts import DeviceFolder, find_device_folder
    from twinbase_presentation.device.directories import find_ways
    from twinbase_presentation.device.opening import make_opener
    from twinbase_textual.day.owned_day import OwnedDay, run_owned_day

    loaded = load_plugins(tuple(name.strip() for name in plugins.split(",") if name.strip()) or PLUGINS)
    device, opener = DeviceFolder(folder or find_device_folder()), make_opener(loaded, read_version("twinbase"))
    return asyncio.run(run_owned_day(OwnedDay(device, opener, loaded, language, look, ways=find_ways())))


async def _open(file: Path, key: "Secret", plugins: Plugins, enrolment: Enrolment) -> "Replica":
    from twinbase.replica import Replica

    return await Replica.open(
        file, key, plugins=plugins, server=enrolment.server or None, plain_http=enrolment.plain_http, app="tui"
    )
