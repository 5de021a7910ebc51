"""A small company with a server of its own: what every command is tried on."""

import asyncio
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.cli.said import Twinbase, command_line

from twinbase.testing.databases import Databases
from twinbase_server.cli import run

ANNA = UUID("00000000-0000-7000-8000-00000000000a")
BRUNO = UUID("00000000-0000-7000-8000-00000000000b")
VISIT = UUID("00000000-0000-7000-8000-000000000001")
OLD_VISIT = UUID("00000000-0000-7000-8000-000000000002")
EMAIL, PASSWORD = "anna@example.com", "correct horse"
PLUGINS = "accounts,mobile"
UNITS = 3000
_ROWS = f"""
INSERT INTO mobile.colleagues (id, code, first_name, state) VALUES ('{ANNA}', 'A', 'Anna', 'active'),
    ('{BRUNO}', 'B', 'Bruno', 'active');
INSERT INTO mobile.interventions (id, number, title, status, lead_id, priority, scheduled_start, to_invoice,
    follow_up_needed)
VALUES ('{VISIT}', 'V1', 'Chaudière', 'planned', '{ANNA}', 'normal', now(), false, false),
    ('{OLD_VISIT}', 'V2', 'Radiateur', 'done', '{ANNA}', 'normal', now() - interval '90 days', false, false);
INSERT INTO mobile.units (id, code, caption, decimals)
SELECT gen_random_uuid(), lpad(n::text, 4, '0'), 'Unité ' || n, 0 FROM generate_series(1, {UNITS}) AS n;
"""


@dataclass(frozen=True)
class Company:
    """A database that is set up, with two colleagues, two visits and many units; and its server."""

    url: str
    port: int

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sql(self, statement: str) -> None:
        """Do something in PostgreSQL as anybody might."""
        blocking(execute(self.url, statement))


@pytest.fixture
def twinbase(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Twinbase:
    """The command line, in this process."""
    monkeypatch.delenv("TWINBASE_DATABASE_URL", raising=False)
    return command_line(capsys, monkeypatch)


@pytest.fixture(scope="module")
def company(databases: Databases) -> Iterator[Company]:
    url = databases.create()
    status = run(["db", "init", "--create-tables", "--plugins", PLUGINS, "--database-url", url])
    assert status == 0
    blocking(execute(url, _ROWS))
    claim = f"colleague_id={ANNA}"
    assert run(["account", "add", EMAIL, "--password", PASSWORD, "--claim", claim, "--database-url", url]) == 0
    with served(url) as port:
        yield Company(url, port)
    databases.drop(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder: Path, *, authority: bool = True) -> tuple[Path, Path]:
    """One that vouches for itself, and its key. `authority`: and might for others."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([here]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    (folder / "office.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "office.key").write_bytes(key.private_bytes(pem, pkcs8, plain))
    return folder / "office.pem", folder / "office.key"


class served:
    """`twinbase serve` as a process, for the time of the block. `trust`: of whoever asks it over TLS."""

    def __init__(self, url: str, *options: str, trust: ssl.SSLContext | None = None) -> None:
        self._url, self._options, self._trust = url, options, trust

    def __enter__(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        environment = os.environ | {"TWINBASE_DATABASE_URL": self._url, "TWINBASE_PLUGINS": PLUGINS}
        self._process = subprocess.Popen(
            [
                Path(sys.executable).with_name("twinbase"),
                "serve",
                "--port",
                str(port),
                "--log-level",
                "critical",
                *self._options,
            ],
            env=environment,
        )
        deadline = time.monotonic() + 60
        while not _answers(port, self._trust):
            assert self._process.poll() is None and time.monotonic() < deadline
        return port

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        assert self._process.wait(30) in (0, -15)


def _answers(port: int, trust: ssl.SSLContext | None) -> bool:
    address = f"{'https' if trust else 'http'}://127.0.0.1:{port}/api/v1/health"
    try:
        with urllib.request.urlopen(address, timeout=5, context=trust) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def blocking(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a loop of its own."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
