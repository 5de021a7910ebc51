"""Exporters as tasks: hand over what waits, then look for what has come back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from twinbase.delivery import DeliveryOutcome, DeliveryState, Exporter, WaitingDelivery
from twinbase.errors import DeclarationError
from twinbase.plugins import Plugins
from twinbase.source import Run
from twinbase_server.database.connection import Connection, connect
from twinbase_server.jobs import deliveries
from twinbase_server.jobs.task import Task

UNANSWERED = "It has not been taken yet; it is tried again."
STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)


def exporter_tasks(plugins: Plugins) -> dict[str, Task]:
    """By destination."""
    return {
        destination: Task("exporter", destination, exporter.every, _HandedOver(exporter))
        for destination, exporter in plugins.collect_exporters().items()
    }


def final_destinations(plugins: Plugins) -> list[str]:
    """Those that never say that something has come back: sent is the end there."""
    return [name for name, exporter in plugins.collect_exporters().items() if exporter.acknowledged is None]


class _HandedOver:
    """One run of an exporter."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter

    async def __call__(self, run: Run) -> Mapping[str, Any]:
        connection = await connect(run.database_url)
        try:
            figures: dict[str, int] = {}
            await self._send(connection, run, figures)
            await self._acknowledge(connection, run, figures)
            return figures
        finally:
            await connection.close()

    async def _send(self, connection: Connection, run: Run, figures: dict[str, int]) -> None:
        """Round after round: the second delivery of a row is next when the first is on its way."""
        name = self._exporter.destination
        while waiting := await deliveries.take_next(connection, name, self._exporter.batch, run.now):
            try:
                answers = list(await self._exporter.send(waiting, run))
            except Exception:
                await deliveries.postpone(connection, waiting, UNANSWERED, run.now)
                raise
            await self._note(connection, waiting, answers, run, figures, run.now)
            answered = {one.id for one in answers if _is_answer(one)}
            left = [one for one in waiting if one.id not in answered]
            await deliveries.postpone(connection, left, UNANSWERED, run.now)
            self._check(answers)
            run.tell(name, sum(figures.values()), None)

    async def _acknowledge(self, connection: Connection, run: Run, figures: dict[str, int]) -> None:
        """Only where the exporter can tell; what it does not answer for is asked about again."""
        ask, name = self._exporter.acknowledged, self._exporter.destination
        if ask is None:
            return
        every, batch = self._exporter.every, self._exporter.batch
        while sent := await deliveries.take_sent(connection, name, batch, run.now, every):
            answers = list(await ask(sent, run))
            await self._note(connection, sent, answers, run, figures, run.now + every)
            self._check(answers)

    async def _note(
        self,
        connection: Connection,
        asked: Sequence[WaitingDelivery],
        answers: Sequence[DeliveryOutcome],
        run: Run,
        figures: dict[str, int],
        look_at: datetime,
    ) -> None:
        """What is no answer is left out, and told afterwards: the others count, whatever stands beside them."""
        understood = [one for one in answers if _is_answer(one)]
        counts = await deliveries.note_answers(
            connection, self._exporter.destination, asked, understood, run.now, look_at
        )
        for state, count in counts.items():
            figures[state] = figures.get(state, 0) + count

    def _check(self, answers: Sequence[DeliveryOutcome]) -> None:
        wrong = [one for one in answers if not _is_answer(one)]
        if wrong:
            said = repr(wrong[0].state) if isinstance(wrong[0], DeliveryOutcome) else f"a {type(wrong[0]).__name__}"
            name = self._exporter.destination
            raise DeclarationError(f"The exporter for {name!r} answers {said}; a state is one of {', '.join(STATES)}.")


def _is_answer(one: object) -> bool:
    return isinstance(one, DeliveryOutcome) and one.state in STATES
