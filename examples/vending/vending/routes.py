"""`GET /api/v1/vending/empty`: the slots of my machines that want filling, for a screen that is not a device."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from twinbase_server.extension import ConnectionDep, IdentityDep, describe_problems

router = APIRouter(prefix="/vending", tags=["vending"])
_EMPTY = """
SELECT m.id AS machine_id, m.place, s.position, s.product FROM vending.slots s
JOIN vending.machines m ON m.id = s.machine_id JOIN vending.routes r ON r.code = m.route
WHERE r.driver = $1 AND s."left" = 0 ORDER BY m.number, s.position LIMIT $2
"""
SLOTS_MAX = 500


class EmptySlot(BaseModel):
    """A slot with nothing left in it."""

    machine_id: UUID
    place: str
    position: str
    product: str


@router.get("/empty", responses=describe_problems("token-invalid", "token-expired", "claim-missing", "too-busy"))
async def empty(identity: IdentityDep, connection: ConnectionDep) -> list[EmptySlot]:
    """The empty slots of the caller's machines, the first 500."""
    rows = await connection.fetch(_EMPTY, identity.require_claim("driver"), SLOTS_MAX)
    return [EmptySlot(**dict(row)) for row in rows]
