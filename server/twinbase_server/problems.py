"""Problems: what the server says when it cannot do what was asked (RFC 9457, application/problem+json).

A problem's `type` is a short code for programs, its `detail` a sentence for a person. The list below is all of them;
docs/reference/protocol.md says what a device does about each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from twinbase.errors import TwinbaseError
from twinbase.protocol import PROBLEM_TYPE, Problem


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One type of problem: its HTTP status, and its title, which never varies."""

    status: int
    title: str


KINDS: Mapping[str, ProblemKind] = {
    "attachment-checksum": ProblemKind(460, "The piece did not arrive as it was sent. Nothing of it was kept."),
    "attachment-offset": ProblemKind(409, "The upload stands elsewhere. Ask where (HEAD), and go on from there."),
    "attachment-refused": ProblemKind(422, "This content is not taken. It stays on the device."),
    "bad-batch": ProblemKind(422, "The batch cannot be read. Nothing of it was written."),
    "bad-cursor": ProblemKind(400, "The cursor is not one of this server's. Start with an initial sync."),
    "bad-request": ProblemKind(400, "The request is not understood."),
    "batch-too-large": ProblemKind(413, "The batch holds more mutations than the server takes. Send it in parts."),
    "body-too-large": ProblemKind(413, "The body is larger than the server takes."),
    "claim-missing": ProblemKind(403, "The account lacks a claim that a scope needs. Nothing was sent or removed."),
    "credentials-wrong": ProblemKind(401, "Nobody signs in with what was typed."),
    "database-unavailable": ProblemKind(503, "The database does not answer at the moment. Try again."),
    "device-revoked": ProblemKind(403, "This device was cut off. Ask whoever administers the server."),
    "device-wiped": ProblemKind(410, "This device is to be wiped: hand over what is unsent, then destroy the file."),
    "forked": ProblemKind(409, "Another copy of this device has pushed. Take a new epoch and send again."),
    "garbled": ProblemKind(400, "The request did not arrive as it was sent. Nothing was changed. Send it again."),
    "gap": ProblemKind(409, "The server has not seen the batch before this one."),
    "generation": ProblemKind(
        409, "The server's history has changed, after a restore perhaps. Offer recent work again."
    ),
    "internal": ProblemKind(500, "The server failed. Nothing was changed."),
    "link-gone": ProblemKind(410, "The link was used, or has ended, or is unknown. Ask for another one."),
    "media-type": ProblemKind(415, "The body's type or encoding is not one that the server reads."),
    "method": ProblemKind(405, "This address does not take that method."),
    "not-found": ProblemKind(404, "There is nothing at this address."),
    "not-permitted": ProblemKind(403, "Your role does not permit this. Ask whoever manages the accounts."),
    "other-account": ProblemKind(403, "The device belongs to another account. Open one file per account."),
    "other-device": ProblemKind(403, "The token was given to another device. Sign in on this one."),
    "password-unfit": ProblemKind(422, "This password is not taken. The link is good still."),
    "plugin-failed": ProblemKind(503, "A part of the server failed. Nothing was changed. Try again later."),
    "protocol": ProblemKind(400, "The protocol headers are missing or wrong."),
    "range": ProblemKind(416, "The content has no such part."),
    "schema-unknown": ProblemKind(409, "The server does not know this device's schema. Send it to sync/schema."),
    "session-ended": ProblemKind(401, "The session is over. Sign in again; unsent work is kept on the device."),
    "sign-in-pending": ProblemKind(409, "Whoever signs in has not done so elsewhere yet. Ask again in a moment."),
    "store-down": ProblemKind(503, "The store of content does not answer at the moment. Try again later."),
    "store-full": ProblemKind(507, "There is no room for this content at the moment. Keep it, and try again later."),
    "store-missing": ProblemKind(501, "This server keeps no content of attachments."),
    "sync-off": ProblemKind(503, "Sync is switched off for the moment. Work goes on; try again later."),
    "token-expired": ProblemKind(401, "The token has expired. Sign in again."),
    "token-invalid": ProblemKind(401, "The token is missing or not one of this server's. Sign in again."),
    "too-busy": ProblemKind(503, "The server is busy. Try again."),
    "too-many-sign-ins": ProblemKind(429, "Too often something was typed wrongly. Wait a little, then try again."),
    "too-slow": ProblemKind(503, "The answer took too long. Try again."),
    "tus-version": ProblemKind(412, "The server speaks tus 1.0.0. Say so in the header Tus-Resumable."),
    "upgrade-required": ProblemKind(426, "This app is too old for the server. Update it; unsent work is kept."),
}
RETRY_AFTER_SECONDS = 10
FULL_RETRY_AFTER_SECONDS = 600
"""Room is made by a person."""


class ProblemError(TwinbaseError):
    """The server cannot do what was asked."""

    def __init__(self, kind: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        """`kind` is a key of KINDS; `extra` members travel in the body beside type, title, status and detail."""
        self.kind = kind
        self.status = KINDS[kind].status
        self.title = KINDS[kind].title
        self.extra = extra
        self.headers = {**_headers(kind, self.status), **(headers or {})}
        super().__init__(f"[{kind}] {detail}")
        self.detail = detail

    @property
    def type(self) -> str:
        return self.kind

    def make_body(self) -> dict[str, Any]:
        """What travels."""
        problem = Problem(type=self.kind, title=self.title, status=self.status, detail=self.detail, **self.extra)
        return problem.model_dump(mode="json")


def _headers(kind: str, status: int) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status == 507:
        headers["Retry-After"] = str(FULL_RETRY_AFTER_SECONDS)
    if kind.startswith("token-"):
        error = "" if kind == "token-invalid" else ' error="invalid_token"'
        headers["WWW-Authenticate"] = f"Bearer{error}"
    return headers


def problem_response(problem: ProblemError) -> Response:
    """The HTTP answer."""
    return JSONResponse(problem.make_body(), problem.status, problem.headers, media_type=PROBLEM_TYPE)


def describe_problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its `responses=` in the OpenAPI: one entry per status, an example per type."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        status = KINDS[kind].status
        content = answers.setdefault(status, {"model": Problem, "description": "", "content": {PROBLEM_TYPE: {}}})
        content["description"] = f"{content['description']} {kind}".strip()
        example = {"summary": KINDS[kind].title, "value": ProblemError(kind).make_body()}
        content["content"][PROBLEM_TYPE].setdefault("examples", {})[kind] = example
    return answers
