"""A device's file as support looks at it: each question opens it anew, reads, and leaves all of it as it is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from twinbase.replica.connection import Connection, read_any_text
from twinbase.replica.file.examine import examine
from twinbase.replica.file.file import ReplicaFile, open_untouched, translate_errors
from twinbase.replica.file.keys import Secret, key_for

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that can be read with its key, be it open in an app at the same time."""

    file: ReplicaFile

    @property
    def path(self) -> Path:
        return self.file.path

    def read(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """What a question answers, from one moment of the file. Raises DamagedReplica for what cannot be read."""
        with open_untouched(self.file) as connection, translate_errors(self.file), read_any_text(connection, "replace"):
            connection.execute("BEGIN")
            return question(connection, *args, **options)

    async def ask(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """The same, in a thread: a screen goes on meanwhile."""
        return await asyncio.to_thread(lambda: self.read(question, *args, **options))


def open_inspected(path: Path, secret: Secret) -> InspectedFile:
    """The file, examined; raises what keeps it from being read: WrongKey, DamagedReplica, NewerReplica and the like."""
    file = ReplicaFile(path, key_for(path, secret))
    examine(file)
    return InspectedFile(file)
