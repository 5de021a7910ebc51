"""What a device asks: where a browser goes, and a session for what came back. The provider's tokens stay here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from twinbase_openid.id_token import UntrueToken, describe_person, read_id_token, read_key_id, says_enough
from twinbase_openid.linking import NotAdmitted, find_account
from twinbase_openid.provider import GrantedTokens, GrantPending, GrantRefused, Provider, ProviderFailed, TerminalGrant
from twinbase_openid.settings import LOOPBACK, OpenIdSettings
from twinbase_server.extension import (
    LoginAnswer,
    NowDep,
    ProblemError,
    SigningIn,
    SigningInDep,
    SigningRequest,
    describe_problems,
    open_to_anybody,
)

RandomText = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{32,128}$", repr=False)]
"""Random letters of the device's own, of which an address may hold all."""
_OPEN = open_to_anybody("nobody is signed in yet; the provider says who it is, and guessing is slowed down")
_ASKING = ("bad-request", "garbled", "protocol", "upgrade-required", "sync-off", "plugin-failed", "not-found")
_BEGINNING = (
    "credentials-wrong", "other-account", "device-revoked", "device-wiped", "too-many-sign-ins", "body-too-large",
    "media-type",
)  # fmt: skip


class OfferAnswer(BaseModel):
    """`name`: what people call the directory that they sign in at."""

    name: str


class BrowserRequest(BaseModel):
    """Where the browser comes back to, and what the device will know it by. `challenge`: SHA-256 of the verifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    redirect_uri: str = Field(max_length=400)
    challenge: RandomText
    state: RandomText
    nonce: RandomText


class BrowserAnswer(BaseModel):
    """`url`: for the system's browser. `issuer`: what the browser must say that it comes from, if it says so."""

    url: str
    issuer: str


class CodeRequest(SigningRequest):
    """What came back with the browser, and what the device kept meanwhile."""

    code: str = Field(min_length=1, max_length=4096, repr=False)
    verifier: RandomText
    nonce: RandomText
    redirect_uri: str = Field(max_length=400)


class TerminalRequest(SigningRequest):
    """The terminal's own half of a code that a person has typed elsewhere."""

    device_code: str = Field(min_length=1, max_length=4096, repr=False)


def make_router(settings: OpenIdSettings) -> APIRouter:
    """The routes below `/api/v1/auth/openid`, of one application."""
    desk = _Desk(Provider(settings))
    router = APIRouter(prefix="/auth/openid", tags=["openid"], dependencies=[_OPEN])
    begun = describe_problems(*_ASKING, *_BEGINNING)

    @router.post("/offer", responses=describe_problems(*_ASKING))
    async def offer(_: SigningInDep) -> OfferAnswer:
        """Whether people sign in at a directory here, and at which. The directory itself is not asked."""
        return desk.offer()

    @router.post("/begin", responses=describe_problems(*_ASKING))
    async def begin(body: BrowserRequest, _: SigningInDep, now: NowDep) -> BrowserAnswer:
        """Where a person signs in, with a browser that comes back to the device."""
        return await desk.begin(body, now)

    @router.post("/finish", responses=begun)
    async def finish(body: CodeRequest, signing_in: SigningInDep, now: NowDep) -> LoginAnswer:
        """A session for the code that the browser brought back. It is good once: when no answer comes, begin again."""
        return await desk.finish(body, signing_in, now)

    @router.post("/terminal/begin", responses=describe_problems(*_ASKING))
    async def begin_terminal(_: SigningInDep, now: NowDep) -> TerminalGrant:
        """A code that a person types in a browser elsewhere, for a device that has none."""
        return await desk.begin_terminal(now)

    @router.post("/terminal/finish", responses=describe_problems("sign-in-pending") | begun)
    async def finish_terminal(body: TerminalRequest, signing_in: SigningInDep, now: NowDep) -> LoginAnswer:
        """A session once the person has signed in; until then `sign-in-pending`, with `slower` where it was asked too
        often."""
        return await desk.finish_terminal(body, signing_in, now)

    return router


class _Desk:
    """What the routes do."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.settings = provider, provider.settings

    def offer(self) -> OfferAnswer:
        self._check_set()
        return OfferAnswer(name=self.settings.shown_name)

    async def begin(self, asked: BrowserRequest, now: datetime) -> BrowserAnswer:
        self._check_set()
        self._check_redirect(asked.redirect_uri)
        with _translate_failures():
            url = await self.provider.make_address(asked.redirect_uri, asked.challenge, asked.state, asked.nonce, now)
        return BrowserAnswer(url=url, issuer=self.settings.issuer)

    async def finish(self, asked: CodeRequest, signing_in: SigningIn, now: datetime) -> LoginAnswer:
        self._check_set()
        self._check_redirect(asked.redirect_uri)
        async with signing_in.count_attempt():
            with _translate_failures():
                tokens = await self.provider.exchange_code(asked.code, asked.verifier, asked.redirect_uri, now)
                return await self._begin_session(tokens, asked.nonce, asked, signing_in, now)

    async def begin_terminal(self, now: datetime) -> TerminalGrant:
        self._check_set()
        with _translate_failures():
            return await self.provider.begin_terminal(now)

    async def finish_terminal(self, asked: TerminalRequest, signing_in: SigningIn, now: datetime) -> LoginAnswer:
        self._check_set()
        async with signing_in.count_attempt():
            with _translate_failures():
                tokens = await self.provider.finish_terminal(asked.device_code, now)
                return await self._begin_session(tokens, None, asked, signing_in, now)

    async def _begin_session(
        self, tokens: GrantedTokens, nonce: str | None, asked: SigningRequest, signing_in: SigningIn, now: datetime
    ) -> LoginAnswer:
        keys = await self.provider.read_keys(read_key_id(tokens.id_token), now)
        claims = read_id_token(tokens.id_token, keys, self.settings, nonce, now)
        more = {} if says_enough(claims, self.settings) else await self.provider.read_person(tokens, now)
        person = describe_person(claims, more, self.settings)
        async with signing_in.borrow_connection() as connection:
            identity = await find_account(connection, person, self.settings, now)
            return await signing_in.begin_session(connection, identity, asked)

    def _check_set(self) -> None:
        if not self.settings.is_set:
            raise ProblemError("not-found", "Nobody signs in this way here: TWINBASE_OPENID_ISSUER is not set.")

    def _check_redirect(self, uri: str) -> None:
        """A code goes back to the device that asked for it, and nowhere else."""
        if uri not in self.settings.redirects and not is_loopback(uri):
            raise ProblemError("bad-request", "A browser comes back to http://127.0.0.1:PORT/, or to a known address.")


def is_loopback(uri: str) -> bool:
    """Whether an address is one of the device itself (RFC 8252 §7.3)."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and not parts.username and not parts.query and not parts.fragment
    return plain and parts.hostname in LOOPBACK and port is not None


@contextmanager
def _translate_failures() -> Iterator[None]:
    """As problems: what a person can do about it, and nothing of what the provider said."""
    try:
        yield
    except GrantPending as pending:
        raise ProblemError(
            "sign-in-pending", "Sign in with the code that is shown.", slower=pending.slower
        ) from pending
    except GrantRefused as refused:
        raise ProblemError("credentials-wrong", "The code was used, or has ended: sign in again.") from refused
    except UntrueToken as untrue:
        raise ProblemError("credentials-wrong", "What the directory said is not to be believed.") from untrue
    except NotAdmitted as shut:
        raise ProblemError("credentials-wrong", str(shut)) from shut
    except ProviderFailed as failed:
        raise ProblemError("plugin-failed", f"The directory of the company: {failed}") from failed
