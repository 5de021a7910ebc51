"""People over HTTP: listed, invited, given a link for another password, changed, disabled, enabled."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, Officer, OfficerDep, needs_people
from twinbase_server.links.give import LetterLanguage, send_link
from twinbase_server.links.link import MINUTES_MAX, MINUTES_MIN, OneTimeLink, find_end
from twinbase_server.links.people import (
    KnownPerson,
    change_claims,
    disable_account,
    enable_account,
    list_people,
    rename_account,
)
from twinbase_server.links.store import AccountExists, AccountMissing, make_link
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/people", dependencies=[needs_people], responses=describe_problems(*OFFICE_PROBLEMS))
EMAIL = r"^[^\s\x00@]+@[^\s\x00@]+$"


class PersonNamed(BaseModel):
    """By e-mail, which stands in no address: those are in logs."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    email: str = Field(max_length=320, pattern=EMAIL)


class ResetRequest(PersonNamed):
    """`minutes`: how long the link is good, else as the server is set. `by_mail`: where mail can be sent."""

    minutes: int | None = Field(None, ge=MINUTES_MIN, le=MINUTES_MAX)
    language: LetterLanguage = LetterLanguage.EN
    by_mail: bool = True


class InviteRequest(ResetRequest):
    """`claims` and `name`: of the account that the link makes."""

    claims: dict[str, Any] = {}
    name: str = Field("", max_length=200)


class ChangeRequest(PersonNamed):
    """Claims to give and to take; a name, where it is said."""

    claims: dict[str, Any] = {}
    drop: list[str] = Field([], max_length=100)
    name: str | None = Field(None, max_length=200)


class LinkAnswer(BaseModel):
    """`link`: to be handed over, where it was not sent; it is told this once. `failure`: why a mail was not taken."""

    email: str
    kind: str
    ends_at: datetime
    sent: bool
    link: str | None = Field(repr=False)
    failure: str | None


class ClaimsAnswer(BaseModel):
    """The claims that an account has now."""

    email: str
    claims: dict[str, Any]


@router.get("")
async def read_people(officer: OfficerDep) -> list[KnownPerson]:
    """Who may sign in, and who was invited to."""
    async with officer.serving.borrow_connection() as connection:
        return await list_people(connection, officer.serving.clock())


@router.post("/invite")
async def invite_person(body: InviteRequest, officer: OfficerDep) -> LinkAnswer:
    """A link by which somebody gets an account, with a password of their own. Nobody gives more than they may do."""
    officer.check_over(body.claims)
    account, ends_at = normalise_email(body.email), _end(officer, body)
    return await _give(officer, body, OneTimeLink("invite", account, ends_at, body.claims, body.name.strip()))


@router.post("/reset")
async def reset_person(body: ResetRequest, officer: OfficerDep) -> LinkAnswer:
    """A link by which somebody chooses another password. Until they have, the old one goes on."""
    return await _give(officer, body, OneTimeLink("reset", normalise_email(body.email), _end(officer, body)))


@router.post("/disable")
async def disable_person(body: PersonNamed, officer: OfficerDep) -> PersonNamed:
    """Cut somebody off, on every device and at once; an open invitation is taken back."""
    return await _do(officer, body, lambda db: disable_account(db, body.email, officer.serving.clock()))


@router.post("/enable")
async def enable_person(body: PersonNamed, officer: OfficerDep) -> PersonNamed:
    """Let somebody in again, with the password that they had."""
    return await _do(officer, body, lambda db: enable_account(db, body.email))


@router.post("/change")
async def change_person(body: ChangeRequest, officer: OfficerDep) -> ClaimsAnswer:
    """Give an account other claims or another name; what is not named stays. It counts from the next request on."""

    async def change(connection: Connection) -> None:
        if body.name is not None:
            await rename_account(connection, body.email, body.name)
        claims.update(await change_claims(connection, body.email, body.claims, body.drop))
        # Of all that is left: without a claim an account may have more than with it. What is refused is undone.
        officer.check_over(claims)

    claims: dict[str, Any] = {}
    await _do(officer, body, change)
    return ClaimsAnswer(email=normalise_email(body.email), claims=claims)


def _end(officer: Officer, asked: ResetRequest) -> datetime:
    return find_end(officer.serving.clock(), asked.minutes or officer.serving.settings.link_minutes)


async def _give(officer: Officer, asked: ResetRequest, link: OneTimeLink) -> LinkAnswer:
    """No connection is kept while a mail server takes its time."""
    serving, now = officer.serving, officer.serving.clock()
    async with serving.borrow_connection() as connection:
        await officer.check_account(connection, link.account)
        try:
            secret = await make_link(connection, link, officer.name, now)
        except AccountMissing as missing:
            raise ProblemError("not-found", str(missing)) from missing
        except AccountExists as there:
            raise ProblemError("bad-request", str(there)) from there
    given = await send_link(serving.settings, link, secret, asked.language, now, by_mail=asked.by_mail)
    return LinkAnswer.model_validate(given.describe_link())


async def _do(officer: Officer, named: PersonNamed, work: Callable[[Connection], Awaitable[object]]) -> PersonNamed:
    """All of it, or nothing."""
    async with officer.serving.borrow_connection() as connection, connection.transaction():
        await officer.check_account(connection, named.email)
        try:
            await work(connection)
        except AccountMissing as missing:
            raise ProblemError("not-found", str(missing)) from missing
    return PersonNamed(email=normalise_email(named.email))
