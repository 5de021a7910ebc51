"""A form: what is typed is kept as a draft at each pause, so that a kill loses the last word at most."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twinbase_presentation.fields import FormField, write_text
from twinbase_presentation.observers import Observers
from twinbase_presentation.route import Route
from twinbase_presentation.timing import Planned
from twinbase_presentation.workday import Workday

PAUSE_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What a rule says of a field; `field` is "" where it is about the whole form."""

    field: str
    sentence: str


CheckForm = Callable[[Mapping[str, Any]], Iterable[FieldFault]]
"""Takes the values by field. It asks the rules that the server asks (`twinbase_mobile.rules`)."""


class Form:
    """The fields of one form. `load` it, `fill` a field at each key, `keep` it when focus leaves it, `validate` it,
    save its `values`, and `forget` it.

    `route` names its drafts in the encrypted file: a form of the same route finds them again after a restart.
    """

    def __init__(
        self, workday: Workday, route: Route, fields: Sequence[FormField], check: CheckForm | None = None
    ) -> None:
        self._workday, self.route, self._check = workday, route, check
        self._fields = {field.name: field for field in fields}
        self._planned: dict[str, Planned] = {}
        self._observers = Observers()
        self.fault = ""

    @property
    def fields(self) -> tuple[FormField, ...]:
        """As they stand."""
        return tuple(self._fields.values())

    @property
    def values(self) -> dict[str, Any]:
        """What they mean, once they were found valid."""
        return {field.name: field.parse(self._workday.language) for field in self.fields}

    @property
    def is_draft(self) -> bool:
        """Whether anything in it was typed and not saved."""
        return any(field.is_draft for field in self.fields)

    @property
    def is_kept(self) -> bool:
        """Whether all that was typed is in the file by now."""
        return not self._planned

    def find(self, name: str) -> FormField:
        return self._fields[name]

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when a field stands otherwise; what is answered stops it."""
        return self._observers.add(callback)

    async def load(self, values: Mapping[str, Any] | None = None) -> None:
        """Begin with these values, and with what was typed before and not saved on top."""
        route = str(self.route)
        drafts = await self._workday.runner.ask(lambda replica: replica.drafts.list(route))
        typed = {draft.field: draft.text for draft in drafts}
        for name, field in self._fields.items():
            text = write_text((values or {}).get(name)) if values and name in values else field.text
            is_draft = name in typed and typed[name] != text
            self._set(name, text=typed.get(name, text), is_draft=is_draft, error="")
        self._observers.tell()

    def fill(self, name: str, text: str) -> None:
        """Somebody has typed: the text stands there now, and is kept when the typing pauses."""
        if text in (self._fields[name].text, self._fields[name].show(self._workday.language)):
            return
        self._set(name, text=text, is_draft=True, error="")
        if name in self._planned:
            self._planned[name].cancel()
        self._planned[name] = self._workday.timing.call_after(
            PAUSE_SECONDS, lambda: self._workday.spawn(self.keep(name))
        )
        self._observers.tell()

    async def keep(self, name: str) -> None:
        """Keep what stands in a field now: the focus leaves it, or the typing has paused."""
        if (planned := self._planned.pop(name, None)) is not None:
            planned.cancel()
            route, text = str(self.route), self._fields[name].text
            await self._workday.runner.ask(lambda replica: replica.drafts.set(route, name, text))
            self._observers.tell()

    async def keep_all(self) -> None:
        """The form is left, or the app goes to the background."""
        for name in list(self._planned):
            await self.keep(name)

    def validate(self) -> bool:
        """Whether it can be saved; what is wrong stands at the fields, and in `fault`."""
        language = self._workday.language
        self._fields = {name: field.judge(language) for name, field in self._fields.items()}
        self.fault = ""
        if self._check is not None and not any(field.error for field in self.fields):
            for fault in self._check(self.values):
                self.blame(fault)
        self._observers.tell()
        return not self.fault and not any(field.error for field in self.fields)

    def blame(self, fault: FieldFault) -> None:
        """Say what is wrong: at its field, or of the whole form. The first word stands."""
        if fault.field in self._fields:
            if not self._fields[fault.field].error:
                self._set(fault.field, error=fault.sentence)
        elif not self.fault:
            self.fault = fault.sentence

    async def forget(self) -> None:
        """It was saved, or given up: no draft is left of it."""
        for planned in self._planned.values():
            planned.cancel()
        self._planned.clear()
        route = str(self.route)
        await self._workday.runner.ask(lambda replica: replica.drafts.delete(route))
        for name in self._fields:
            self._set(name, is_draft=False)
        self._observers.tell()

    def _set(self, name: str, **changes: Any) -> None:
        self._fields[name] = replace(self._fields[name], **changes)
