"""`twinbase app`: the app of a technician, on a file of this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_presentation.tokens import ThemeName
from twinbase_server.cli.device_file import KeyFile, NoKey, read_key


def command(
    file: Annotated[Path, typer.Argument(help="The replica: an encrypted file of one person on this device.")],
    key_file: KeyFile = None,
    server: Annotated[str, typer.Option(help="The server it belongs to. Without one it is not synced.")] = "",
    account: Annotated[str, typer.Option(help="The account it belongs to, where it was opened with one.")] = "",
    plugins: Annotated[str, typer.Option(help="Plugins to load, with commas between them.")] = "mobile,deliveries",
    language: Annotated[str, typer.Option(help="fr or en; else that of the system.")] = "",
    theme: Annotated[ThemeName, typer.Option(help="light, dark, or sun.")] = "light",
    text_size: Annotated[int, typer.Option(help="In per cent.", min=100, max=200)] = 100,
) -> None:
    """Show a technician's day, with or without a network."""
    if not file.exists() and not server:
        raise typer.BadParameter(f"{file} does not exist.", param_hint="FILE")
    try:
        key = read_key(file, key_file)
    except NoKey:
        key = typer.prompt("Passphrase", hide_input=True)
    loaded = Plugins(*(name.strip() for name in plugins.split(",")))

    async def open_replica() -> Replica:
        return await Replica.open(file, key, plugins=loaded, server=server or None, account=account, app="kivy")

    _run(open_replica, loaded, file, language, theme, text_size, syncs=bool(server))


def _run(
    open_replica: Callable[[], Awaitable[Replica]],
    plugins: Plugins,
    file: Path,
    language: str,
    theme: ThemeName,
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
