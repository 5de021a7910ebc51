"""The inspector's window: a tab for each question, the keys at the foot, and nothing that writes."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer, Header, TabbedContent, TabPane

from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.proof import FileProof, read_proof
from twinbase_textual.inspect.rows_tab import RowsTab
from twinbase_textual.inspect.tabs import AttachmentsTab, DecisionsTab, EditsTab, InspectorTab, ProofTab, QueryTab
from twinbase_textual.inspect.words import word_moment


class TabsInOrder(TabbedContent):
    """A pane comes to the front when something in it gets the keys. What got them before somebody chose another pane
    may be told afterwards: it must not take the choice back."""

    def on_tab_pane_focused(self, event: TabPane.Focused) -> None:
        """Called before Textual's own answer to it."""
        if not event.tab_pane.has_focus_within:
            event.prevent_default()


class InspectorApp(App[None]):
    """Reads one file. `r` reads it again: an app may be writing to it meanwhile."""

    TITLE = "twinbase inspect"
    CSS_PATH = "inspector.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        ("1", "show('rows')", "Rows"),
        ("2", "show('edits')", "Edits"),
        ("3", "show('decisions')", "Decisions"),
        ("4", "show('attachments')", "Attachments"),
        ("5", "show('proof')", "Proof"),
        ("6", "show('query')", "Query"),
        ("r", "read_again", "Read again"),
        ("ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, inspected: InspectedFile) -> None:
        super().__init__()
        self.inspected = inspected
        self.sub_title = inspected.path.name

    def compose(self) -> ComposeResult:
        yield Header(icon="·")
        tabs: dict[str, InspectorTab] = {
            "Rows": RowsTab(self.inspected),
            "Edits": EditsTab(self.inspected),
            "Decisions": DecisionsTab(self.inspected),
            "Attachments": AttachmentsTab(self.inspected),
            "Proof": ProofTab(self.inspected),
            "Query": QueryTab(self.inspected),
        }
        with TabsInOrder():
            for title, tab in tabs.items():
                with TabPane(title, id=f"tab-{title.lower()}"):
                    yield tab
        yield Footer()

    async def on_mount(self) -> None:
        """Whose file it is stands above everything."""
        self.sub_title = describe_file(self.inspected.path.name, await self.inspected.ask(read_proof))

    async def on_tabbed_content_tab_activated(self, event: TabbedContent.TabActivated) -> None:
        """A tab reads when it is looked at, and its keys go there. One that is still being made does so when it is."""
        if event.pane is not event.tabbed_content.active_pane:
            return
        for tab in event.pane.query(InspectorTab):
            tab.entry.focus()
            await tab.show_again()

    def action_show(self, tab: str) -> None:
        """Go to a tab, into what is read there."""
        self.screen.set_focus(None)
        self.query_one(TabbedContent).active = f"tab-{tab}"

    async def action_read_again(self) -> None:
        """Read what is on the screen once more."""
        pane = self.query_one(TabbedContent).active_pane
        if pane is not None:
            for tab in pane.query(InspectorTab):
                await tab.show_again()


def describe_file(name: str, proof: FileProof) -> str:
    """One line: whose file, of which server, how fresh."""
    state = proof.state
    whose = f"{state.account or 'nobody'} at {state.server or 'no server'}"
    return f"{name} · {whose} · synced {word_moment(state.synced_at)} · proven {word_moment(proof.proven_at)}"
