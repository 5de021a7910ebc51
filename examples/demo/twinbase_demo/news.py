"""A phone that stays connected: what the office writes is on it in the blink of an eye."""

import asyncio
import time
from uuid import UUID

from twinbase_demo import office
from twinbase_demo.company import Company
from twinbase_demo.phone import Phone

SECONDS_MAX = 60
INSTRUCTIONS = "Code du portail : 4711. Sonner à la loge."


async def time_news(company: Company, phone: Phone, visit: UUID) -> float:
    """How many milliseconds after the office began its UPDATE a session of the phone has read the row."""
    async with asyncio.timeout(SECONDS_MAX):
        reading = asyncio.ensure_future(phone.ask("await_instructions", visit=str(visit), text=INSTRUCTIONS))
        started = time.perf_counter()
        await office.write_instructions(company, visit, INSTRUCTIONS)
        await reading
        return (time.perf_counter() - started) * 1000
