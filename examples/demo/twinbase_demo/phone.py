"""A technician's phone, seen from the story: a process that can be asked, and killed, and started again."""

import asyncio
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase_demo.company import CrewMember

LINE_BYTES_MAX = 64 * 1024 * 1024
ADVICE = "(Background on this error at"
"""What SQLAlchemy writes below an error: not what happened."""


class PhoneFailed(TwinbaseError):
    """A phone's process went wrong."""


class PhoneDied(TwinbaseError):
    """A phone's process ended before it answered."""


class Phone:
    """One device: a file, its key, and (most of the time) a process."""

    def __init__(self, owner: CrewMember, folder: Path, server: str, password: str) -> None:
        self.owner = owner
        self.path = folder / f"{owner.key.lower()}.twinbase"
        self.key = secrets.token_bytes(32)
        self._setup = {
            "path": str(self.path), "key": self.key.hex(), "server": server, "email": owner.email,
            "password": password, "device_name": f"Téléphone de {owner.called}", "colleague": str(owner.id),
        }  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the app; its file is made or opened."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "twinbase_demo.technician",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=dict(os.environ),
            limit=LINE_BYTES_MAX,
        )
        self._tell(self._setup)
        await self._hear()

    async def ask(self, do: str, **arguments: Any) -> Any:
        """Ask and wait for the answer; raises PhoneDied when the process is killed meanwhile."""
        self._tell({"do": do, **arguments})
        said = await self._hear()
        if "failed" in said:
            raise PhoneFailed(f"{self.owner.name}, {do}: {said['detail']}")
        return said["answer"]

    async def try_to(self, do: str) -> str:
        """Ask for something that cannot succeed; the name of the error, or nothing when it did."""
        self._tell({"do": do})
        return str((await self._hear()).get("failed", ""))

    async def kill(self) -> None:
        """SIGKILL, as when the battery falls out."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def close(self) -> None:
        """End the app as its user would."""
        if self._process is None or self._process.returncode is not None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    @property
    def colleague(self) -> UUID:
        return self.owner.id

    def _tell(self, what: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def _hear(self) -> Any:
        assert self._process is not None and self._process.stdout is not None and self._process.stderr is not None
        line = await self._process.stdout.readline()
        if line:
            return json.loads(line)
        said = (await self._process.stderr.read()).decode(errors="replace").strip()
        lines = [line for line in said.splitlines() if not line.startswith(ADVICE)]
        raise PhoneDied(f"{self.owner.name}: {lines[-1] if lines else 'it was killed.'}")
