"""Claims, as they are typed."""

import json
from typing import Annotated, Any

import typer

Claims = Annotated[
    list[str] | None,
    typer.Option("--claim", metavar="NAME=VALUE", help="What scopes may ask; VALUE may be JSON. Repeatable."),
]


def read_claims(given: list[str] | None) -> dict[str, Any]:
    """All that were given, by name."""
    return dict(read_claim(text) for text in given or ())


def read_claim(text: str) -> tuple[str, Any]:
    """A claim as it is typed: `role=boss`, `sectors=["RHONE"]`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"{text!r} is no claim: write NAME=VALUE.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value
