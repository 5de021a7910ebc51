"""Sessions over HTTP, of everybody: listed and ended."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from twinbase.protocol import EndAnswer
from twinbase_server.accounts import normalise_email
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, OfficerDep, needs_devices
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.sessions.store import (
    ENDED_BY_OFFICE,
    end_session,
    end_sessions,
    find_account,
    list_sessions,
    read_device_names,
)

router = APIRouter(prefix="/sessions", dependencies=[needs_devices], responses=describe_problems(*OFFICE_PROBLEMS))


class OfficeSessionAnswer(BaseModel):
    """Who is signed in on which device, since when; `ended_why`: of one that is over."""

    session: UUID
    account: str
    replica: UUID
    device_name: str
    made_at: datetime
    used_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_why: str | None


class EndTheseRequest(BaseModel):
    """One session, or all of an account."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    session: UUID | None = None
    account: str | None = Field(None, max_length=320)

    @model_validator(mode="after")
    def _names_one(self) -> "EndTheseRequest":
        if (self.session is None) is (self.account is None):
            raise ValueError("name a session, or an account")
        return self


@router.get("")
async def read_all_sessions(
    officer: OfficerDep, account: str | None = None, ended: bool = False
) -> list[OfficeSessionAnswer]:
    """The sessions that go on, of everybody or of an account; with those that were `ended` lately."""
    async with officer.serving.borrow_connection() as connection:
        named = None if account is None else normalise_email(account)
        found = await list_sessions(connection, named, ended=ended)
        names = await read_device_names(connection, [one.replica for one in found])
    return [
        OfficeSessionAnswer(
            session=one.id, account=one.account, replica=one.replica, device_name=names.get(one.replica, ""),
            made_at=one.made_at, used_at=one.used_at, ends_at=one.ends_at, ended_at=one.ended_at,
            ended_why=one.ended_why,
        )
        for one in found
    ]  # fmt: skip


@router.post("/end")
async def end_any(body: EndTheseRequest, officer: OfficerDep) -> EndAnswer:
    """End them: their next request is refused, and what is unsent stays on the devices."""
    now = officer.serving.clock()
    async with officer.serving.borrow_connection() as connection:
        if body.account is not None:
            account = normalise_email(body.account)
            await officer.check_account(connection, account)
            return EndAnswer(ended=await end_sessions(connection, account, ENDED_BY_OFFICE, now))
        assert body.session is not None
        owner = await find_account(connection, body.session)
        if owner is None:
            raise ProblemError("not-found", "There is no such session.")
        await officer.check_account(connection, owner)
        return EndAnswer(ended=int(await end_session(connection, body.session, ENDED_BY_OFFICE, now)))
