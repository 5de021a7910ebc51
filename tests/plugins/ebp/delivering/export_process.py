"""Files for EBP, written by a process that can be killed."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from twinbase import Run, WaitingDelivery
from twinbase_ebp.delivering.csv_files import CsvFiles
from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.settings import EbpSettings

START = datetime(2030, 5, 1, 12, tzinfo=UTC)


def contact(number: int) -> WaitingDelivery:
    """One of a row of deliveries, the same in every process."""
    id = uuid5(UUID(int=0), str(number))
    values = {"ContactFields_Name": f"Contact {number}", "AssociatedCustomerId": "C1"}
    entry = EbpEntry("Contact", "create", "contacts", str(id), str(id), values)
    return WaitingDelivery(id, "contacts", (str(id),), entry.action, entry.as_payload(), "anna", 0)


def export(url: str, folder: str, count: int, size: int) -> None:
    """Hand all of them over, some at a time, as a worker does that knows nothing of those before it."""

    async def run() -> None:
        files = CsvFiles(EbpSettings.model_validate({"export": "csv", "export_folder": folder}))
        for first in range(0, count, size):
            batch = [contact(number) for number in range(first, min(first + size, count))]
            now = START + timedelta(seconds=first // 10)
            await files.send(batch, Run(url, now, lambda *_: None))

    asyncio.run(run())
