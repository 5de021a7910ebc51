"""What the office does about people and their devices, over HTTP: for whoever has a role that says so, and no other."""

from fastapi import APIRouter

from twinbase_server.http.office import devices, people, salvage, sessions

router = APIRouter(prefix="/office", tags=["office"])
for room in (people, devices, sessions, salvage):
    router.include_router(room.router)
