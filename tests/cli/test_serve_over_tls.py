"""`twinbase serve` with a certificate of its own, and devices that trust it or not."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import EMAIL, PASSWORD, PLUGINS, Company, served
from tests.cli.said import Twinbase

from twinbase.errors import NotTwinbase, TwinbaseError
from twinbase.plugins import load_plugins
from twinbase.replica import Replica

KEY = b"k" * 32


@pytest.fixture(scope="module")
def address(company: Company, certificate: tuple[Path, Path]) -> Iterator[str]:
    pem, key = certificate
    trust = ssl.create_default_context(cafile=pem)
    with served(company.url, "--certificate", str(pem), "--key", str(key), trust=trust) as port:
        yield f"https://127.0.0.1:{port}"


async def sync(path: Path, address: str, trust: ssl.SSLContext | None) -> bool:
    plugins = load_plugins(tuple(PLUGINS.split(",")))
    async with await Replica.open(path, KEY, plugins=plugins, server=address, tls=trust) as replica:
        await replica.sign_in(EMAIL, PASSWORD)
        return (await replica.sync()).is_proven


async def test_a_device_that_trusts_the_certificate_syncs(
    address: str, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    assert await sync(tmp_path / "anna.twin", address, ssl.create_default_context(cafile=certificate[0]))


async def test_a_device_that_does_not_says_so_and_is_not_offline(address: str, tmp_path: Path) -> None:
    with pytest.raises(NotTwinbase, match="certificate is not trusted"):
        await sync(tmp_path / "anna.twin", address, None)


async def test_plain_http_to_a_server_of_tls_is_no_way_in(address: str, tmp_path: Path) -> None:
    with pytest.raises(TwinbaseError):
        await sync(tmp_path / "anna.twin", address.replace("https", "http"), None)


def test_a_key_without_its_certificate_is_refused(twinbase: Twinbase, certificate: tuple[Path, Path]) -> None:
    said = twinbase("serve", "--key", str(certificate[1]), "--database-url", "postgresql://nowhere/none")

    assert said.status == 2 and "certificate" in said.err


def test_plain_http_beyond_this_machine_is_refused_where_nobody_asked_for_it(
    twinbase: Twinbase, tmp_path: Path
) -> None:
    said = twinbase(
        "file", "enroll", str(tmp_path / "a.twin"), "--server", "http://erp.example.com", "--email", EMAIL,
        "--plugins", PLUGINS, "--password", PASSWORD,
    )  # fmt: skip

    assert said.status == 1 and "--plain-http" in said.err
    assert not (tmp_path / "a.twin").exists()
