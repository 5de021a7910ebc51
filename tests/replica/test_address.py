"""The address of a server: what is none is found when the replica is opened, and every way to write one is the same."""

from pathlib import Path
from typing import Any

import pytest
from tests.replica.workshop import KEY, opened, plugins, rows

from twinbase.errors import ForeignReplica, TwinbaseError, WrongAddress
from twinbase.replica import Replica

WRONG = (
    "", " ", "erp.example.com", "erp.example.com:8000", "localhost:8000", "//erp.example.com", "/erp", "https://",
    "https:///erp", "ftp://erp.example.com", "file:///etc/passwd", "htps://erp.example.com", "https://h:99999",
    "https://h:port", "https://h:0", "https://h:-1", "https://[::1", "https://a b", "https://..",
    "https://erp.example.com/?x=1", "https://erp.example.com/#top",
    "https://anna:secret@erp.example.com", "https://anna@erp.example.com", "https://:secret@erp.example.com",
)  # fmt: skip
BEYOND = (
    "http://erp.example.com",
    "http://10.0.0.5:8000",
    "HTTP://ERP",
    "http://[fe80::1]",
    "http://localhost.example",
)
HERE = ("http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000/erp", "http://127.9.9.9", "http://a.localhost")
ONE_SERVER = (
    "https://h/erp", "https://h/erp/", "https://H/erp", "HTTPS://h/erp", "https://h:443/erp", " https://h./erp ",
    "http://h/erp", "http://h:80/erp//",
)  # fmt: skip
OTHERS = ("https://h", "https://h/ERP", "https://h:8443/erp", "https://hh/erp", "https://h/erp/x", "http://h:443/erp")


async def refused(folder: Path, error: type[TwinbaseError], **options: Any) -> None:
    with pytest.raises(error):
        async with opened(folder, **options):
            pass


@pytest.mark.parametrize("address", WRONG)
async def test_what_is_no_address_is_said_when_the_replica_is_opened(tmp_path: Path, address: str) -> None:
    with pytest.raises(WrongAddress) as said:
        await Replica.open(tmp_path / "twin.db", KEY, plugins=plugins(), server=address)

    assert "secret" not in str(said.value)
    assert not (tmp_path / "twin.db").exists()


@pytest.mark.parametrize("address", BEYOND)
async def test_plain_http_beyond_this_machine_must_be_asked_for(tmp_path: Path, address: str) -> None:
    await refused(tmp_path, WrongAddress, server=address)
    async with opened(tmp_path, server=address, plain_http=True):
        pass


@pytest.mark.parametrize("address", HERE)
async def test_plain_http_stays_on_this_machine_without_a_word(tmp_path: Path, address: str) -> None:
    async with opened(tmp_path, server=address):
        pass


async def test_every_way_to_write_one_address_opens_the_same_file(tmp_path: Path) -> None:
    for address in (*ONE_SERVER, *reversed(ONE_SERVER)):
        async with opened(tmp_path, server=address, plain_http=True) as replica:
            kept = rows(replica, "SELECT server FROM _twinbase_state")
            assert kept == [("https://h/erp" if address.strip().lower().startswith("https") else "http://h/erp",)]
    for address in OTHERS:
        await refused(tmp_path, ForeignReplica, server=address, plain_http=True)


async def test_a_file_that_kept_another_spelling_is_opened_as_ever(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.database.write(
            lambda connection: connection.execute("UPDATE _twinbase_state SET server = 'https://H:443/erp/'")
        )
    async with opened(tmp_path, server="https://h/erp"):
        pass
    await refused(tmp_path, ForeignReplica, server="https://other")


async def test_without_an_address_a_file_can_be_used_and_a_sync_says_what_is_missing(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        with pytest.raises(WrongAddress, match="server="):
            await replica.sign_in("anna@example.org", "secret")
