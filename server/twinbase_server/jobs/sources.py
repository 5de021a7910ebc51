"""Sources as tasks: bring what is new, watch tables again that were altered, bring the projections up to date."""

from collections.abc import Mapping
from typing import Any

from twinbase.errors import DeclarationError
from twinbase.plugins import Plugins
from twinbase.source import Run, Source
from twinbase_server.capture.install import install
from twinbase_server.database.connection import connect, open_engine
from twinbase_server.jobs.task import Task
from twinbase_server.projection.run import Projected, project
from twinbase_server.projection.sources import tables_to_capture


class NoSource(DeclarationError):
    """No active plugin brings a source of this name."""


def source_tasks(plugins: Plugins) -> dict[str, Task]:
    """By the names of the sources."""
    return {name: Task("source", name, source.every, _Brought(source, plugins)) for name, source in _sources(plugins)}


def source_task(plugins: Plugins, name: str) -> Task:
    """The one of this name; raises NoSource with the names that there are."""
    tasks = source_tasks(plugins)
    if name not in tasks:
        raise NoSource(f"{name!r}; there are: {', '.join(tasks) or 'none'}.")
    return tasks[name]


def _sources(plugins: Plugins) -> list[tuple[str, Source]]:
    return list(plugins.collect_sources().items())


class _Brought:
    """One run of a source, with the projections that follow."""

    def __init__(self, source: Source, plugins: Plugins) -> None:
        self._source, self._plugins = source, plugins

    async def __call__(self, run: Run) -> Mapping[str, Any]:
        figures = dict(await self._source.run(run) or {})
        await self._watch_again(run)
        if self._source.project and self._plugins.collect_projections():
            figures["projected"] = await self._project(run)
        return figures

    async def _watch_again(self, run: Run) -> None:
        """A source may have altered a table that is captured, a column or the key: what is new of it is watched too."""
        connection = await connect(run.database_url)
        try:
            rows = await connection.fetch("SELECT schema_name, table_name FROM twinbase.capture")
            captured = {(row["schema_name"], row["table_name"]) for row in rows}
            wanted = await tables_to_capture(connection, self._plugins)
            await install(connection, [one for one in wanted if (one.schema, one.name) in captured])
        finally:
            await connection.close()

    async def _project(self, run: Run) -> int:
        """How many rows of the targets it changed."""
        changed = 0

        def tell(report: Projected) -> None:
            run.tell(f"{report.name} → {report.target}", report.written, None)

        async with open_engine(run.database_url) as database:
            for report in await project(
                database, self._plugins.collect_projections(), registry=self._plugins.registry, progress=tell
            ):
                changed += report.written + report.deleted + report.retired
        return changed
