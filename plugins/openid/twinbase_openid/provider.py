"""The provider, as the server asks it: where its addresses are, a code for an identity, and its public keys."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from twinbase.errors import TwinbaseError
from twinbase_openid.settings import OpenIdSettings

DISCOVERY = "/.well-known/openid-configuration"
READ_AGAIN_AFTER = timedelta(hours=1)
KEYS_READ_AGAIN_AFTER = timedelta(minutes=1)
"""A key that is unknown may be a new one; whoever makes keys up shall not have the provider asked each time."""
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PENDING = frozenset({"authorization_pending", "slow_down"})


class ProviderFailed(TwinbaseError):
    """The provider does not answer, or not as one of OpenID Connect does."""


class GrantRefused(TwinbaseError):
    """The provider does not know the code: it was used, has ended, or the person said no."""


@dataclass(frozen=True, slots=True)
class GrantedTokens:
    """Who it is, as the provider has signed it, and by what more of them can be asked."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class GrantPending(TwinbaseError):
    """The person has not signed in at the provider yet. `slower`: it was asked too often."""

    def __init__(self, *, slower: bool) -> None:
        self.slower = slower
        super().__init__("Nobody has signed in with this code yet.")


class ProviderMetadata(BaseModel):
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    device_authorization_endpoint: str = ""
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: list[str] = ["RS256"]


class TerminalGrant(BaseModel):
    """A code to type elsewhere (RFC 8628), and where."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str = ""
    expires_in: int
    interval: int = 5


class Provider:
    """One for an application. What it says of itself and its keys are kept for an hour."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self.settings = settings
        self._calls = asyncio.Semaphore(settings.calls_at_once)
        self._metadata: ProviderMetadata | None = None
        self._keys = KeySet([])
        self._metadata_at = self._keys_at = datetime.min.replace(tzinfo=UTC)

    async def read_metadata(self, now: datetime) -> ProviderMetadata:
        """Its addresses; raises ProviderFailed."""
        if self._metadata is None or now - self._metadata_at > READ_AGAIN_AFTER:
            said = await self._get(self.settings.issuer.rstrip("/") + DISCOVERY)
            self._metadata, self._metadata_at = self._read_metadata(said), now
        return self._metadata

    async def read_keys(self, key_id: str | None, now: datetime) -> KeySet:
        """Its public keys, read again when this one is not among them; raises ProviderFailed."""
        is_known = key_id in {key.kid for key in self._keys.keys}
        if now - self._keys_at > (READ_AGAIN_AFTER if is_known else KEYS_READ_AGAIN_AFTER):
            said = await self._get((await self.read_metadata(now)).jwks_uri)
            try:
                self._keys, self._keys_at = KeySet.import_key_set(said), now
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderFailed("Its keys cannot be read.") from error
        return self._keys

    async def make_address(self, redirect_uri: str, challenge: str, state: str, nonce: str, now: datetime) -> str:
        """Where a person's browser goes to sign in."""
        metadata = await self.read_metadata(now)
        async with self._client(redirect_uri) as client:
            asked = {"state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256"}
            address, _ = client.create_authorization_url(metadata.authorization_endpoint, **asked)
        return str(address)

    async def exchange_code(self, code: str, verifier: str, redirect_uri: str, now: datetime) -> GrantedTokens:
        """The tokens for a code; raises GrantRefused and ProviderFailed."""
        metadata = await self.read_metadata(now)
        return await self._fetch_token(metadata, redirect_uri, code=code, code_verifier=verifier)

    async def begin_terminal(self, now: datetime) -> TerminalGrant:
        """A code for a terminal; raises ProviderFailed where the provider has none to give."""
        endpoint = (await self.read_metadata(now)).device_authorization_endpoint
        if not endpoint:
            raise ProviderFailed("It has no codes for terminals: sign in with a browser.")
        said = await self._post_as_client(endpoint, {"scope": self.settings.scope})
        try:
            return TerminalGrant.model_validate(said)
        except ValidationError as error:
            raise ProviderFailed("Its code for a terminal cannot be read.") from error

    async def finish_terminal(self, device_code: str, now: datetime) -> GrantedTokens:
        """The tokens for a terminal's code; raises GrantPending, GrantRefused and ProviderFailed."""
        metadata = await self.read_metadata(now)
        return await self._fetch_token(metadata, None, grant_type=DEVICE_GRANT, device_code=device_code)

    async def read_person(self, tokens: GrantedTokens, now: datetime) -> Mapping[str, Any]:
        """What more it says of the person, in claims, unsigned; nothing where it has no address for that."""
        endpoint = (await self.read_metadata(now)).userinfo_endpoint
        if not endpoint:
            return {}
        said = await self._get(endpoint, {"Authorization": f"Bearer {tokens.access_token}"})
        return said if isinstance(said, dict) else {}

    def _read_metadata(self, said: Mapping[str, Any]) -> ProviderMetadata:
        try:
            metadata = ProviderMetadata.model_validate(said)
        except ValidationError as error:
            raise ProviderFailed("What it says of itself cannot be read.") from error
        if metadata.issuer != self.settings.issuer:
            raise ProviderFailed("It calls itself otherwise than TWINBASE_OPENID_ISSUER does.")
        return metadata

    async def _fetch_token(self, metadata: ProviderMetadata, redirect_uri: str | None, **grant: str) -> GrantedTokens:
        async with self._asking(), self._client(redirect_uri) as client:
            try:
                answer = await client.fetch_token(metadata.token_endpoint, **grant)
            except OAuthError as error:
                raise _refusal(error.error or "") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("It answered without saying who it is: ask for the scope openid.")
        return GrantedTokens(token, str(answer.get("access_token", "")))

    async def _post_as_client(self, url: str, form: Mapping[str, str]) -> Any:
        async with self._asking(), self._client(None) as client:
            auth = client.client_auth(client.token_endpoint_auth_method)
            response = await client.request("POST", url, withhold_token=True, auth=auth, data=dict(form))
            return _read_json(response)

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        async with self._asking(), httpx2.AsyncClient(timeout=self.settings.timeout_seconds) as client:
            return _read_json(await client.get(url, headers=dict(headers or {})))

    def _client(self, redirect_uri: str | None) -> AsyncOAuth2Client:
        secret = self.settings.client_secret.get_secret_value()
        return AsyncOAuth2Client(
            self.settings.client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self.settings.scope,
            redirect_uri=redirect_uri,
            timeout=self.settings.timeout_seconds,
        )

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Few at a time, so that a slow provider does not fill this server with those who wait for it."""
        try:
            async with asyncio.timeout(self.settings.timeout_seconds), self._calls:
                yield
        except (httpx2.HTTPError, TimeoutError, ValueError) as error:
            raise ProviderFailed(f"It did not answer ({type(error).__name__}).") from error


def _refusal(error: str) -> TwinbaseError:
    """What an error of the token endpoint means (RFC 6749 §5.2, RFC 8628 §3.5)."""
    if error in PENDING:
        return GrantPending(slower=error == "slow_down")
    if error in ("invalid_grant", "expired_token", "access_denied"):
        return GrantRefused(error)
    return ProviderFailed(f"It refused this server: {error}. Look at TWINBASE_OPENID_CLIENT_ID and its secret.")


def _read_json(response: httpx2.Response) -> Any:
    if response.status_code != 200:
        raise ProviderFailed(f"It answered {response.status_code}.")
    return response.json()
