"""Options that the commands of EBP share."""

from typing import Annotated

import typer

from twinbase_ebp.settings import EbpSettings

SourceUrl = Annotated[
    str | None,
    typer.Option(
        "--source-url",
        envvar="TWINBASE_EBP_SOURCE_URL",
        metavar="URL",
        show_envvar=False,
        help="EBP's database, which is only read (or TWINBASE_EBP_SOURCE_URL).",
    ),
]


def choose_source_url(url: str | None) -> str:
    """The URL that was given, or that of the settings; empty when there is none."""
    return url or EbpSettings().source_url.get_secret_value()
