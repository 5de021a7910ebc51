"""`twinbase app`: the app of a technician, on the accounts of this device, on one file, or on a demo of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.metadata import version as read_version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from twinbase import Plugins
from twinbase_server.cli.device_file import KeyFile, NoKey, read_key

if TYPE_CHECKING:
    from twinbase.replica import Replica

ThemeOption = Literal["light", "dark", "sun"]
"""The themes of the screens, said here: an option is read before any screen is imported."""
DEMO = "twinbase_demo.app_demo"
DEMO_MISSING = "The demo is a package of its own: pip install 'twinbase-demo[app]'."


def command(
    file: Annotated[
        Path | None, typer.Argument(help="One encrypted file; without it, the accounts of this device.")
    ] = None,
    key_file: KeyFile = None,
    server: Annotated[str, typer.Option(help="Of FILE, the server it belongs to. Without one it is not synced.")] = "",
    account: Annotated[str, typer.Option(help="Of FILE, the account it belongs to, if it was opened with one.")] = "",
    plugins: Annotated[str, typer.Option(help="Plugins to load, with commas between them.")] = "mobile,deliveries",
    language: Annotated[str, typer.Option(help="fr or en; else that of the settings, or of the system.")] = "",
    theme: Annotated[ThemeOption, typer.Option(help="Of FILE: light, dark, or sun.")] = "light",
    text_size: Annotated[int, typer.Option(help="Of FILE, in per cent.", min=100, max=200)] = 100,
    folder: Annotated[
        Path | None, typer.Option(help="Where the accounts of this device are; else where the system keeps them.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="A company, its server and a technician, made here.")] = False,
    demo_folder: Annotated[
        Path | None, typer.Option(help="Of the demo: keep its data here, for the next time.")
    ] = None,
) -> None:
    """Show a technician's day, with or without a network."""
    if demo:
        _run_demo(demo_folder, language)
        return
    loaded = Plugins(*(name.strip() for name in plugins.split(",")))
    if file is None:
        _run_owned(folder, loaded, language)
        return
    if not file.exists() and not server:
        raise typer.BadParameter(f"{file} does not exist.", param_hint="FILE")
    from twinbase.replica import Replica

    try:
        key = read_key(file, key_file)
    except NoKey:
        key = typer.prompt("Passphrase", hide_input=True)

    async def open_replica() -> Replica:
        return await Replica.open(file, key, plugins=loaded, server=server or None, account=account, app="kivy")

    _run(open_replica, loaded, file, language, theme, text_size, syncs=bool(server))


def _run_owned(folder: Path | None, plugins: Plugins, language: str) -> None:
    from twinbase_kivy.environment import prepare_kivy

    prepare_kivy()
    from twinbase_kivy.app import run_owned_app
    from twinbase_kivy.owned_app import OwnedOptions
    from twinbase_presentation.device.accounts import DeviceFolder, find_device_folder
    from twinbase_presentation.device.directories import find_ways
    from twinbase_presentation.device.opening import make_opener

    owned = DeviceFolder(folder or find_device_folder())
    opener = make_opener(plugins, read_version("twinbase"))
    asyncio.run(run_owned_app(OwnedOptions(owned, opener, plugins, language, ways=find_ways())))


def _run_demo(folder: Path | None, language: str) -> None:
    """The demo knows the server and this app; the app knows it by its name alone."""
    if find_spec(DEMO.partition(".")[0]) is None:
        raise typer.BadParameter(DEMO_MISSING, param_hint="--demo")
    module: Any = import_module(DEMO)
    module.run_app_demo(folder, language)


def _run(
    open_replica: "Callable[[], Awaitable[Replica]]",
    plugins: Plugins,
    file: Path,
    language: str,
    theme: ThemeOption,
    text_size: int,
    *,
    syncs: bool,
) -> None:
    """Kivy is told how to behave before it is imported, and is imported only here: other commands do without it."""
    from twinbase_kivy.environment import prepare_kivy

    prepare_kivy()
    from twinbase_kivy.app import AppOptions, run_app

    state = file.with_name(f"{file.name}.state.json")
    options = AppOptions(open_replica, plugins, state, language, theme, text_size / 100, syncs)
    asyncio.run(run_app(options))
