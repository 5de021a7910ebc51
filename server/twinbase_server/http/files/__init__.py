"""Attachments over HTTP: content is brought by the tus protocol, piece by piece, and read by the row that names it."""

from fastapi import APIRouter

from twinbase_server.http.files import content, uploads

router = APIRouter(tags=["files"])
for room in (uploads, content):
    router.include_router(room.router, prefix="/files")
