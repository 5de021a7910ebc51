"""`twinbase app`: the app of a technician, on a file of this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from twinbase import Plugins
from twinbase.replica import Replica

THEMES = ("light", "dark", "sun")
KEY_BYTES = 32


def command(
    file: Annotated[Path, typer.Argument(help="The replica: an encrypted file of one person on this device.")],
    key_file: Annotated[
        Path | None,
        typer.Option(help="The key in hexadecimal (default: FILE.key); without one, a passphrase is asked for."),
    ] = None,
    server: Annotated[str, typer.Option(help="The server it belongs to. Without one it is not synced.")] = "",
    account: Annotated[str, typer.Option(help="The account it belongs to, where it was opened with one.")] = "",
    plugins: Annotated[str, typer.Option(help="Plugins to load, with commas between them.")] = "mobile,deliveries",
    language: Annotated[str, typer.Option(help="fr or en; else that of the system.")] = "",
    theme: Annotated[str, typer.Option(help="light, dark, or sun.")] = "light",
    text_size: Annotated[int, typer.Option(help="In per cent.", min=100, max=200)] = 100,
) -> None:
    """Show a technician's day, with or without a network."""
    if theme not in THEMES:
        raise typer.BadParameter(f"{theme}: there are {', '.join(THEMES)}.", param_hint="--theme")
    if not file.exists() and not server:
        raise typer.BadParameter(f"{file} does not exist.", param_hint="FILE")
    place = key_file or file.with_name(f"{file.name}.key")
    key = read_key(place) if key_file or place.exists() else typer.prompt("Passphrase", hide_input=True)
    loaded = Plugins(*(name.strip() for name in plugins.split(",")))

    async def open_replica() -> Replica:
        return await Replica.open(file, key, plugins=loaded, server=server or None, account=account, app="kivy")

    _run(open_replica, loaded, file, language, theme, text_size, syncs=bool(server))


def read_key(path: Path) -> bytes | str:
    """32 bytes as they are or in hexadecimal digits; anything else is a passphrase."""
    said = path.read_bytes()
    if len(said) == KEY_BYTES:
        return said
    text = said.decode().strip()
    try:
        return bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else text
    except ValueError:
        return text


def _run(
    open_replica: Callable[[], Awaitable[Replica]],
    plugins: Plugins,
    file: Path,
    language: str,
    theme: str,
    text_size: int,
    *,
    syncs: bool,
) -> None:
    """Kivy is told how to behave before it is imported, and is imported only here: other commands do without it."""
    from twinbase_kivy.environment import prepare_kivy

    prepare_kivy()
    from twinbase_kivy.app import AppOptions, run_app

    state = file.with_name(f"{file.name}.state.json")
    options = AppOptions(open_replica, plugins, state, language, theme, text_size / 100, syncs)  # type: ignore[arg-type]
    asyncio.run(run_app(options))
