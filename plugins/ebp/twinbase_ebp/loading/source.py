"""The loader as a source: `twinbase worker` runs it on a schedule, `twinbase source run ebp` at once."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from twinbase.source import Run, Source
from twinbase_ebp.settings import EbpSettings


def make_sources(settings: EbpSettings) -> Iterable[Source]:
    """One source, when the settings say where EBP's database is."""
    url = settings.source_url.get_secret_value()
    if url:
        yield Source("ebp", _Loads(url, settings), every=timedelta(minutes=settings.load_every_minutes))


class _Loads:
    """One run of the loader."""

    def __init__(self, url: str, settings: EbpSettings) -> None:
        self._url, self._settings = url, settings

    async def __call__(self, run: Run) -> Mapping[str, Any]:
        # The drivers come with the extra `ebp`; a device that loads the plugin has none of them.
        from twinbase_ebp.delivering.linking import link_new_rows
        from twinbase_ebp.loading.load import load
        from twinbase_ebp.loading.threads import LoadDatabases

        report = await load(
            LoadDatabases.from_urls(self._url, run.database_url), self._settings, run.now, tell=run.tell
        )
        await link_new_rows(run, self._settings)
        return report.make_figures()
