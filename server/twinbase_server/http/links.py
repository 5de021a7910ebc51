"""One-time links: a page to choose a password on, and what takes the password. To look at the page uses nothing up."""

import asyncio
import logging
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import JSONResponse, Response

from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS, database_problem
from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.serving import Serving
from twinbase_server.links.link import OneTimeLink, read_secret
from twinbase_server.links.page import LinkPage, render_page
from twinbase_server.links.store import find_link, use_link
from twinbase_server.links.words import choose_language
from twinbase_server.passwords import UnfitPassword, hash_password
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.sign_in.attempts import note_attempt, take_attempt_back
from twinbase_server.sign_in.delays import LinkAttempt

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AcceptLanguage = Annotated[str, Header()]
_log = logging.getLogger(__name__)
router = APIRouter(prefix="/auth", tags=["auth"])


class LinkChoice(BaseModel):
    """What a link is shown with. `repeated`: the password again, where a person has typed it twice."""

    secret: str = Field(repr=False, max_length=400)
    password: str = Field(repr=False)
    repeated: str | None = Field(None, repr=False)


class LinkDone(BaseModel):
    """Whose password it is now."""

    email: str


@router.get(
    "/link",
    response_class=HTMLResponse,
    dependencies=[open_to_anybody("the page is the same for everybody, and its secret stays in the browser")],
)
async def show_page(accept_language: AcceptLanguage = "") -> Response:
    """The page that every link leads to, in English or French. The link's secret follows `#`, and stays in the browser.

    The page is the same for everybody, and nothing is used up by looking at it.
    """
    return _show(LinkPage(), accept_language)


@router.post(
    "/link",
    response_model=LinkDone,
    dependencies=[open_to_anybody("who asks shows the secret of a link, and guessing is slowed down")],
    responses=describe_problems(
        "bad-request",
        "link-gone",
        "media-type",
        "password-unfit",
        "body-too-large",
        "too-many-sign-ins",
        "too-busy",
        "database-unavailable",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": LinkChoice.model_json_schema()} for kind in (JSON, FORM)},
        }
    },
)
async def take_password(request: Request, serving: ServingDep, accept_language: AcceptLanguage = "") -> Response:
    """Give the account of a link its password, and use the link up. The answer is JSON to JSON, and a page to the form.

    A link that was used, one that has ended and one that never was get the same answer. A password that is not taken
    leaves the link as it was; `fault` says why: `short`, `long`, `known`, `unreadable` or `different`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (FORM, JSON):
        raise ProblemError("media-type", f"Send {JSON} or {FORM}.")
    choice = _read_choice(await request.body(), kind)
    address = request.client.host if request.client is not None else ""
    if kind == JSON:
        link = await _set_password(serving, choice, address)
        return JSONResponse({"email": link.account}, headers={"Cache-Control": "no-store"})
    try:
        link = await _set_password(serving, choice, address)
    except ProblemError as problem:
        return _show_problem(problem, choice, accept_language)
    except DATABASE_ERRORS as error:
        _log.error("A link's password could not be set in the database.", exc_info=error)
        return _show_problem(ProblemError(database_problem(error)), choice, accept_language)
    return _show(LinkPage("done", email=link.account), accept_language)


def _read_choice(body: bytes, kind: str) -> LinkChoice:
    try:
        if kind == JSON:
            return LinkChoice.model_validate_json(body)
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=16)
        return LinkChoice.model_validate(dict(fields))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    except ValueError as error:
        raise ProblemError("bad-request", "The form cannot be read.") from error


async def _set_password(serving: Serving, choice: LinkChoice, address: str) -> OneTimeLink:
    """Raises the problems `link-gone`, `password-unfit`, `too-many-sign-ins`, `too-busy`.

    No connection to PostgreSQL is kept while the password is judged and hashed, and no more are at one time than people
    who sign in.
    """
    now, secret = serving.clock(), read_secret(choice.secret)
    async with serving.lanes.sign_ins.enter_lane():
        async with serving.borrow_connection() as connection:
            link = await _find(connection, secret, address, now)
        kept = await asyncio.to_thread(_hash, choice, link.account)
        async with serving.borrow_connection() as connection:
            used = await use_link(connection, secret, kept, now)
    if used is None:
        raise ProblemError("link-gone")
    return used


async def _find(connection: Connection, secret: str, address: str, now: datetime) -> OneTimeLink:
    """What the link would give. Who shows one that is none has to wait after a while, as who types wrong passwords."""
    counts = await note_attempt(connection, LinkAttempt(address), now)
    link = await find_link(connection, secret, now)
    if link is None:
        raise ProblemError("link-gone")
    await take_attempt_back(connection, counts)
    return link


def _hash(choice: LinkChoice, account: str) -> str:
    if choice.repeated is not None and choice.repeated != choice.password:
        raise ProblemError("password-unfit", "The two passwords are not the same.", fault="different")
    try:
        return hash_password(choice.password, of=account)
    except UnfitPassword as unfit:
        raise ProblemError("password-unfit", unfit.detail, fault=unfit.fault) from unfit


def _show_problem(problem: ProblemError, choice: LinkChoice, accept_language: str) -> Response:
    if problem.kind == "link-gone":
        page = LinkPage("gone")
    else:
        wrong = {"password-unfit": str(problem.extra.get("fault")), "too-many-sign-ins": "wait"}
        page = LinkPage(wrong=wrong.get(problem.kind, "later"), secret=choice.secret)
    return _show(page, accept_language, problem)


def _show(page: LinkPage, accept_language: str, problem: ProblemError | None = None) -> Response:
    html, headers = render_page(page, choose_language(accept_language))
    if problem is None:
        return HTMLResponse(html, headers=dict(headers))
    return HTMLResponse(html, problem.status, {**problem.headers, **headers})
