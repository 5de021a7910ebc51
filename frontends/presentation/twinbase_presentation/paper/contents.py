"""What stands in the report of a visit, read from the device; a report on paper is made of nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from twinbase.errors import AttachmentError
from twinbase.replica import Replica, ReplicaSession
from twinbase_mobile.reading import Job, read_job
from twinbase_mobile.tables import Colleague, InterventionSignature
from twinbase_presentation.workday import Workday

PHOTOS_MAX, PHOTO_PX = 60, 900
"""A document that is signed has ten megabytes at most."""


@dataclass(frozen=True, slots=True)
class PaperPhoto:
    """A photo with its caption. `content`: None where the picture is not on this device."""

    caption: str
    phase: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """Who has signed, or why not. `content`: the picture; `signed_sha256`: the document that was
    signed, "" for none."""

    role: str
    name: str
    quality: str
    at: datetime | None
    refused: bool
    reason: str
    content: bytes | None
    signed_sha256: str


@dataclass(frozen=True, slots=True)
class PaperContents:
    """A visit, who did it and can be called, its photos and signatures. `more_photos`: how many are left out."""

    job: Job
    by: str
    by_function: str
    by_ways: tuple[str, ...]
    photos: tuple[PaperPhoto, ...]
    more_photos: int
    signatures: tuple[PaperSignature, ...]
    made_at: datetime


async def collect_contents(workday: Workday, visit: UUID, *, signed: bool = True) -> PaperContents | None:
    """All of it, in one moment of the file; None for a visit that is not here. `signed`: with the signatures; what is
    to be signed has none."""
    now = workday.read_now()

    async def read(replica: Replica) -> PaperContents | None:
        async with replica.read() as session:
            job = await read_job(session, visit, now=now, zone=workday.zone)
            if job is None:
                return None
            me = await session.get(Colleague, workday.me)
            rows = await _read_signatures(session, visit) if signed else []
        photos = await _read_photos(replica, job, workday)
        found = tuple([await _read_signature(replica, one, workday) for one in rows])
        name = " ".join(part for part in (me.first_name, me.last_name) if part) if me else ""
        ways = tuple(way for way in (me.mobile or me.phone, me.email) if way) if me else ()
        more = max(len(job.photos) - PHOTOS_MAX, 0)
        return PaperContents(job, name, (me.function or "") if me else "", ways, photos, more, found, now)

    return await workday.runner.ask(read)


async def _read_signatures(session: ReplicaSession, visit: UUID) -> Sequence[InterventionSignature]:
    query = select(InterventionSignature).where(InterventionSignature.intervention_id == visit)
    return (await session.exec(query.order_by(InterventionSignature.role))).all()


async def _read_photos(replica: Replica, job: Job, workday: Workday) -> tuple[PaperPhoto, ...]:
    photos = []
    for one in job.photos[:PHOTOS_MAX]:
        content = await _read_picture(replica, one.sha256, PHOTO_PX)
        photos.append(PaperPhoto(one.caption, one.phase, content))
    return tuple(photos)


async def _read_signature(replica: Replica, row: InterventionSignature, workday: Workday) -> PaperSignature:
    content = None
    if row.image_sha256:
        try:
            with await replica.attachments.open(row.image_sha256) as file:
                content = file.read()
        except AttachmentError:
            content = None
    at = None if row.signed_at is None else row.signed_at.astimezone(workday.read_now().tzinfo)
    return PaperSignature(
        row.role, row.signer_name or "", row.signer_quality or "", at, row.refused, row.refusal_reason or "", content,
        row.report_sha256 or "",
    )  # fmt: skip


async def _read_picture(replica: Replica, sha256: str, px: int) -> bytes | None:
    """Nothing is fetched: a report is made without a network."""
    try:
        return await replica.attachments.thumbnail(sha256, px) if sha256 else None
    except AttachmentError:
        return None
