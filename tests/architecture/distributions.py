"""The distributions of this repository, as their pyproject.toml files declare them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDERS = (
    ".",
    "plugins/mobile",
    "plugins/ebp",
    "plugins/ninjaone",
    "plugins/openid",
    "frontends/presentation",
    "frontends/kivy",
    "frontends/textual",
    "examples/demo",
)
"""In the order in which one may know another."""


@dataclass(frozen=True)
class Distribution:
    """One pyproject.toml."""

    folder: Path
    project: Mapping[str, Any]
    hatch: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.project["name"])

    @property
    def packages(self) -> list[Path]:
        """The folders of its import packages."""
        return [self.folder / one for one in self.hatch["build"]["targets"]["wheel"]["packages"]]


def declared(folder: Path) -> Distribution:
    """What the pyproject.toml of a folder says."""
    read = tomllib.loads((folder / "pyproject.toml").read_text())
    return Distribution(folder, read["project"], read["tool"]["hatch"])


DISTRIBUTIONS = {one.name: one for one in (declared(ROOT / folder) for folder in FOLDERS)}
PACKAGES = tuple(package.relative_to(ROOT) for one in DISTRIBUTIONS.values() for package in one.packages)
"""The folders of all import packages, from the root."""
