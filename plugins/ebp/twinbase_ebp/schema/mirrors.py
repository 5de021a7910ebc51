"""Any table of EBP on devices, read only, by one line of configuration: `TWINBASE_EBP_MIRROR`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from twinbase import Mirror
from twinbase.errors import MirrorError
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.models import make_models
from twinbase_ebp.schema.spec import TableSpec, specs_from_json

PRIORITY = 5
"""After what people work with."""


class MirrorSettings(Protocol):
    """The settings that are asked: EbpSettings has them."""

    @property
    def mirror(self) -> Sequence[str]: ...
    @property
    def specs(self) -> str: ...
    @property
    def deny(self) -> Sequence[str]: ...


def make_mirrors(settings: MirrorSettings) -> Iterator[Mirror]:
    """A pull-only mirror for each table that the settings name; MirrorError says which one cannot be, and why."""
    if not settings.mirror:
        return
    specs = {spec.name: spec for spec in _read(settings.specs)}
    deny = DenyList(settings.deny)
    wanted = [_allowed(_known(name, specs, settings.specs), deny) for name in dict.fromkeys(settings.mirror)]
    for model in make_models(wanted).values():
        yield Mirror(model, direction="pull", priority=PRIORITY)


def _read(path: str) -> list[TableSpec]:
    if not path:
        raise MirrorError(
            "TWINBASE_EBP_MIRROR names tables, and TWINBASE_EBP_SPECS no file that describes them: "
            "write one with `twinbase ebp reflect --out FILE`, and give it to the server and to the devices."
        )
    try:
        return specs_from_json(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise MirrorError(f"TWINBASE_EBP_SPECS={path}: {error}") from error


def _known(name: str, specs: dict[str, TableSpec], path: str) -> TableSpec:
    spec = specs.get(name)
    if spec is None:
        raise MirrorError(
            f"TWINBASE_EBP_MIRROR names {name}, which is not in {path}: reflect again, or correct the name."
        )
    if spec.kind == "unsupported":
        raise MirrorError(f"TWINBASE_EBP_MIRROR names {name}, which cannot be copied: {spec.problem}")
    if spec.kind == "system":
        raise MirrorError(
            f"TWINBASE_EBP_MIRROR names {name}, which is not copied: add it to TWINBASE_EBP_SYSTEM_TABLES, reflect."
        )
    return spec


def _allowed(spec: TableSpec, deny: DenyList) -> TableSpec:
    """Without what may not be read: the file may be older than the settings."""
    columns = tuple(column for column in spec.columns if not deny.denies_column(spec.name, column))
    if not spec.key:
        raise MirrorError(
            f"TWINBASE_EBP_MIRROR names {spec.name}, which has no key: a device could not tell its rows apart."
        )
    if not {column.name for column in columns}.issuperset(spec.key):
        raise MirrorError(f"TWINBASE_EBP_MIRROR names {spec.name}, whose key may not be read.")
    return replace(spec, columns=columns)
