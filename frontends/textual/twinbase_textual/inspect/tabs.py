"""The tabs of the inspector: each asks the file one question, and shows a list with one thing of it beside."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Checkbox, DataTable, Input, Static, TabbedContent

from twinbase.errors import ReplicaError
from twinbase_textual.inspect.contents import InspectedContent, list_contents, list_uploads
from twinbase_textual.inspect.edits import (
    InspectedDecision,
    InspectedEdit,
    list_decisions,
    list_edits,
    read_changed_values,
)
from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.proof import read_proof
from twinbase_textual.inspect.query import run_query
from twinbase_textual.inspect.values import word_value
from twinbase_textual.inspect.words import describe_edit, make_facts, measure_columns, word_moment, word_state


def fill_table(
    table: DataTable[Any], head: Sequence[str], rows: Sequence[Sequence[str]], keys: Sequence[str] = ()
) -> None:
    """Put these in the place of what is there; the cursor stays in its line."""
    line = table.cursor_row
    table.clear(columns=True)
    for name, width in zip(head, measure_columns(head, rows), strict=True):
        table.add_column(name, width=width)
    for row, key in zip_longest(rows, keys):
        table.add_row(*row, key=key)
    table.move_cursor(row=line)


class InspectorTab(Vertical):
    """A tab over one file. What cannot be read is said in its place."""

    def __init__(self, inspected: InspectedFile) -> None:
        super().__init__()
        self.inspected = inspected

    def compose(self) -> ComposeResult:
        yield Static(classes="said")
        with Horizontal():
            yield DataTable[str](cursor_type="row", zebra_stripes=True)
            with VerticalScroll(classes="beside"):
                yield Static(classes="facts")

    async def on_mount(self) -> None:
        """The tab that is shown first has been activated before it was whole."""
        pane = self.app.query_one(TabbedContent).active_pane
        if pane is not None and pane in self.ancestors:
            self.entry.focus()
            await self.show_again()

    @property
    def table(self) -> DataTable[Any]:
        return self.query_one(DataTable)

    @property
    def entry(self) -> Widget:
        """Where the keys go when the tab is opened."""
        return self.table

    async def show_again(self) -> None:
        """Read, and show what was read."""
        try:
            await self.read()
        except ReplicaError as error:
            self.show_line(str(error))

    async def read(self) -> None:
        """Ask the file; each tab its own question."""
        raise NotImplementedError

    def show_line(self, text: str) -> None:
        """One line above the list."""
        self.query_one(".said", Static).update(text)

    def show_facts(self, facts: Any) -> None:
        """What is beside the list."""
        self.query_one(".facts", Static).update(facts)

    def fill(self, head: Sequence[str], rows: Sequence[Sequence[str]], keys: Sequence[str] = ()) -> None:
        """The list, with these columns and rows; `keys` name the rows."""
        fill_table(self.table, head, rows, keys)


class EditsTab(InspectorTab):
    """The outbox; with the switch, what the server has taken too."""

    def __init__(self, inspected: InspectedFile) -> None:
        super().__init__(inspected)
        self._edits: dict[str, InspectedEdit] = {}

    def compose(self) -> ComposeResult:
        yield Checkbox("Those too that the server has taken", compact=True)
        yield from super().compose()

    async def read(self) -> None:
        edits = await self.inspected.ask(list_edits, taken=self.query_one(Checkbox).value)
        self._edits = {str(edit.seq): edit for edit in edits}
        rows = [
            (seq, word_state(one.state), f"{one.op} {one.twin}", word_moment(one.at), one.detail or one.reason)
            for seq, one in self._edits.items()
        ]
        self.fill(("seq", "state", "what", "written", "sentence"), rows, list(self._edits))
        self.show_line(f"{len(edits):,} edits, the newest first" if edits else "Nothing is unsent on this device.")
        if not edits:
            self.show_facts("")

    async def on_checkbox_changed(self) -> None:
        await self.show_again()

    async def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Old and new values of the edit under the cursor."""
        edit = self._edits.get(str(event.row_key.value))
        if edit is not None:
            shape, changed = await self.inspected.ask(read_changed_values, edit)
            self.show_facts(make_facts(describe_edit(edit, shape, changed)))


