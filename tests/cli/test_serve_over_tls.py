"""`twinbase serve` with a certificate of its own, and devices that trust it or not."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import EMAIL, PASSWORD, PLUGINS, Company, make_certificate, served
from tests.cli.said import Twinbase

from twinbase.enrolment import read_enrolment_uri
from twinbase.errors import NotTwinbase, Offline, TwinbaseError
from twinbase.plugins import load_plugins
from twinbase.replica import Replica, fetch_certificate, trust_certificate
from twinbase.replica.certificate import find_fingerprint

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


def test_a_certificate_that_nobody_has_signed_is_known_by_what_was_scanned(
    address: str, company: Company, certificate: tuple[Path, Path], tmp_path: Path, twinbase: Twinbase
) -> None:
    made = twinbase(
        "device", "code", EMAIL, "--server", address, "--certificate", str(certificate[0]), "--json",
        "--database-url", company.url,
    ).json  # fmt: skip
    offer = read_enrolment_uri(made["uri"])
    kept = asyncio.run(fetch_certificate(offer.server, offer.certificate))
    assert kept.strip() == certificate[0].read_text().strip()
    # By any name: it is the certificate that was scanned.
    by_name = address.replace("127.0.0.1", "localhost")
    assert asyncio.run(sync(tmp_path / "anna.twin", by_name, trust_certificate(kept)))


async def test_another_certificate_at_that_address_is_told_nothing(address: str, tmp_path: Path) -> None:
    other_certificate = make_certificate(tmp_path)[0].read_text()
    with pytest.raises(NotTwinbase, match="another one than the office has said"):
        await fetch_certificate(address, find_fingerprint(other_certificate))
    with pytest.raises(NotTwinbase, match="certificate is not trusted"):
        await sync(tmp_path / "anna.twin", address, trust_certificate(other_certificate))


@pytest.mark.parametrize("authority", [True, False])
async def test_a_certificate_is_trusted_for_itself_and_for_no_other(tmp_path: Path, authority: bool) -> None:
    pem, key = make_certificate(tmp_path, authority=authority)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(pem, key)
    trust = trust_certificate(pem.read_text())
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=shown) as server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        writer.close()
        (tmp_path / "other").mkdir()
        other, _ = make_certificate(tmp_path / "other", authority=authority)
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=trust_certificate(other.read_text()))


async def test_where_no_certificate_is_none_is_fetched(address: str, company: Company) -> None:
    with pytest.raises(NotTwinbase, match="https://"):
        await fetch_certificate(company.server, "0" * 64)
    with pytest.raises(NotTwinbase, match="does not speak TLS"):
        await fetch_certificate(company.server.replace("http:", "https:"), "0" * 64)
    with pytest.raises(Offline):
        await fetch_certificate("https://127.0.0.1:9", "0" * 64)


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
