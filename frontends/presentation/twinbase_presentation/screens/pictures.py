"""Pictures of attachments for any screen: small ones from this device or the server, and large ones."""

from twinbase.errors import TwinbaseError
from twinbase.replica import Replica
from twinbase_presentation.workday import Workday

SMALL_PX, LARGE_PX = 320, 1600


async def read_small_picture(workday: Workday, sha256: str) -> bytes | None:
    """A JPEG of 320 pixels at most; None for what is no picture, or is not here and cannot be fetched now."""

    async def read(replica: Replica) -> bytes | None:
        small = await replica.attachments.thumbnail(sha256, SMALL_PX)
        if small is None and not (await replica.attachments.state(sha256)).is_here:
            await replica.attachments.fetch(sha256, preview_only=True)
            small = await replica.attachments.thumbnail(sha256, SMALL_PX)
        return small

    try:
        return await workday.runner.ask(read) if sha256 else None
    except TwinbaseError:
        return None


async def read_large_picture(workday: Workday, sha256: str) -> bytes | None:
    """The whole picture, as large as a screen needs it; what is not here comes from the server, and the small one
    stands in for it while there is no network."""

    async def read(replica: Replica) -> bytes | None:
        if not (await replica.attachments.state(sha256)).is_here:
            await replica.attachments.fetch(sha256)
        return await replica.attachments.thumbnail(sha256, LARGE_PX)

    try:
        return await workday.runner.ask(read) if sha256 else None
    except TwinbaseError:
        return await read_small_picture(workday, sha256)
