"""Enrolling a device by a code of the office, in place of an e-mail and a password."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from twinbase.protocol import EnrollRequest, LoginAnswer
from twinbase_server.database.connection import Connection
from twinbase_server.devices.account import identify_account
from twinbase_server.devices.enrolment import KeptCode, find_code, is_code, use_code
from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.auth import SIGN_IN_PROBLEMS, read_sender_address
from twinbase_server.http.caller import ServingDep, check_protocol_and_app
from twinbase_server.http.plugin_failures import translate_plugin_failure
from twinbase_server.http.serving import Serving
from twinbase_server.http.sessions import begin_answered
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.revocation import read_claims_version
from twinbase_server.sessions.begin import SigningDevice
from twinbase_server.sessions.device_key import read_device_key
from twinbase_server.sign_in.attempts import note_attempt, take_attempt_back
from twinbase_server.sign_in.delays import EnrolmentAttempt

_WRONG = "This code cannot be used: it is mistyped, used or too old. Ask the office for a new one."
router = APIRouter(prefix="/auth", tags=["auth"])


@router.post(
    "/enroll",
    response_model=LoginAnswer,
    dependencies=[open_to_anybody("nobody is signed in yet; who asks shows a code, and guessing is slowed down")],
    responses=describe_problems(*SIGN_IN_PROBLEMS),
)
async def enroll(
    body: EnrollRequest, request: Request, serving: ServingDep, _: Annotated[None, Depends(check_protocol_and_app)]
) -> LoginAnswer:
    """Sign in on a device by a code, which is used up by it. The device is bound to the account from now on.

    When no answer comes, the same device may ask again with the same code and key.
    """
    async with serving.lanes.sign_ins.enter_lane():
        device = SigningDevice(body.replica, body.device_name, read_device_key(body.device_key))
        attempt = EnrolmentAttempt(read_sender_address(request))
        async with serving.borrow_connection() as connection:
            counts = await note_attempt(connection, attempt, serving.clock())
            kept = await find_code(connection, body.code, serving.clock())
        if not await asyncio.to_thread(is_code, body.code, kept) or kept is None:
            raise ProblemError("credentials-wrong", _WRONG)
        async with serving.borrow_connection() as connection:
            await take_attempt_back(connection, counts)
            return await _begin(serving, connection, kept, device)


async def _begin(serving: Serving, connection: Connection, kept: KeptCode, device: SigningDevice) -> LoginAnswer:
    """One transaction: what is refused uses nothing up, and of two that come at once one has it."""
    now = serving.clock()
    version = await read_claims_version(connection, kept.account)
    with translate_plugin_failure("twinbase_identify_again", "credentials-wrong"):
        identity = await identify_account(connection, serving.plugins, kept.account)
    async with connection.transaction():
        if not await use_code(connection, kept, device.replica, device.key, now):
            raise ProblemError("credentials-wrong", _WRONG)
        return await begin_answered(serving, connection, identity, device, version, now)
