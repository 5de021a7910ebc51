"""What the office does over HTTP about people, devices and edits: for whoever has a role that says so, no other."""

from fastapi import APIRouter

from twinbase_server.http.office import conflicts, devices, people, salvage, sessions

router = APIRouter(prefix="/office", tags=["office"])
for room in (people, devices, sessions, salvage, conflicts):
    router.include_router(room.router)
