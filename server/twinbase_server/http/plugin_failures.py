"""What a plugin raises that is asked who somebody is, as the device is told it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from asyncpg.exceptions import InternalClientError

from twinbase.errors import Refused, WrongHook
from twinbase_server.database.errors import is_transient
from twinbase_server.problems import ProblemError

_FAILED = "Nobody can sign in at the moment; whoever runs the server is told. Try again later."
# A directory that does not answer is an OSError too.
_OF_POSTGRESQL = (asyncpg.PostgresError, asyncpg.InterfaceError, InternalClientError)
_log = logging.getLogger(__name__)


@contextmanager
def translate_plugin_failure(hook: str, refused: str) -> Iterator[None]:
    """A plugin's `hook` is asked inside the block. What it raises `Refused` with is read by the person, as the problem
    `refused`; any other error is the plugin's, whose `plugin-failed` says that it may pass."""
    try:
        yield
    except ProblemError:
        raise
    except Refused as why:
        raise ProblemError(refused, why.detail) from why
    except WrongHook as error:
        _log.error("%s", error)
        raise ProblemError("plugin-failed", _FAILED) from error
    except (Exception, SystemExit) as error:
        if isinstance(error, _OF_POSTGRESQL) and is_transient(error):
            raise
        _log.exception("A plugin's %s failed; nobody was signed in.", hook)
        raise ProblemError("plugin-failed", _FAILED) from error
