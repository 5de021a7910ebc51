"""Programs of others that the tests speak with: a store that speaks S3, and a client of tus. Both run on Node.js."""

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

PEERS = Path(__file__).parent / "peers"
KEY = "S3RVER"
START_SECONDS_MAX = 60


def install(into: Path) -> None:
    """The peers with what they need, from their lock file; what is installed already stays."""
    copytree(PEERS, into, dirs_exist_ok=True)
    if (into / "installed").exists():
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=into, check=True, capture_output=True, timeout=90)
    (into / "installed").touch()


@dataclass
class BucketServer:
    """s3rver with one bucket. It can be away for a while; that it refuses a wrong signature is not seen."""

    installed: Path
    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    _process: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> str:
        """As TWINBASE_FILES has it."""
        return f"s3://twin/kept?endpoint=http://127.0.0.1:{self.port}&region=us-east-1"

    def start(self) -> None:
        options = ["-d", str(self.folder), "-a", "127.0.0.1", "-p", str(self.port), "--configure-bucket", "twin"]
        command = ["node", "node_modules/s3rver/bin/s3rver.js", *options]
        self._process = subprocess.Popen(command, cwd=self.installed, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if "listening" in line:
                return
        raise AssertionError("s3rver did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def objects(self) -> list[str]:
        """The names of what lies in the bucket."""
        kept = self.folder / "twin" / "kept"
        found = (str(path.relative_to(kept)) for path in kept.rglob("*._S3rver_object"))
        return sorted(name.removesuffix("._S3rver_object") for name in found)


@contextmanager
def open_bucket(installed: Path, folder: Path) -> Iterator[BucketServer]:
    """It answers inside of the block."""
    folder.mkdir(exist_ok=True)
    server = BucketServer(installed, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def bring_by_tus(installed: Path, told: Mapping[str, Any]) -> Any:
    """What tus-js-client says when it has done what it was told, or has stopped."""
    done = subprocess.run(
        ["node", "bring.mjs"], cwd=installed, input=json.dumps(told), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])
