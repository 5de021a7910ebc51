"""What a device does that is to be wiped: it hands over what is unsent, destroys its file, and says so."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request

from twinbase.protocol import HEADER_PROOF, WipeAnswer
from twinbase_server.database.connection import Connection
from twinbase_server.devices.proof import check_ticket
from twinbase_server.devices.salvage import salvage_batch
from twinbase_server.devices.store import note_wiped
from twinbase_server.devices.wipe_ticket import WipeTicket
from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.caller import Bearer, ServingDep, check_protocol_and_app
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/auth/wipe", tags=["auth"])
ShownProof = Annotated[str, Header(alias=HEADER_PROOF, max_length=128)]
_PROBLEMS = (
    "token-invalid", "other-device", "garbled", "protocol", "upgrade-required", "too-busy", "database-unavailable",
)  # fmt: skip
_BY_TICKET = open_to_anybody("whoever asks shows the ticket of a wipe, signed by the device's key")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Push"}}},
    }
}


class WipingDevice:
    """The device that asks, by its ticket."""

    def __init__(self, serving: ServingDep, bearer: Bearer, proof: ShownProof = "") -> None:
        self.text, self.proof = bearer.credentials if bearer is not None else "", proof
        self.ticket: WipeTicket = serving.wipe_tickets.read(self.text)

    async def check(self, connection: Connection) -> bool:
        """Whether the wipe is still to be done; raises what `check_ticket` does."""
        return await check_ticket(connection, self.ticket, self.text, self.proof)


Wiping = Annotated[WipingDevice, Depends(WipingDevice)]
ProtocolAndApp = Annotated[None, Depends(check_protocol_and_app)]


@router.post(
    "/unsent",
    response_model=WipeAnswer,
    dependencies=[_BY_TICKET],
    openapi_extra=_BODY,
    responses=describe_problems(
        *_PROBLEMS, "bad-request", "bad-batch", "batch-too-large", "body-too-large", "media-type"
    ),
)
async def hand_over_unsent(request: Request, device: Wiping, serving: ServingDep, _: ProtocolAndApp) -> WipeAnswer:
    """Hand over a batch of edits that were never sent. They change nothing until a person accepts them."""
    body = await request.body()
    if not serving.settings.wipe_keeps_unsent:
        raise ProblemError("bad-request", "This server takes nothing of a device that is to be wiped.")
    async with serving.borrow_connection() as connection:
        if not await device.check(connection):
            return WipeAnswer()
        return WipeAnswer(taken=await salvage_batch(connection, device.ticket.replica, body, serving.clock()))


@router.post("/done", response_model=WipeAnswer, dependencies=[_BY_TICKET], responses=describe_problems(*_PROBLEMS))
async def finish_wipe(device: Wiping, serving: ServingDep, _: ProtocolAndApp) -> WipeAnswer:
    """Say that key and file are destroyed. Said twice, it is as said once."""
    async with serving.borrow_connection() as connection:
        if await device.check(connection):
            await note_wiped(connection, device.ticket.replica, serving.clock())
    return WipeAnswer()
