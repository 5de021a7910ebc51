"""A page with a list that is searched, from the first letter on."""

from collections.abc import Sequence
from typing import Any, ClassVar

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.widgets.search_field import SearchField
from twinbase_presentation.languages import later
from twinbase_presentation.tokens import SPACE


class SearchPage(PageView):
    """A class of it says what can be looked for (`hint`), and its model has a `search(text)`.

    The field is made once, so that whoever types keeps his place while the list below is drawn anew.
    """

    is_kept = True
    model: Any
    hint: ClassVar[str] = later("Search")

    def __init__(self, model: Any, guide: Guide, *, has_back: bool = False) -> None:
        say = guide.workday.language.say
        self.search = SearchField(say(self.hint), say("Erase"), self.look_for)
        super().__init__(model, guide, has_back=has_back)

    def look_for(self, text: str) -> None:
        """Look for these words from now on."""
        self.guide.workday.spawn(self.model.search(text))

    def press_key(self, said: str) -> bool:
        """Ctrl and F: type what is looked for."""
        if said == "ctrl+f":
            self.search.start()
            return True
        return super().press_key(said)

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("ctrl+f", self.say("Search this list")), *super().list_keys()

    def make_head(self) -> Box:
        return self.search_head()

    def search_head(self, sub: str = "", *acts: Box, chips: Sequence[Box] = ()) -> Box:
        """The title as any page has it, and the field below."""
        leave_parent(self.search)
        field = ColumnBox(self.search, edges=(self.edge, 0, self.edge, SPACE.s))
        return ColumnBox(self.title_bar(self.model.title, sub, *acts, chips=chips), field)
