"""Asking plugins while a batch is accepted: what they fail with undoes the batch, and the device tries again later."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from twinbase.errors import DeclarationError, Refused
from twinbase_server.database.errors import is_transient
from twinbase_server.problems import ProblemError

_log = logging.getLogger(__name__)


@contextmanager
def translate_plugin_errors(hook: str) -> Iterator[None]:
    """A plugin is asked inside the block. Raises the problem `plugin-failed` when it fails.

    Nothing of the batch may stand then, for what a rule did not say, and what a change should have caused, nobody
    knows. Nor is it refused: the fault is not the technician's, and the same batch passes when it is mended.
    """
    try:
        yield
    except (Refused, DeclarationError, ProblemError):
        raise
    except (Exception, SystemExit) as error:
        if is_transient(error):
            raise
        _log.exception("A plugin's %s failed; nothing of this batch was written.", hook)
        raise ProblemError(
            "plugin-failed", "Send the same batch again later; whoever runs the server is told."
        ) from error