class DecisionsTab(InspectorTab):
    """What the server decided about edits of this device."""

    def __init__(self, inspected: InspectedFile) -> None:
        super().__init__(inspected)
        self._decisions: dict[str, InspectedDecision] = {}

    async def read(self) -> None:
        decisions = await self.inspected.ask(list_decisions)
        self._decisions = {decision.id: decision for decision in decisions}
        rows = [
            (word_moment(one.at), f"{one.op} {one.twin}", one.status, "yes" if one.put_back else "")
            for one in decisions
        ]
        self.fill(("when", "what", "became", "taken back"), rows, list(self._decisions))
        self.show_line(f"{len(decisions):,} decisions" if decisions else "No edit of this device has met another one.")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The whole answer, as it came."""
        decision = self._decisions.get(str(event.row_key.value))
        if decision is not None:
            facts = {"edit": decision.id, **decision.said, **decision.settled}
            self.show_facts(make_facts((name, word_value(str(value))) for name, value in facts.items()))


class AttachmentsTab(InspectorTab):
    """Bytes that are here, and what is on its way."""

    async def read(self) -> None:
        contents = await self.inspected.ask(list_contents)
        rows = [
            (one.sha256[:16], f"{one.size:,}", one.mime, _word_place(one), word_moment(one.used_at)) for one in contents
        ]
        self.fill(("sha256", "bytes", "type", "where", "last used"), rows)
        unsent = [content for content in contents if content.is_unsent]
        bytes_unsent = sum(content.size for content in unsent)
        self.show_line(f"{len(contents):,} contents, {len(unsent):,} of them nowhere else ({bytes_unsent:,} bytes)")
        uploads = await self.inspected.ask(list_uploads)
        lines = ((f"{one.twin} {one.key}", f"{one.stage} {one.sent:,}/{one.size:,} {one.reason}") for one in uploads)
        self.show_facts(make_facts(lines) if uploads else "Nothing is on its way.")


class ProofTab(InspectorTab):
    """The sums that the server compares, counted once more."""

    async def read(self) -> None:
        proof = await self.inspected.ask(read_proof)
        rows = [
            (one.twin, f"{one.rows:,}", f"{one.high:x} {one.low:x}", "✓ the same" if one.agrees else "✗ DIFFERENT")
            for one in proof.twins
        ]
        self.fill(("twin", "rows", "sums", "counted again"), rows)
        wrong = [twin.twin for twin in proof.twins if not twin.agrees]
        total = sum(twin.rows for twin in proof.twins)
        self.show_line(
            f"{total:,} rows in {len(proof.twins)} twins; " + (f"wrong: {', '.join(wrong)}" if wrong else "sound")
        )
        state = proof.state
        kept = ("replica", "epoch", "account", "server", "synced_at", "batch_n", "acked", "offset_ms")
        said = [(name, str(getattr(state, name))) for name in kept]
        self.show_facts(make_facts([*said, ("proven_at", proof.proven_at)]))


class QueryTab(InspectorTab):
    """One SELECT, for a second at most."""

    BINDINGS: ClassVar[list[Any]] = [("escape", "leave", "Leave the line")]

    def compose(self) -> ComposeResult:
        yield Input(placeholder="SELECT …", id="sql", compact=True)
        yield Static(classes="said")
        yield DataTable[str](cursor_type="cell", zebra_stripes=True)

    @property
    def entry(self) -> Widget:
        return self.query_one(Input)

    async def read(self) -> None:
        sql = self.query_one(Input).value.strip()
        if not sql:
            self.show_line("One SELECT over this file, for a second at most. Enter runs it.")
            return
        answer = await self.inspected.ask(run_query, sql)
        self.fill(answer.columns, [[word_value(value) for value in row] for row in answer.rows])
        more = " (the first of more)" if answer.is_cut else ""
        self.show_line(f"{len(answer.rows):,} rows{more} in {answer.seconds * 1000:.0f} ms")

    async def on_input_submitted(self) -> None:
        await self.show_again()

    def action_leave(self) -> None:
        """From the line to what it gave."""
        self.table.focus()


def _word_place(content: InspectedContent) -> str:
    if content.is_unsent:
        return "only here"
    return "here, stored" if content.is_here else "at the server"
