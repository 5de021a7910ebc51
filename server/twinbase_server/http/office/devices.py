"""Devices over HTTP: listed, enrolled by a code, renamed, cut off and let in, wiped."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from twinbase.enrolment import EnrolmentOffer, show_code
from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.devices.enrolment import NoRoomForCodes, UnknownAccount, make_code
from twinbase_server.devices.picture import draw_svg
from twinbase_server.devices.store import (
    CannotCancel,
    OfficeDevice,
    UnknownDevice,
    cancel_wipe,
    list_devices,
    read_device,
    readmit_device,
    rename_device,
    revoke_device,
    wipe_device,
)
from twinbase_server.http.office.people import EMAIL
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, Officer, OfficerDep, needs_devices
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/devices", dependencies=[needs_devices], responses=describe_problems(*OFFICE_PROBLEMS))


class DeviceCodeRequest(BaseModel):
    """For whom, and for how long. `certificate`: the SHA-256 of the server's, where no authority has signed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    email: str = Field(max_length=320, pattern=EMAIL)
    minutes: int = Field(10, ge=1, le=1440)
    certificate: str = Field("", pattern=r"^([0-9a-f]{64})?$")


class DeviceCodeAnswer(BaseModel):
    """`code`: to type; it is told this once. `uri` and `picture` (SVG): to scan, where TWINBASE_PUBLIC_URL is set."""

    code: str = Field(repr=False)
    ends_at: datetime
    uri: str = Field(repr=False)
    picture: str = Field(repr=False)


class RenameRequest(BaseModel):
    """What the office calls it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")


class DeviceAnswer(BaseModel):
    """One device. `state`: admitted, revoked, to be wiped, told to wipe, wiped. What an older app does not tell is
    null."""

    id: UUID
    account: str
    device_name: str
    state: str
    platform: str | None
    app_version: str | None
    schema_fingerprint: str | None = Field(validation_alias="schema")
    made_at: datetime
    last_seen: datetime | None
    proven_at: datetime | None
    unsent: int | None
    oldest_unsent: datetime | None
    storage_bytes: int | None


@router.get("")
async def read_devices(officer: OfficerDep, account: str | None = None) -> list[DeviceAnswer]:
    """All devices, or those of an account; the one that was seen last first."""
    async with officer.serving.borrow_connection() as connection:
        found = await list_devices(connection, None if account is None else normalise_email(account))
    return [_show(device) for device in found]


@router.post("/code")
async def offer_code(body: DeviceCodeRequest, officer: OfficerDep) -> DeviceCodeAnswer:
    """A code by which one device enrols for an account, without its password."""
    serving, account, lifetime = officer.serving, normalise_email(body.email), timedelta(minutes=body.minutes)
    now = serving.clock()
    async with serving.borrow_connection() as connection:
        await officer.check_account(connection, account)
        try:
            code = await make_code(connection, account, officer.name, now, lifetime)
        except UnknownAccount as unknown:
            raise ProblemError("not-found", str(unknown)) from unknown
        except NoRoomForCodes as full:
            raise ProblemError("too-busy", str(full)) from full
    url = serving.settings.public_url.rstrip("/")
    uri = EnrolmentOffer(url, code, now + lifetime, body.certificate).make_uri() if url else ""
    return DeviceCodeAnswer(code=show_code(code), ends_at=now + lifetime, uri=uri, picture=draw_svg(uri) if uri else "")


@router.post("/{id}/rename")
async def name_device(id: UUID, body: RenameRequest, officer: OfficerDep) -> DeviceAnswer:
    """Call a device something else."""
    return await _change(officer, id, lambda db: rename_device(db, id, body.name))


@router.post("/{id}/revoke")
async def cut_off(id: UUID, officer: OfficerDep) -> DeviceAnswer:
    """Cut a device off: its next request is refused. What is on it stays."""
    return await _change(officer, id, lambda db: revoke_device(db, id, officer.serving.clock()))


@router.post("/{id}/readmit")
async def let_in(id: UUID, officer: OfficerDep) -> DeviceAnswer:
    """Let a device in again; somebody signs in on it, and it sends what it still has."""
    return await _change(officer, id, lambda db: readmit_device(db, id))


@router.post("/{id}/wipe")
async def ask_for_wipe(id: UUID, officer: OfficerDep) -> DeviceAnswer:
    """Have a device destroy its key and its file at its next contact. Its unsent edits come here first."""
    return await _change(officer, id, lambda db: wipe_device(db, id, officer.serving.clock()))


@router.post("/{id}/cancel-wipe")
async def take_wipe_back(id: UUID, officer: OfficerDep) -> DeviceAnswer:
    """Take back a wipe that the device has not been told of yet."""
    return await _change(officer, id, lambda db: cancel_wipe(db, id))


async def _change(officer: Officer, id: UUID, change: Callable[[Connection], Awaitable[Any]]) -> DeviceAnswer:
    """The device as it is then."""
    async with officer.serving.borrow_connection() as connection:
        try:
            await officer.check_account(connection, (await read_device(connection, id)).account)
            await change(connection)
            return _show(await read_device(connection, id))
        except UnknownDevice as unknown:
            raise ProblemError("not-found", "There is no such device.") from unknown
        except CannotCancel as late:
            raise ProblemError("bad-request", str(late)) from late


def _show(device: OfficeDevice) -> DeviceAnswer:
    return DeviceAnswer.model_validate(device, from_attributes=True)
