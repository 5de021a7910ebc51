"""The sync page: what waits for somebody, what is to be sent, what was decided, and the proof."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from textual.content import Content

from twinbase_mobile.reading.moments import local_time
from twinbase_presentation import Command, Done
from twinbase_presentation.screens.decided import DecidedCard
from twinbase_presentation.screens.refusals import RefusedCard
from twinbase_presentation.screens.refused_files import RefusedFileCard
from twinbase_presentation.screens.sync_page import SyncModel, SyncShown
from twinbase_textual.day.glyphs import find_mark, say_mark
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView

PROOF = "proof"
DECIDED = "decided:"
"""Before the id of what was decided: the edit itself may still be among what is to be sent, and is another line."""


class SyncView(PlaceView):
    """What people trust, or do not: each line says in words how it stands, and beside it what to do."""

    model: SyncModel

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        yield from self._list_waiting(shown)
        yield from self._list_decided(shown)
        yield from self._list_unsent(shown)
        yield PaneHeading(self.say("Proof"))
        mark = ("…", "amber") if shown.proof.unproven else ("✓", "green")
        more = (self.model.proven_at,) if self.model.proven_at else ()
        title = self.say("Everything is sent.") if shown.is_all_sent else self.say("This device and the server")
        below = tuple((text, "grey") for text in (self.model.headline, *more))
        yield PaneLine(PROOF, title, mark=mark[0], mark_tone=mark[1], more=below)  # type: ignore[arg-type]

    def _list_waiting(self, shown: SyncShown) -> Iterator[PaneItem]:
        refused, files = self.model.refused, self.model.refused_files
        if refused or files or shown.parked:
            yield PaneHeading(self.say("Waits for you"))
        for card in refused:
            yield self._make_refused_line(
                str(card.id), card.title, self.say("“{sentence}”").format(sentence=card.sentence)
            )
        for file in files:
            yield self._make_refused_line(file.sha256, file.title, file.sentence)
        for line in shown.parked:
            yield PaneLine(str(line.id), line.title, mark="…", mark_tone="amber", more=((line.sentence, "amber"),))

    def _make_refused_line(self, id_: str, title: str, sentence: str) -> PaneLine:
        said, below = say_mark("refused", self.model.workday.language), ((sentence, "red"),)
        return PaneLine(id_, title, end=said, end_tone="red", mark="✗", mark_tone="red", more=below)  # type: ignore[arg-type]

    def _list_decided(self, shown: SyncShown) -> Iterator[PaneItem]:
        if shown.decided:
            yield PaneHeading(self.say("Decided for you"))
        for card in shown.decided:
            said = self.say("Put back") if not card.can_put_back and self._lost(card) else ""
            yield PaneLine(
                DECIDED + str(card.id), card.title, end=said, end_tone="violet", mark="≠", mark_tone="violet"
            )

    def _list_unsent(self, shown: SyncShown) -> Iterator[PaneItem]:
        language = self.model.workday.language
        count = sum(len(group.lines) for group in shown.to_send)
        if count:
            yield PaneHeading(self.say("To send") + f"  {count}")
        for group in shown.to_send:
            yield PaneNote(group.heading)
            for line in group.lines:
                mark, tone = find_mark(line.state)
                said = say_mark(line.state, language)
                end = said if line.percent is None else f"{said} {line.percent}\u00a0%"
                yield PaneLine(str(line.id), line.title, end=end, end_tone=tone, mark=mark, mark_tone=tone)

    async def find_beside(self, id_: str) -> Beside:
        if (refused := self._find_refused(id_)) is not None:
            return Content("\n").join(list(self._describe_refused(refused)))
        if (file := self._find_refused_file(id_)) is not None:
            return Content("\n").join(list(self._describe_refused_file(file)))
        if (decided := self._find_decided(id_)) is not None:
            return Content("\n").join(list(self._describe_decided(decided)))
        return Content("\n").join(list(self._describe_proof())) if id_ == PROOF else self._describe_unsent(id_)

    def list_acts(self, id_: str) -> Sequence[Command]:
        """The ways on of a refusal, and the way back of a decision."""
        say, model = self.say, self.model
        if (refused := self._find_refused(id_)) is not None:
            edit = refused.id
            return (
                Command("correct", say("Correct"), "edit", lambda: self._correct(edit), "e", is_main=True),
                Command("discard", say("Discard"), "delete", lambda: model.discard(edit), "d", is_destructive=True),
            )
        if (file := self._find_refused_file(id_)) is not None:
            return self._list_file_acts(file)
        decided = self._find_decided(id_)
        if decided is not None and decided.can_put_back:
            decision = decided.id
            return (Command("put_back", say("Put mine back"), "undo", lambda: model.put_back(decision), "b"),)
        return ()

    def _list_file_acts(self, file: RefusedFileCard) -> Sequence[Command]:
        say, model, sha256 = self.say, self.model, file.sha256
        offer = Command("offer", say("Send again"), "sync", lambda: model.offer_file(sha256), "e", is_main=True)
        discard = lambda: model.discard_file(sha256)  # noqa: E731
        drop = Command("discard", say("Discard"), "delete", discard, "d", is_destructive=True)
        return (offer, drop) if file.is_here else (drop,)

    async def _correct(self, id_: UUID) -> Done:
        """The fields of the refused edit, as they were typed."""
        try:
            form = await self.model.make_correct_form(id_)
        except KeyError:
            return Done()
        refused = self._find_refused(str(id_))
        hint = refused.sentence if refused else ""
        save = lambda: self.model.correct(id_, form)  # noqa: E731
        self.ask_form(form, self.say("Correct"), save, hint)
        return Done()

    def _describe_refused(self, card: RefusedCard) -> Iterator[Content]:
        yield Content.styled(f"✗ {card.title}", "bold $tone-red")
        if when := self._say_when(card):
            yield Content.styled(when, "$tone-hint")
        yield Content("")
        yield Content.styled(self.say("“{sentence}”").format(sentence=card.sentence), "$foreground")
        yield Content("")
        for one in card.typed:
            yield Content.assemble((f"{one.label}  ", "$tone-hint"), one.text)
        yield Content("")
        yield Content.styled(self.say("Correct it and it is sent again, or discard it."), "$tone-grey")
        yield Content.assemble(
            ("e ", "bold $tone-primary"), self.say("Correct"), ("  d ", "bold $tone-primary"), self.say("Discard")
        )

    def _describe_refused_file(self, file: RefusedFileCard) -> Iterator[Content]:
        yield Content.styled(f"✗ {file.title}", "bold $tone-red")
        yield Content("")
        yield Content.styled(file.sentence, "$foreground")
        yield Content("")
        for act in self._list_file_acts(file):
            yield Content.assemble((f"{act.key} ", "bold $tone-primary"), act.label)

    def _describe_decided(self, card: DecidedCard) -> Iterator[Content]:
        yield Content.styled(f"≠ {card.title}", "bold $tone-violet")
        yield from (Content(line.sentence) for line in card.lines)
        yield from (Content.styled(f"! {flag}", "$tone-amber") for flag in card.flags)
        if card.office:
            yield Content.styled(card.office, "$tone-grey")
        if card.can_put_back:
            yield Content.assemble(("b ", "bold $tone-primary"), self.say("Put mine back"))

    def _describe_proof(self) -> Iterator[Content]:
        shown = self.model.shown
        assert shown is not None
        yield Content(self.model.headline)
        if self.model.proven_at:
            yield Content.styled(self.model.proven_at, "$tone-green")
        if shown.proof.unproven:
            said = self.say("A table differs from the server; the next sync repairs it.")
            yield Content.styled(said, "$tone-amber")
            yield from (Content.styled(f"… {twin}", "$tone-hint") for twin in shown.proof.unproven)

    def _describe_unsent(self, id_: str) -> Content | None:
        shown, language = self.model.shown, self.model.workday.language
        for group in shown.to_send if shown else ():
            for line in group.lines:
                if str(line.id) == id_:
                    state = say_mark(line.state, language)
                    where = self.say("Kept on this device; it is sent by itself as soon as there is a network.")
                    return Content("\n").join([Content(line.title), Content(group.heading), Content(state), where])
        return None

    def _say_when(self, card: RefusedCard) -> str:
        workday = self.model.workday
        at = local_time(card.at, workday.zone)
        return "" if at is None else workday.language.format_when(at, workday.today)

    def _lost(self, card: DecidedCard) -> bool:
        return any(line.kept == "server" for line in card.lines)

    def _find_refused_file(self, id_: str) -> RefusedFileCard | None:
        return next((file for file in self.model.refused_files if file.sha256 == id_), None)

    def _find_refused(self, id_: str) -> RefusedCard | None:
        return next((card for card in self.model.refused if str(card.id) == id_), None)

    def _find_decided(self, id_: str) -> DecidedCard | None:
        shown = self.model.shown
        return next((card for card in shown.decided if DECIDED + str(card.id) == id_), None) if shown else None
