"""A page about a row of the app's own, to which plugins bring cards and acts."""

from collections.abc import Sequence

from twinbase.screens import CardPlace
from twinbase_kivy.page import Guide, PageView
from twinbase_presentation import Command
from twinbase_presentation.screens.brought_cards import BroughtCards
from twinbase_presentation.screens.customer import CustomerModel
from twinbase_presentation.screens.visit import VisitModel


class CardedPage(PageView):
    """It is drawn anew when a card is; `card_place`: the cards that plugins bring to such a row."""

    card_place: CardPlace

    def __init__(self, model: CustomerModel | VisitModel, guide: Guide, *, has_back: bool = False) -> None:
        self.brought = BroughtCards(guide.workday, guide.brought, self.card_place, model.id)
        super().__init__(model, guide, has_back=has_back)
        self.brought.observe(self.redraw)
        guide.workday.spawn(self.brought.open())

    def close(self) -> None:
        super().close()
        self.brought.close()

    def list_commands(self) -> Sequence[Command]:
        return (*self.model.commands, *self.brought.list_commands())
