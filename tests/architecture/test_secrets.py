"""No object shows a secret that it carries: what is printed in a session, or into a log, is read by others."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, SecretStr
from tests.architecture.distributions import PACKAGES

SECRETS = frozenset({"token", "password", "secret", "passphrase", "pin"})
"""The last word of a name that is a secret's."""
SHOWN = "hunter2-must-not-be-seen"


def list_modules() -> Iterator[ModuleType]:
    for package in sorted({path.name for path in PACKAGES}):
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if (
                not found.name.endswith("__main__")
                and ".migrations." not in found.name
                and "_template" not in found.name
            ):
                yield importlib.import_module(found.name)


def secret_fields(cls: type[Any]) -> Iterator[str]:
    """What it holds by such a name, unless it is a number or is kept in a SecretStr."""
    for name, kind in _fields(cls):
        if name.strip("_").rpartition("_")[2] in SECRETS and kind in (str, bytes, "str", "bytes"):
            yield name


def _fields(cls: type[Any]) -> Iterable[tuple[str, Any]]:
    if issubclass(cls, BaseModel):
        return [(name, field.annotation) for name, field in cls.model_fields.items()]
    if issubclass(cls, msgspec.Struct):
        return [(field.name, field.type) for field in msgspec.structs.fields(cls)]
    return [(field.name, field.type) for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []


def carriers() -> list[type[Any]]:
    found = {
        value
        for module in list_modules()
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__ and list(secret_fields(value))
    }
    return sorted(found, key=lambda one: (one.__module__, one.__name__))


def make(cls: type[Any]) -> object:
    """One that holds the secret in each of these fields, and nothing in the others."""
    values = {name: SHOWN if name in secret_fields(cls) else "" for name, _ in _fields(cls)}
    if issubclass(cls, BaseModel):
        return cls.model_construct(None, **values)
    if issubclass(cls, msgspec.Struct):
        return cls(**values)
    made = object.__new__(cls)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


CARRIERS = carriers()


@pytest.mark.parametrize("cls", CARRIERS, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_what_carries_a_secret_does_not_show_it(cls: type[Any]) -> None:
    made = make(cls)
    assert SHOWN not in f"{made!r} {made}"


def test_what_is_known_to_carry_one_is_looked_at() -> None:
    assert {"LoginAnswer", "LoginRequest", "Credentials", "RequestContext", "DatabaseAddress", "RestToken"} <= {
        cls.__name__ for cls in CARRIERS
    }
    assert not list(secret_fields(type("Kept", (BaseModel,), {"__annotations__": {"client_secret": SecretStr}})))
