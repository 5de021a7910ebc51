"""`twinbase inspect`: the command line."""

import json
from pathlib import Path
from typing import Annotated

import typer

from twinbase_server.cli.device_file import DeviceFile, KeyFile, NoReplica, read_key


def inspect(
    file: DeviceFile,
    key_file: KeyFile = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="OUT", help="Write a report for support as JSON, and show nothing."),
    ] = None,
) -> None:
    """Look into the file of any device: rows, unsent edits, decisions, attachments, proof. It is read, never written.

    The app may have it open at the same time. The report of --bundle holds counts, states and sums, and no value of a
    row, no name, no secret.
    """
    # Not at the top: the help of all commands does without what draws one of them.
    from twinbase_textual.inspect.app import InspectorApp
    from twinbase_textual.inspect.bundle import make_bundle
    from twinbase_textual.inspect.opened_file import open_inspected

    if not file.exists():
        raise NoReplica(f"{file}.")
    inspected = open_inspected(file, read_key(file, key_file))
    if bundle is None:
        InspectorApp(inspected).run()
        return
    bundle.write_text(json.dumps(make_bundle(inspected), indent=2) + "\n")
    typer.echo(f"{bundle} holds no value of a row: it may be sent.")
