"""A loader in a process of its own, with pages of two rows: `python loader_process.py SOURCE TARGET NOW`."""

import asyncio
import sys
from datetime import datetime

from twinbase_ebp.loading.load import load
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.settings import EbpSettings

if __name__ == "__main__":
    source, target, now = sys.argv[1:]
    settings = EbpSettings(page_rows_max=2)
    asyncio.run(load(LoadDatabases.from_urls(source, target), settings, datetime.fromisoformat(now)))
