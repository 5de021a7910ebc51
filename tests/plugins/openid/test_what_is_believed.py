"""What an id token says is believed when the provider has signed it, for us, now, and in answer to this device."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from pydantic import SecretStr, ValidationError

from twinbase.errors import NotSignedIn
from twinbase_openid.device.flow import BrowserFlow
from twinbase_openid.id_token import UntrueToken, describe_person, read_id_token, read_key_id
from twinbase_openid.routes import is_loopback
from twinbase_openid.settings import OpenIdSettings

ISSUER = "https://directory.example"
SETTINGS = OpenIdSettings(issuer=ISSUER, client_id="twinbase", client_secret=SecretStr("x"))
KEYS: Mapping[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
PUBLIC = KeySet([type(key).import_key(key.as_dict(private=False)) for key in KEYS.values()])
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NONCE = "n" * 43


def claims(**changed: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    said = {"iss": ISSUER, "aud": "twinbase", "sub": "ada", "exp": at + 600, "iat": at, "nonce": NONCE, **changed}
    return {name: value for name, value in said.items() if value is not None}


def sign(said: Mapping[str, Any], algorithm: str = "RS256", key: Any = None) -> str:
    key = key or KEYS[algorithm]
    return jwt.encode({"alg": algorithm, "kid": key.kid}, dict(said), key, algorithms=[algorithm])


def read(token: str, nonce: str | None = NONCE) -> Mapping[str, Any]:
    return read_id_token(token, PUBLIC, SETTINGS, nonce, NOW)


@pytest.mark.parametrize("algorithm", KEYS)
def test_what_the_provider_signs_is_believed(algorithm: str) -> None:
    token = sign(claims(), algorithm)
    assert read_key_id(token) == KEYS[algorithm].kid
    assert read(token)["sub"] == "ada"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"}, {"iss": None}, {"aud": "another"}, {"aud": None}, {"aud": ["a", "b"]},
        {"azp": "another"}, {"aud": ["twinbase", "another"], "azp": "another"}, {"exp": int(NOW.timestamp()) - 600},
        {"exp": None}, {"iat": None}, {"iat": int(NOW.timestamp()) + 3600}, {"nonce": "m" * 43}, {"nonce": None},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "a" * 256}, {"sub": "a\x00b"}, {"exp": "soon"},
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_not_for_us_or_not_of_now_is_not_believed(changed: dict[str, Any]) -> None:
    with pytest.raises(UntrueToken):
        read(sign(claims(**changed)))


def test_what_another_key_has_signed_is_not_believed() -> None:
    forged = RSAKey.generate_key(2048, {"kid": "rsa"})
    with pytest.raises(UntrueToken):
        read(sign(claims(), key=forged))


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    public = KEYS["RS256"].as_pem(private=False)
    _, body, _ = sign(claims()).split(".")
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa"}').rstrip(b"=").decode()
    mac = urlsafe_b64encode(hmac.digest(public, f"{head}.{body}".encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(UntrueToken):
        read(f"{head}.{body}.{mac}")


def test_what_nobody_has_signed_is_not_believed() -> None:
    header, body, _ = sign(claims()).split(".")
    for unsigned in (f"eyJhbGciOiJub25lIn0.{body}.", f"{header}.{body}.", f"{header}.{body}.AAAA"):
        with pytest.raises(UntrueToken):
            read(unsigned)


@given(st.text(max_size=200))
def test_what_is_no_token_at_all_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UntrueToken):
        read_key_id(text)
        read(text)


@pytest.mark.parametrize(
    ("said", "email"),
    [
        ({"email": "ada@example.org", "email_verified": True}, "ada@example.org"),
        ({"email": "ada@example.org", "email_verified": "true"}, "ada@example.org"),
        ({"email": "ada@example.org", "email_verified": False}, ""),
        ({"email": "ada@example.org", "email_verified": "false"}, ""),
        ({"email": "ada@example.org", "email_verified": 1}, ""),
        ({"email": "ada@example.org"}, ""),
        ({"email": "nobody", "email_verified": True}, ""),
        ({"email": ["ada@example.org"], "email_verified": True}, ""),
        ({"email_verified": True}, ""),
    ],
    ids=str,
)
def test_only_an_email_that_was_verified_is_one(said: dict[str, Any], email: str) -> None:
    assert describe_person({"sub": "ada", **said}, {}, SETTINGS).email == email
    assert describe_person({"sub": "ada"}, {"sub": "ada", **said}, SETTINGS).email == email


def test_what_it_says_of_somebody_else_is_not_taken() -> None:
    with pytest.raises(UntrueToken):
        describe_person({"sub": "ada"}, {"sub": "eve", "email": "ada@example.org", "email_verified": True}, SETTINGS)


def test_what_is_signed_counts_more_than_what_is_not() -> None:
    signed = {"sub": "ada", "email": "ada@example.org", "email_verified": False, "groups": ["a"]}
    more = {"sub": "ada", "email_verified": True, "groups": ["b"]}
    person = describe_person(signed, more, SETTINGS)
    assert (person.email, person.groups) == ("", frozenset({"a"}))


@pytest.mark.parametrize("groups", [None, "a", [1, None, "a"], {"a": 1}], ids=str)
def test_groups_are_a_list_of_texts(groups: object) -> None:
    found = describe_person({"sub": "ada", "groups": groups}, {}, SETTINGS).groups
    assert found == (frozenset({"a"}) if isinstance(groups, list) else frozenset())


@pytest.mark.parametrize(
    ("uri", "ours"),
    [
        ("http://127.0.0.1:4711/", True), ("http://localhost:4711/", True), ("http://[::1]:80/back", True),
        ("http://127.0.0.1/", False), ("https://127.0.0.1:4711/", False), ("http://127.0.0.1.evil.example:80/", False),
        ("http://evil.example:4711/", False), ("http://127.0.0.1:4711@evil.example:80/", False),
        ("http://127.0.0.1:99999/", False), ("app://back", False), ("", False), ("http://[::1/", False),
        ("http://127.0.0.1:4711/?to=evil", False),
    ],
)  # fmt: skip
def test_a_browser_comes_back_to_the_device_alone(uri: str, ours: bool) -> None:
    assert is_loopback(uri) is ours


def test_what_came_back_must_be_the_answer_to_this_question() -> None:
    flow = BrowserFlow("http://127.0.0.1:4711/")
    good = {"state": flow.state, "code": "c", "iss": ISSUER}
    assert flow.read_return(ISSUER, good)["code"] == "c"
    assert flow.read_return(ISSUER, {"state": flow.state, "code": "c"})["verifier"] == flow.verifier
    for wrong in (
        {**good, "state": "x"}, {"code": "c"}, {**good, "iss": "https://other.example"},
        {"state": flow.state, "error": "access_denied"}, {**good, "state": "é"},
    ):  # fmt: skip
        with pytest.raises(NotSignedIn):
            flow.read_return(ISSUER, wrong)


def test_two_questions_have_nothing_in_common() -> None:
    one, two = (BrowserFlow("http://127.0.0.1:4711/").make_question() for _ in range(2))
    assert all(one[name] != two[name] for name in ("state", "nonce", "challenge"))
    assert not {one["state"], one["nonce"]} & {one["challenge"]}


@pytest.mark.parametrize(
    "wrong", [{"issuer": "http://directory.example"}, {"scope": "email"}, {"timeout_seconds": 0}], ids=str
)
def test_settings_that_would_believe_anybody_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenIdSettings(**wrong)


def test_no_secret_is_shown() -> None:
    flow = BrowserFlow("http://127.0.0.1:4711/")
    assert not any(secret in repr(flow) for secret in (flow.verifier, flow.nonce, flow.state))
    assert "hidden" not in repr(OpenIdSettings(client_secret=SecretStr("hidden")))
