"""Somebody's own phrases: sentences of reports that are used again, kept on this device alone.

They are one draft of the encrypted file: never sent, never plain on a disk, gone with the file. No table of `mobile`
holds them, for they are nobody's but of whoever wrote them. A draft that was not touched for long may go, so they are
touched whenever a report is opened.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from twinbase_presentation.command import Done
from twinbase_presentation.workday import Workday

ROUTE, FIELD = "phrases", "own"
PHRASES_MAX, LETTERS_MAX = 100, 500


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence. `visit_type`: the kind of visits that it was kept for, as the office calls it; "" for any."""

    text: str
    visit_type: str = ""


class PhraseBook:
    """All of them, the one that was used last first."""

    def __init__(self, workday: Workday) -> None:
        self.workday = workday

    async def read(self, visit_type: str = "") -> tuple[Phrase, ...]:
        """Those of this kind of visits first, then the others; each in the order of its last use."""
        phrases = await self._read()
        if phrases:
            await self._write(phrases)
        return tuple(sorted(phrases, key=lambda one: one.visit_type != visit_type))

    async def add(self, text: str, visit_type: str = "") -> Done:
        """Keep a sentence for the next reports."""
        say, said = self.workday.language.say, " ".join(text.split())
        if not said:
            return Done(fault=say("Select the words that you want to keep, or write them."))
        if len(said) > LETTERS_MAX:
            return Done(fault=say("A phrase has {n} letters at most. Select less.", n=LETTERS_MAX))
        await self._put_first(Phrase(said, visit_type))
        return Done(say("Phrase kept on this device."))

    async def note_used(self, phrase: Phrase) -> None:
        """It comes first from now on."""
        await self._put_first(phrase)

    async def forget(self, phrase: Phrase) -> Done:
        """Take one away; it can be undone for some seconds."""

        async def write() -> None:
            await self._write(one for one in await self._read() if one.text != phrase.text)

        return await self.workday.held.hold(
            self.workday.language.say("Phrase deleted."), write, f"phrase:{phrase.text}"
        )

    async def _put_first(self, phrase: Phrase) -> None:
        others = [one for one in await self._read() if one.text != phrase.text]
        await self._write([phrase, *others][:PHRASES_MAX])

    async def _read(self) -> list[Phrase]:
        text = await self.workday.runner.ask(lambda replica: replica.drafts.get(ROUTE, FIELD))
        try:
            return [Phrase(str(one["text"]), str(one["visit_type"])) for one in json.loads(text or "[]")]
        except (ValueError, KeyError, TypeError):
            return []

    async def _write(self, phrases: Iterable[Phrase]) -> None:
        text = json.dumps([asdict(one) for one in phrases], ensure_ascii=False)
        await self.workday.runner.ask(lambda replica: replica.drafts.set(ROUTE, FIELD, text))
