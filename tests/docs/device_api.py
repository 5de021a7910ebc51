"""docs/reference/device.md and hook-types.md, from the signatures and docstrings of what apps and plugins use."""

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import twinbase
from twinbase import (
    AppliedMutation,
    Conflict,
    Credentials,
    Decision,
    Delivery,
    DeliveryOutcome,
    Exporter,
    Flag,
    Identity,
    IncomingMutation,
    NeighbourQuery,
    Run,
    Source,
    WaitingDelivery,
    Who,
    replica,
)
from twinbase.projection import Feeds, Projection
from twinbase.replica import (
    Attachments,
    AttachmentState,
    AttachmentUsage,
    ChangedRow,
    DecidedColumn,
    Draft,
    Drafts,
    OfficeAnswer,
    PendingEdit,
    Replica,
    ReplicaSession,
    ServerDecision,
    TakenPhoto,
    UnsentEdit,
    WaitingEdit,
)
from twinbase.replica.background import Background
from twinbase.replica.report import Report
from twinbase.replica.schedule import SyncPace
from twinbase.replica.status import StatusBoard, SyncStatus
from twinbase.screens import (
    ActionDone,
    ActionSpec,
    AskedField,
    BlocksCard,
    BlocksPage,
    CardSpec,
    EmptyBlock,
    FactsBlock,
    LinesBlock,
    ListedLine,
    PictureBlock,
    PlaceRef,
    ScreenDesk,
    ScreenFilter,
    ScreenQuery,
    ScreenSpec,
    TextBlock,
    WarnBlock,
)

HEAD = """# The device's API

What an app uses of a device, each class with the module to import it from; all else there is the engine's own, and may
change. Written from the docstrings: `pytest tests/docs/test_device_is_documented.py --force-regen`.
"""
CLASSES = (
    Replica, ReplicaSession, ChangedRow, Background, SyncPace, StatusBoard, SyncStatus, Report, WaitingEdit,
    PendingEdit, UnsentEdit, Drafts, Draft, Attachments, TakenPhoto, AttachmentState,
    AttachmentUsage, ServerDecision, DecidedColumn, OfficeAnswer,
)  # fmt: skip
PLUGIN_HEAD = """# What hooks receive and answer

The types of the [hooks](hooks.md), each with the module to import it from. Written from the docstrings:
`pytest tests/docs/test_device_is_documented.py --force-regen`.
"""
PLUGIN_CLASSES = (
    Credentials, Identity, Who, Conflict, Decision, IncomingMutation, Flag, NeighbourQuery, Projection, Feeds, Source,
    Run, AppliedMutation, Delivery, WaitingDelivery, DeliveryOutcome, Exporter, ScreenSpec, CardSpec, ActionSpec,
    ScreenDesk, ScreenQuery, ScreenFilter, AskedField, ActionDone, PlaceRef, BlocksPage, BlocksCard, TextBlock,
    LinesBlock, ListedLine, FactsBlock, PictureBlock, WarnBlock, EmptyBlock,
)  # fmt: skip
WIDTH = 120


def page() -> str:
    """The whole page of the device."""
    return HEAD + "".join(_section(cls) for cls in CLASSES)


def plugin_page() -> str:
    """The whole page of what hooks receive and answer."""
    return PLUGIN_HEAD + "".join(_section(cls) for cls in PLUGIN_CLASSES)


def members(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """What a class itself promises: methods and properties that have no underscore, in their order."""
    for name, member in vars(cls).items():
        member = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and _is_ours(member):
            yield name, member


def _is_ours(member: Any) -> bool:
    """An alias of a library's method is described there."""
    if not (inspect.isroutine(member) or isinstance(member, property)):
        return False
    return str(_function(member).__module__).startswith("twinbase.")


def _section(cls: type[Any]) -> str:
    parts = [f"\n## `{cls.__name__}`\n\n`from {_module(cls)} import {cls.__name__}`\n\n{_prose(cls)}\n"]
    if fields := [f"- `{field.name}: {_type(field)}`" for field in _fields(cls)]:
        parts.append("\nFields:\n\n" + "\n".join(fields) + "\n")
    parts += [
        f"\n### `{cls.__name__}.{name}`\n\n`{_signature(name, member)}`\n\n{_prose(_function(member))}\n"
        for name, member in members(cls)
    ]
    return "".join(parts)


def _module(cls: type[Any]) -> str:
    if cls.__name__ in twinbase.__all__:
        return "twinbase"
    return "twinbase.replica" if cls.__name__ in replica.__all__ else cls.__module__


def _fields(cls: type[Any]) -> tuple[Any, ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


def _type(field: Any) -> str:
    default = "" if field.default is dataclasses.MISSING else f" = {field.default!r}"
    if field.default_factory in (dict, list, set):
        default = f" = {field.default_factory()!r}"
    return _short(inspect.formatannotation(field.type)) + default


def _signature(name: str, member: Any) -> str:
    if isinstance(member, property):
        return f"{name}{_answer(inspect.signature(_function(member)))}"
    signature = inspect.signature(member)
    given = [each for each in signature.parameters.values() if each.name not in ("self", "cls")]
    prefix = "async " if inspect.iscoroutinefunction(member) else ""
    shown = ", ".join(_stars(given))
    return f"{prefix}{name}({shown}){_answer(signature)}"


def _stars(given: list[inspect.Parameter]) -> Iterator[str]:
    named = False
    for each in given:
        if each.kind is each.KEYWORD_ONLY and not named:
            named = True
            yield "*"
        mark = "*" * (each.kind is each.VAR_POSITIONAL) + "**" * (each.kind is each.VAR_KEYWORD)
        yield mark + each.name + ("" if each.default is each.empty else f"={_default(each.default)}")


def _default(value: Any) -> str:
    return value.__name__ if callable(value) else repr(value)


def _answer(signature: inspect.Signature) -> str:
    found = signature.return_annotation
    return "" if found in (signature.empty, None) else f" -> {_short(inspect.formatannotation(found))}"


def _short(annotation: str) -> str:
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", annotation)


def _function(member: Any) -> Any:
    return member.fget if isinstance(member, property) else member


def _prose(documented: Any) -> str:
    """A docstring over lines of the pages' width; raises ValueError where there is none."""
    text = inspect.cleandoc(documented.__dict__.get("__doc__") or documented.__doc__ or "")
    if not text or text.startswith(f"{getattr(documented, '__name__', '')}("):
        raise ValueError(f"{documented.__qualname__} has no docstring, and is promised to apps.")
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        "\n".join(textwrap.wrap(" ".join(each.split()), WIDTH, break_on_hyphens=False, break_long_words=False))
        for each in paragraphs
    )
