"""`twinbase device`: the devices of the office. What is done to one device's file is `twinbase file`."""

import io
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from twinbase.clock import utc_now
from twinbase.enrolment import EnrolmentOffer, show_code
from twinbase_server.cli.asking import ask_database, name_operator, show_moment
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl
from twinbase_server.cli.screen import AsJson, answer, show_table

MOVED = ("enroll", "sync", "status", "outbox", "verify")
"""Commands of a file that had this name before the office's devices had it; they are `twinbase file …`."""


class _WithMoved(TyperGroup):
    """Finds what has moved, and does not list it."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in MOVED:
            return super().get_command(ctx, cmd_name)
        from twinbase_server.cli.file import command as file_command

        group: Any = typer.main.get_command(file_command)
        return group.get_command(ctx, cmd_name)


command = make_command_group("The devices of the office: list, enrol, rename, cut off and wipe them.", cls=_WithMoved)
DeviceId = Annotated[str, typer.Argument(metavar="DEVICE", help="Its id, or how that begins.")]


@command.command("list")
def show_devices(
    account: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only those of this account.")] = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the devices: whose, when they were last here and last proven equal, what is unsent on them."""
    from twinbase_server.devices.store import list_devices

    devices = ask_database(database_url, lambda connection: list_devices(connection, account))
    said = [asdict(device) | {"state": device.state} for device in devices]
    answer(said, as_json=as_json, show=lambda console: _show(console, said))


@command.command("code")
def make_code(
    account: Annotated[str, typer.Argument(metavar="EMAIL", help="The account that the device will be of.")],
    server: Annotated[
        str, typer.Option(envvar="TWINBASE_SERVER", help="URL of the server, for a picture to scan.")
    ] = "",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it can be used.")] = 10,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The server's certificate (PEM), if no authority signed it.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture there (SVG).")] = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a code by which one device enrols for an account, without its password: to type, and as a picture to scan.

    It is good for one device and shown this once.
    """
    from twinbase_server.devices import enrolment

    if svg and not server:
        raise typer.BadParameter("A picture holds the server's address: give --server too.")
    lifetime, email = timedelta(minutes=minutes), account.strip().lower()
    now = utc_now()
    code = ask_database(
        database_url, lambda connection: enrolment.make_code(connection, email, name_operator(), now, lifetime)
    )
    offer = EnrolmentOffer(server.rstrip("/"), code, now + lifetime, _hash_certificate(certificate))
    if svg:
        from twinbase_server.devices.picture import draw_svg

        svg.write_text(draw_svg(offer.make_uri()))
    said = {
        "account": email,
        "code": show_code(code),
        "ends_at": offer.until,
        "uri": offer.make_uri() if server else "",
    }
    answer(said, as_json=as_json, show=lambda console: _show_code(console, offer, email))


@command.command("rename")
def name_device(
    device: DeviceId,
    name: Annotated[str, typer.Argument(help="What the office sees it as.")],
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Call a device something else."""
    from twinbase_server.devices.store import rename_device

    id = _change(device, database_url, lambda connection, id: rename_device(connection, id, name))
    _say(id, f"It is called {name}.", as_json)


@command.command("revoke")
def cut_off(device: DeviceId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Cut a device off: its next request is refused, whatever it asks; its session is over. What is on it stays."""
    from twinbase_server.devices.store import revoke_device

    id = _change(device, database_url, lambda connection, id: revoke_device(connection, id, utc_now()))
    _say(id, "It is cut off. What was unsent is kept on it, and sent when it is readmitted.", as_json)


@command.command("readmit")
def let_in(device: DeviceId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Let a device in again that was cut off. Somebody signs in on it, and it sends what it still has."""
    from twinbase_server.devices.store import readmit_device

    id = _change(device, database_url, readmit_device)
    _say(id, "It is let in again; somebody has to sign in on it.", as_json)


@command.command("wipe")
def ask_for_wipe(
    device: DeviceId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Have a device destroy its key and its file at its next contact. Its unsent edits come here first.

    They wait in `twinbase salvage`, unless the server runs with TWINBASE_WIPE_KEEPS_UNSENT=false.
    """
    from twinbase_server.devices.store import wipe_device

    if not yes:
        typer.confirm("What is on the device will be destroyed. Wipe it?", abort=True)
    id = _change(device, database_url, lambda connection, id: wipe_device(connection, id, utc_now()))
    _say(id, "It will be wiped at its next contact; until then `twinbase device cancel-wipe` takes it back.", as_json)


@command.command("cancel-wipe")
def take_wipe_back(device: DeviceId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Take back a wipe that the device has not been told of yet: it goes on as before."""
    from twinbase_server.devices.store import cancel_wipe

    id = _change(device, database_url, cancel_wipe)
    _say(id, "It will not be wiped.", as_json)


def _change(device: str, database_url: str | None, change: Any) -> UUID:
    """Do it to the device that is meant; answers its id."""
    from twinbase_server.database.connection import Connection
    from twinbase_server.devices.store import find_device

    async def find_and_change(connection: Connection) -> UUID:
        id = (await find_device(connection, device)).id
        await change(connection, id)
        return id

    return ask_database(database_url, find_and_change)


def _say(id: UUID, done: str, as_json: bool) -> None:
    answer({"device": id}, as_json=as_json, show=lambda console: console.print(f"[green]✓[/] {escape(done)}"))


def _hash_certificate(path: Path | None) -> str:
    if path is None:
        return ""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256()).hex()
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path} holds no certificate that can be read.") from error


def _show_code(console: Console, offer: EnrolmentOffer, account: str) -> None:
    if offer.server:
        import segno

        drawn = io.StringIO()
        segno.make(offer.make_uri(), error="m").terminal(out=drawn, compact=True)
        console.out(drawn.getvalue(), highlight=False)
    console.print(f"[bold]{show_code(offer.code)}[/] enrols one device for {account}, until {_local(offer.until)}")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"


def _show(console: Console, devices: list[dict[str, Any]]) -> None:
    headings = (
        "device",
        "name",
        "account",
        "state",
        "last seen",
        "last proof",
        "unsent",
        "since",
        "app",
        "platform",
        "MB",
    )
    show_table(console, headings, [_row(device) for device in devices], numbers=("unsent", "MB"))


def _row(device: dict[str, Any]) -> tuple[str, ...]:
    unsent, storage = device["unsent"], device["storage_bytes"]
    return (
        str(device["id"]),
        device["device_name"],
        device["account"],
        device["state"],
        show_moment(device["last_seen"]),
        show_moment(device["proven_at"]),
        "" if unsent is None else str(unsent),
        show_moment(device["oldest_unsent"]),
        device["app_version"] or "",
        device["platform"] or "",
        "" if storage is None else f"{storage / 1e6:.1f}",
    )
