"""A new plugin from a template: files of this package in which two names are filled in."""

import importlib.util
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from twinbase.errors import TwinbaseError
from twinbase.plugins import find_plugins

TEMPLATE = "plugin_template"
OVER_TABLES = "plugin_over_tables"
SUFFIX = ".in"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILE_NAMES = {"package": "{module}", "gitignore": ".gitignore"}


class NameTaken(TwinbaseError):
    """The plugin cannot be made here."""


def module_of(name: str) -> str:
    """What a plugin is imported as."""
    return name.replace("-", "_")


def make_plugin(name: str, folder: Path, written: Mapping[str, str] | None = None) -> list[Path]:
    """Make the plugin in a folder that does not exist yet; the files, from there. Raises NameTaken with what to do.

    `written`: files that describe tables which exist, by their path; then there is nothing of the template's table.
    """
    check_target(name, folder)
    templates = dict(_templates(files("twinbase_server.cli") / TEMPLATE, Path()))
    if written is not None:
        kept = {path: text for path, text in templates.items() if path.parts[0] != "tests"}
        templates = kept | dict(_templates(files("twinbase_server.cli") / OVER_TABLES, Path()))
    texts = {str(path).format(module=module_of(name)): _fill(text, name) for path, text in templates.items()}
    for path, content in (texts | dict(written or {})).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return sorted(Path(path) for path in texts | dict(written or {}))


def _fill(template: str, name: str) -> str:
    return Template(template).substitute(name=name, module=module_of(name))


def check_target(name: str, folder: Path) -> None:
    """Raises NameTaken when the plugin cannot be made there, or not under that name."""
    check_name(name)
    if folder.exists():
        raise NameTaken(f"{folder} exists already: choose another folder, or another name.")


def check_name(name: str) -> None:
    """Raises NameTaken when a plugin of this name could not be installed, or would hide another package."""
    module = module_of(name)
    if not _NAME.fullmatch(name) or len(name) > 40:
        raise NameTaken(f"{name!r} is no name for a plugin: up to 40 small letters, digits, and hyphens between.")
    if keyword.iskeyword(module) or keyword.issoftkeyword(module) or module in sys.stdlib_module_names:
        raise NameTaken(f"{module!r} is a word of Python: choose another name.")
    if module in ("tests", "conftest") or importlib.util.find_spec(module) is not None:
        raise NameTaken(f"{module!r} would hide the package of that name that is installed here: choose another name.")
    if module in find_plugins():
        raise NameTaken(f"A plugin called {module!r} is installed here already: choose another name.")
    if module.startswith("pg_") or module in RESERVED_WORDS | {"public", "information_schema"}:
        raise NameTaken(f"{module!r} cannot be the name of a schema in PostgreSQL: choose another name.")


def _templates(folder: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    """Where each file goes, and what it holds."""
    for each in folder.iterdir():
        name = each.name.removesuffix(SUFFIX)
        target = path / _FILE_NAMES.get(name, name)
        if each.is_dir():
            yield from _templates(each, target)
        elif each.name.endswith(SUFFIX):
            yield target, each.read_text(encoding="utf-8")
