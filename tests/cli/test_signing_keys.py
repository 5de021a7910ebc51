"""`twinbase key`: what the how-to about signing keys says, typed."""

import base64
from pathlib import Path

from tests.cli.conftest import PLUGINS
from tests.cli.said import Twinbase

from twinbase.testing.databases import Databases


def _key(place: Path, letter: bytes) -> str:
    place.write_bytes(base64.b64encode(letter * 32))
    place.chmod(0o600)
    return str(place)


def test_keys_are_wrapped_rotated_and_wrapped_by_another_and_a_server_without_the_file_says_so(
    twinbase: Twinbase, databases: Databases, tmp_path: Path
) -> None:
    url = databases.create()
    at = ("--database-url", url)
    one, other = _key(tmp_path / "one.key", b"1"), _key(tmp_path / "other.key", b"2")
    assert twinbase("db", "init", "--create-tables", "--plugins", PLUGINS, *at).status == 0
    assert {key["wrapped_by"] for key in twinbase("key", "list", *at, "--json").json} == {""}

    assert twinbase("key", "wrap", *at).err.splitlines()[-1].endswith("TWINBASE_WRAPPING_KEY_FILE is not set.")
    assert twinbase("key", "wrap", *at, "--json", TWINBASE_WRAPPING_KEY_FILE=one).json == {"wrapped": 3}
    assert twinbase("key", "rotate", "token", *at).status == 1, "the new one would not be wrapped"
    rotated = twinbase("key", "rotate", "token", "--end-old", *at, "--json", TWINBASE_WRAPPING_KEY_FILE=one).json
    keys = twinbase("key", "list", *at, "--json").json
    assert rotated["kid"] in {key["kid"] for key in keys} and len(keys) == 4 and all(key["wrapped_by"] for key in keys)

    for command in (("serve", "--port", "0"), ("db", "upgrade", "--plugins", PLUGINS)):
        said = twinbase(*command, *at)
        assert said.status == 1 and "TWINBASE_WRAPPING_KEY_FILE" in said.err and "Traceback" not in said.err
    wrapped = twinbase("key", "wrap", "--old-file", one, *at, "--json", TWINBASE_WRAPPING_KEY_FILE=other)
    assert wrapped.json == {"wrapped": 4}
    assert twinbase("db", "upgrade", "--plugins", PLUGINS, *at, TWINBASE_WRAPPING_KEY_FILE=other).status == 0
    databases.drop(url)


def test_a_person_reads_which_key_signs_and_which_is_wrapped(twinbase: Twinbase, databases: Databases) -> None:
    url = databases.create()
    at = ("--database-url", url)
    twinbase("db", "init", "--create-tables", "--plugins", PLUGINS, *at)
    said = twinbase("key", "list", *at).out
    assert "token" in said and "EdDSA" in said and "is taken until" in said
    assert "in 3 minutes" in twinbase("key", "rotate", "cursor", *at).out
    databases.drop(url)
