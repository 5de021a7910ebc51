"""The variables of the environment: one that nobody reads is a mistake, and is said before anything is done.

`TWINBASE_DATABSE_URL` would otherwise be no setting at all, and what it was meant to change would stay as it was.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from twinbase.errors import TwinbaseError
from twinbase.plugins import find_plugins
from twinbase_server.settings import Settings

PREFIX = "TWINBASE_"
# What is no setting of the server's or of a plugin's: the commands read these themselves, or the tests do.
OTHERS = ("KEY", "PASSWORD", "POSTGRES_BIN", "REPLICA", "SERVER")
_WORKSHOP = re.compile(rf"{PREFIX}(TEST_\w+|POSTGRES_\d+_BIN)")


class UnknownSetting(TwinbaseError):
    """The environment holds a variable that nothing reads."""


class WrongSetting(TwinbaseError):
    """A setting cannot be read."""


def check_environment(environment: Mapping[str, str], models: Iterable[type[BaseSettings]] = ()) -> None:
    """Raise UnknownSetting, with the nearest name. `models`: the settings of the plugins that are active.

    `TWINBASE_EBP_…` is for the plugin `ebp` to know; as long as it is not active, nobody does. A prefix of a plugin's
    own, `SHOP_…`, is its alone.
    """
    known = {*list_variables(Settings), *(PREFIX + name for name in OTHERS)}
    foreign = {f"{PREFIX}{name.upper().replace('-', '_')}_" for name in find_plugins()}
    prefixes = {PREFIX}
    for model in models:
        known |= {*list_variables(model)}
        prefixes.add(_prefix(model))
        foreign.discard(_prefix(model))
    claimed = tuple(prefixes - {""})
    for name in sorted({name.upper() for name in environment}):
        if name.startswith(claimed) and name not in known and not _is_left_alone(name, foreign):
            raise UnknownSetting(_sentence(name, known))


def _prefix(model: type[BaseSettings]) -> str:
    return str(model.model_config.get("env_prefix", "")).upper()


def list_variables(model: type[BaseSettings]) -> Iterator[str]:
    """The variables that a class of settings reads."""
    prefix = model.model_config.get("env_prefix", "")
    return (f"{prefix}{name}".upper() for name in model.model_fields)


def _is_left_alone(name: str, foreign: Iterable[str]) -> bool:
    return name.startswith(tuple(foreign)) or _WORKSHOP.fullmatch(name) is not None


def _sentence(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, known, 1)
    return f"{name}: {f'is {nearest[0]} meant?' if nearest else 'no active plugin has such a setting.'}"


def explain_wrong_settings(error: ValidationError | SettingsError, environment: Mapping[str, str]) -> str | None:
    """A sentence that names each variable and what is wrong with it, never its value; None if it is of no settings."""
    if isinstance(error, SettingsError):
        return _unreadable(error, environment)
    model = next((one for one in _all_models() if one.__name__ == error.title), None)
    if model is None:
        return None
    prefix = _prefix(model)
    faults = (
        f"{prefix}{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg'].removeprefix('Value error, ')}."
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )
    return " ".join((WrongSetting.__doc__ or "", *faults))


def _unreadable(error: SettingsError, environment: Mapping[str, str]) -> str | None:
    """Of a list or a map that is no JSON the library says the field alone."""
    field = re.search(r'for field "(\w+)"', str(error))
    named = {name.upper() for name in environment}
    variables = [v for model in _all_models() for v in list_variables(model)]
    found = [v for v in variables if field and v in named and v.endswith(f"_{field[1].upper()}")]
    return f"{WrongSetting.__doc__} {', '.join(found) or field[1]}: it is no JSON." if field else None


def _all_models() -> Iterator[type[BaseSettings]]:
    waiting = [BaseSettings]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        yield from below
