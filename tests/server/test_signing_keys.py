"""The keys that sign: rotated without a restart, wrapped by a key that is in no dump, the same for all processes."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import asyncpg
import jwt
import pytest
from tests.server.depot import NOON, Device, House, open_house

from twinbase.errors import TwinbaseError
from twinbase_server.keys.signing_key import KEPT, PUBLISHED, PURPOSES
from twinbase_server.keys.store import (
    KeysWrapped,
    forget_ended_keys,
    list_keys,
    make_keys,
    read_keys,
    rewrap_keys,
    rotate_keys,
)
from twinbase_server.keys.wrapping import UnfitWrappingKey, WrappingKey, WrongWrappingKey, read_wrapping_key

ONE, OTHER = WrappingKey(b"1" * 32), WrappingKey(b"2" * 32)


def _kid(device: Device) -> object:
    return jwt.get_unverified_header(device.token)["kid"]


async def _turn(house: House) -> None:
    """What each server does every minute."""
    await house.app.state.serving.read_keys_again(house.office)


async def test_a_token_says_which_key_has_signed_it_and_is_no_secret_shared_with_anybody(house: House) -> None:
    device = await house.device()
    header = jwt.get_unverified_header(device.token)
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert [(key.purpose, key.algorithm) for key in await list_keys(house.office)] == [
        ("cursor", "HS256"),
        ("refresh", "HS256"),
        ("token", "EdDSA"),
    ]


async def test_another_key_signs_when_every_server_knows_it_and_what_the_old_one_signed_is_taken(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    cursor, old = (await device.initial()).end["cursor"], _kid(device)
    new = await rotate_keys(house.office, "token", None, NOON)
    of_cursors = await rotate_keys(house.office, "cursor", None, NOON)
    await _turn(house)
    assert _kid(await house.device()) == old, "some servers may not have read of it"

    house.clock.now = NOON + PUBLISHED
    assert (await device.pending(cursor)).end["cursor"].startswith(f"{of_cursors}.")
    assert _kid(await house.device()) == new
    house.clock.now = NOON + timedelta(days=399)
    await device.login("anna@depot")
    assert (await device.pending(cursor)).status == 200


@pytest.mark.parametrize(("purpose", "problem"), [("token", "token-invalid"), ("cursor", "bad-cursor")])
async def test_what_an_old_key_signed_is_taken_no_more_when_somebody_else_may_have_it(
    house: House, purpose: str, problem: str
) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await rotate_keys(house.office, purpose, None, NOON, end_old=True)  # type: ignore[arg-type]
    await _turn(house)
    house.clock.now = NOON + PUBLISHED
    assert (await device.pending(cursor)).problem["type"] == problem
    await device.login("anna@depot")
    assert (await device.initial()).status == 200


async def test_servers_that_set_up_together_make_one_key_of_each_kind(depot_url: str) -> None:
    async with open_house(depot_url) as house:
        await house.office.execute("DELETE FROM twinbase.signing_key")
        others = [await asyncpg.connect(depot_url) for _ in range(3)]
        await asyncio.gather(*(make_keys(connection, None, NOON) for connection in (*others, house.office)))
        assert len(await list_keys(house.office)) == len(PURPOSES)
        for connection in others:
            await connection.close()


async def test_tokens_and_cursors_from_before_the_keys_had_names_go_on(house: House) -> None:
    """As the upgrade leaves the two keys of such a database."""
    await house.office.execute("UPDATE twinbase.signing_key SET kid = 'first', algorithm = 'HS256'")
    await _turn(house)
    device = await house.device()
    header, content = (
        jwt.get_unverified_header(device.token),
        jwt.decode(device.token, options={"verify_signature": False}),
    )
    (secret,) = await house.office.fetch("SELECT secret FROM twinbase.signing_key WHERE purpose = 'token'")
    device.token = jwt.encode(content, secret["secret"], algorithm="HS256")
    cursor = (await device.initial()).end["cursor"]
    assert header["kid"] == "first" and cursor.startswith("first.")

    await make_keys(house.office, None, NOON)
    await _turn(house)
    house.clock.now = NOON + PUBLISHED
    assert (await device.pending(cursor.removeprefix("first."))).status == 200
    await device.login("anna@depot")
    assert jwt.get_unverified_header(device.token)["alg"] == "EdDSA"


async def test_no_dump_holds_a_key_that_is_wrapped(house: House) -> None:
    before = {key.kid: key.secret for key in await read_keys(house.office, None)}
    assert await rewrap_keys(house.office, None, ONE) == len(PURPOSES)
    kept = await house.office.fetch("SELECT secret, wrapped_by FROM twinbase.signing_key")
    assert all(secret not in bytes(row["secret"]) for row in kept for secret in before.values())
    assert {row["wrapped_by"] for row in kept} == {ONE.fingerprint}
    assert {key.kid: key.secret for key in await read_keys(house.office, ONE)} == before
    await rotate_keys(house.office, "token", ONE, NOON)
    assert await rewrap_keys(house.office, ONE, OTHER) == len(PURPOSES) + 1
    assert len(await read_keys(house.office, OTHER)) == len(PURPOSES) + 1


async def test_keys_that_cannot_be_unwrapped_are_neither_used_nor_replaced(house: House) -> None:
    await rewrap_keys(house.office, None, ONE)
    for wrapping, refused in ((None, KeysWrapped), (OTHER, WrongWrappingKey)):
        with pytest.raises(refused, match="TWINBASE_WRAPPING_KEY_FILE"):
            await read_keys(house.office, wrapping)
        with pytest.raises(refused):
            await make_keys(house.office, wrapping, NOON)
        with pytest.raises(refused):
            await rotate_keys(house.office, "token", wrapping, NOON)
    assert len(await list_keys(house.office)) == len(PURPOSES)


async def test_a_wrapped_key_that_was_put_in_the_place_of_another_is_refused(house: House) -> None:
    await rewrap_keys(house.office, None, ONE)
    await house.office.execute(
        "UPDATE twinbase.signing_key SET secret = (SELECT secret FROM twinbase.signing_key WHERE purpose = 'token')"
        " WHERE purpose = 'cursor'"
    )
    with pytest.raises(WrongWrappingKey):
        await read_keys(house.office, ONE)


async def test_setting_up_again_wraps_what_was_not_wrapped(house: House) -> None:
    await make_keys(house.office, ONE, NOON)
    assert {key.wrapped_by for key in await list_keys(house.office)} == {ONE.fingerprint}


async def test_a_server_with_the_file_of_the_wrapping_key_takes_what_one_before_it_signed(
    depot_url: str, tmp_path: Path
) -> None:
    place = _file(tmp_path, b64encode(b"1" * 32) + b"\n")
    async with open_house(depot_url) as house:
        device = await house.device()
        await rewrap_keys(house.office, None, ONE)
    async with open_house(depot_url, wrapping_key_file=str(place)) as house:
        device.http = house.http
        assert (await device.initial()).status == 200
    with pytest.raises(KeysWrapped):
        async with open_house(depot_url):
            raise AssertionError("it must not serve")


async def test_keys_of_which_nothing_is_taken_any_more_go(house: House) -> None:
    await rotate_keys(house.office, "token", None, NOON)
    ended = NOON + PUBLISHED + KEPT["token"]
    await forget_ended_keys(house.office, ended)
    assert len(await list_keys(house.office)) == len(PURPOSES) + 1
    await forget_ended_keys(house.office, ended + timedelta(seconds=1))
    assert len(await list_keys(house.office)) == len(PURPOSES)


@pytest.mark.parametrize("text", [b"", b"short", b64encode(b"1" * 31), b64encode(b"1" * 33), b"\xff" * 44])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(UnfitWrappingKey, match="32 bytes"):
        read_wrapping_key(_file(tmp_path, text))


def test_a_file_that_others_may_read_or_nobody_can_is_refused(tmp_path: Path) -> None:
    place = _file(tmp_path, b64encode(b"1" * 32))
    place.chmod(0o640)
    with pytest.raises(UnfitWrappingKey, match="chmod 600"):
        read_wrapping_key(place)
    with pytest.raises(TwinbaseError, match="No such file"):
        read_wrapping_key(tmp_path / "nowhere")


def test_a_credential_of_systemd_is_found_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_wrapping_key("") is None
    (tmp_path / "twinbase-wrapping-key").write_bytes(b64encode(b"1" * 32))
    found = read_wrapping_key("")
    assert found is not None and found.fingerprint == ONE.fingerprint


def _file(folder: Path, text: bytes) -> Path:
    place = folder / "wrapping.key"
    place.write_bytes(text)
    place.chmod(0o600)
    return place
