"""Hooks are held against their specification when a plugin is loaded, and what they answer when it is collected."""

import inspect
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from twinbase import hooks
from twinbase.awaiting import check_function
from twinbase.errors import TwinbaseError, UnknownHook, WrongHook
from twinbase.identity import Identity, UncheckedIdentity
from twinbase.mutation import Flag

SPECIFIED: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in inspect.getmembers(hooks, inspect.isfunction) if name.startswith("twinbase_")
}
_MARK = f"{hooks.PROJECT}_impl"
# A setting that cannot be read: its words would show the value, so whoever knows the variables says it.
_EXPLAINED_ELSEWHERE = ("pydantic", "pydantic_core", "pydantic_settings")


def check_hooks(owner: str, plugin: object) -> None:
    """Raise UnknownHook or WrongHook, with what to write instead. `owner`: what the plugin is called."""
    for name in dir(plugin):
        # Not by getattr: that would run a property of the plugin's.
        found = inspect.getattr_static(plugin, name, None)
        marked = getattr(getattr(found, "__func__", found), _MARK, None)
        # Some objects have every attribute that one asks for, as `sqlalchemy.func` does.
        mark = marked if isinstance(marked, dict) else None
        if mark is not None or name.startswith("twinbase_"):
            _check_hook(owner, name, getattr(plugin, name), mark)


def _check_hook(owner: str, name: str, function: Any, mark: Mapping[str, Any] | None) -> None:
    specified = (mark or {}).get("specname") or name
    label = f"{name} of plugin {owner!r}"
    if not callable(function) or function is SPECIFIED.get(name):
        return
    if specified not in SPECIFIED:
        nearest = get_close_matches(specified, SPECIFIED, 1)
        meant = f"is {nearest[0]} meant? " if nearest else ""
        raise UnknownHook(f"{label}: {meant}The hooks are {', '.join(SPECIFIED)}.")
    if mark is None:
        raise WrongHook(f"{label} is not marked: write @hookimpl above it (from twinbase import hookimpl).")
    if mark.get("wrapper") or mark.get("hookwrapper"):
        raise WrongHook(f"{label} is a wrapper, which no hook can have: take wrapper=True out.")
    check_function(label, function, awaited=inspect.iscoroutinefunction(SPECIFIED[specified]))
    _check_arguments(label, function, list(inspect.signature(SPECIFIED[specified]).parameters))


def _check_arguments(label: str, function: Any, known: list[str]) -> None:
    """A hook is called by the names of its arguments, and gets those alone that it takes plainly."""
    for parameter in inspect.signature(function).parameters.values():
        is_given = parameter.name in known
        is_plain = parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty
        if is_given is is_plain and (is_plain or parameter.default is not parameter.empty):
            continue
        nearest = [] if is_given else get_close_matches(parameter.name, known, 1)
        meant = f"is {nearest[0]} meant? " if nearest else ""
        there = f"It may take {', '.join(known)}, each without a default." if known else "It takes no arguments."
        shown = parameter.replace(annotation=parameter.empty, default=parameter.empty)
        raise WrongHook(f"{label} cannot be given {shown}: {meant}{there}")


def check_answer(owner: str, hook: str, answer: object, what: str, fits: Callable[[object], bool]) -> list[object]:
    """What a hook has answered, as a list; raises WrongHook unless all of it is what it should be."""
    if not isinstance(answer, Iterable) or isinstance(answer, (str, Mapping)):
        raise WrongHook(f"{hook} of plugin {owner!r} answers {_shown(answer)}: return a list of {what}, or yield each.")
    answered = list(answer)
    for one in answered:
        if not fits(one):
            raise WrongHook(f"{hook} of plugin {owner!r} brings {_shown(one)}, which is no {what}.")
    return answered


def check_identity(owner: str, answer: object) -> Identity | UncheckedIdentity | None:
    """What a sign-in has answered; raises WrongHook, without its content, unless a token can carry who it names."""
    named = answer.identity if isinstance(answer, UncheckedIdentity) else answer
    if named is not None:
        _check_identity(f"twinbase_authenticate of plugin {owner!r}", named)
    return answer  # type: ignore[return-value]


def check_identity_again(owner: str, before: Identity, answer: object) -> Identity | None:
    """Who somebody is by now; raises WrongHook for somebody else, and as `check_identity` does."""
    label = f"twinbase_identify_again of plugin {owner!r}"
    if answer is None:
        return None
    _check_identity(label, answer)
    assert isinstance(answer, Identity)
    if answer.subject != before.subject:
        raise WrongHook(f"{label} answers another subject: a session is one person's, from its beginning to its end.")
    return answer


def check_flag(owner: str, answer: object) -> Flag | None:
    """What a rule has answered; raises WrongHook unless it is a Flag with its reason, or nothing."""
    if answer is None or (isinstance(answer, Flag) and isinstance(answer.reason, str) and answer.reason):
        return answer
    label = f"twinbase_before_mutation of plugin {owner!r}"
    raise WrongHook(
        f"{label} answers {_shown(answer)}: return Flag(reason, sentence), raise Refused, or return nothing."
    )


def _check_identity(label: str, answer: object) -> None:
    if not isinstance(answer, Identity):
        raise WrongHook(f"{label} answers {_shown(answer)}: return Identity(subject, claims), or None.")
    if not isinstance(answer.subject, str) or not answer.subject:
        what = "an empty text" if answer.subject == "" else _shown(answer.subject)
        raise WrongHook(f"{label} answers an Identity whose subject is {what}: it is a text, Identity(str(…)).")
    if not isinstance(answer.claims, Mapping):
        raise WrongHook(f"{label} answers an Identity whose claims are {_shown(answer.claims)}: give {{name: value}}.")
    for name, value in answer.claims.items():
        if not isinstance(name, str) or not _is_json(value):
            raise WrongHook(
                f"{label} answers the claim {name!r} with {_shown(value)}, which is none of JSON: a text, a number,"
                " true or false, or a list of them; of a UUID or a date its text, str(…)."
            )


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


@contextmanager
def explain_failure(what: str) -> Iterator[None]:
    """An error of a plugin's own code inside the block becomes a WrongHook that says where; ours stay as they are."""
    try:
        yield
    except TwinbaseError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] in _EXPLAINED_ELSEWHERE:
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        own = next((one for one in reversed(traceback.extract_tb(error.__traceback__)) if _is_own(one)), last)
        said = " ".join(str(error).split())
        at = f"{Path(own.filename).name}, line {own.lineno}"
        raise WrongHook(f"{what} fails in {at}: {type(error).__name__}: {said.rstrip('.')}.") from error


def _is_own(frame: traceback.FrameSummary) -> bool:
    """Whether it is a line that somebody has written for this app: no library's, not Python's own, and not ours."""
    is_foreign = frame.filename.startswith("<") or any(
        part in frame.filename for part in ("site-packages", "importlib")
    )
    return not is_foreign and not Path(frame.filename).is_relative_to(Path(__file__).parent)


def _shown(value: Any) -> str:
    """Its kind, never its content."""
    if value is None:
        return "nothing"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    return f"an {kind}" if kind[0] in "aeioAEIO" else f"a {kind}"
