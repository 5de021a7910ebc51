"""Run one command: its answer on stdout, what goes wrong as one line on stderr, an exit status that scripts can read.

0: done. 1: it could not be done, or what was checked does not hold. 2: the command line is wrong. 130: Ctrl-C.
A command that is told to stop (SIGTERM) ends what it has begun as after Ctrl-C, and then dies of the signal.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType

from twinbase.errors import TwinbaseError

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
_NEEDED = ("typer", "rich")


def main() -> None:
    """The console script."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        sys.exit(f"The command line needs {' and '.join(missing)}: pip install '…/twinbase[cli]', from its checkout.")
    with _stopping_cleanly():
        status = run(sys.argv[1:])
    sys.exit(status)


@contextmanager
def _stopping_cleanly() -> Iterator[None]:
    """By default SIGTERM runs no `finally`: an embedded PostgreSQL, and files that were for the moment, would stay."""
    asked = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        ctrl_c = signal.getsignal(signal.SIGINT)  # An event loop has its own, which ends what runs in it.
        (ctrl_c if callable(ctrl_c) else signal.default_int_handler)(signal.SIGINT, frame)

    usual = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
        if asked:
            signal.raise_signal(signal.SIGTERM)


def run(arguments: Sequence[str]) -> int:
    """The exit status of `twinbase ARGUMENTS`."""
    return _status(lambda: _work(list(arguments)))


def _work(arguments: list[str]) -> object:
    from twinbase_server.cli.commands import make_group

    if arguments and not {"--help", "--version"} & set(arguments):
        _check_environment()
    return make_group().main(args=arguments, prog_name="twinbase", standalone_mode=False)


def _check_environment() -> None:
    from twinbase_server.cli.environment import check_environment

    check_environment(os.environ)


def _status(work: Callable[[], object]) -> int:
    """Run a command; whatever it raises that a person can do something about becomes a sentence."""
    from typer import Abort, TyperException

    try:
        answer = work()
    except (KeyboardInterrupt, Abort):
        answer = INTERRUPTED
    except TyperException as error:
        return _say(error.format_message(), error.exit_code)
    except TwinbaseError as error:
        return _say(str(error), FAILED)
    except OSError as error:
        return _say(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", FAILED)
    except Exception as error:
        if (sentence := _of_the_database(error) or _of_the_settings(error)) is None:
            raise
        return _say(sentence, FAILED)
    if answer == INTERRUPTED:
        return _say("Stopped. Nothing is half done: give the same command again to go on.", INTERRUPTED)
    return answer if isinstance(answer, int) else 0


def _of_the_database(error: Exception) -> str | None:
    """PostgreSQL's own words, if it is PostgreSQL that objects; never the values of a statement."""
    if "asyncpg" not in sys.modules:
        return None
    import asyncpg

    cause = getattr(error, "orig", None) or error
    cause = cause.__cause__ if isinstance(cause.__cause__, asyncpg.PostgresError) else cause
    if isinstance(cause, (asyncpg.PostgresError, asyncpg.InterfaceError)):
        return f"PostgreSQL says: {str(cause).splitlines()[0]}"
    return None


def _of_the_settings(error: Exception) -> str | None:
    """Which variable cannot be read, if that is what it is about."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from twinbase_server.cli.environment import explain_wrong_settings

    return explain_wrong_settings(error, os.environ) if isinstance(error, (ValidationError, SettingsError)) else None


def _say(sentence: str, status: int) -> int:
    if sentence:
        from twinbase_server.cli.screen import make_error_console

        make_error_console().print(
            f"[bold red]error[/] {_escaped(sentence)}" if status != INTERRUPTED else _escaped(sentence), soft_wrap=True
        )
    return status


def _escaped(sentence: str) -> str:
    from rich.markup import escape

    return escape(sentence)
