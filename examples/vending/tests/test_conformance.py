"""What every plugin should do, tried on this one."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import SQLModel

from twinbase.testing.conformance import Conformance, Person
from vending.tables import Route

MY_MACHINES = "SELECT m.id FROM vending.machines m JOIN vending.routes r ON r.code = m.route WHERE r.driver = :driver"


class TestVending(Conformance):
    """Routes change hands all the time; badges and sales are not the kit's business."""

    plugins = ("vending",)
    people = (Person("anna", {"driver": "anna"}), Person("bob", {"driver": "bob"}))
    scopes = {
        "machines": MY_MACHINES,
        "slots": f"SELECT s.id FROM vending.slots s WHERE s.machine_id IN ({MY_MACHINES})",
    }
    choices = {"routes.driver": ["anna", "bob", "carl"]}

    def given_rows(self, now: datetime) -> Sequence[SQLModel]:
        """A route for each of them, so that nobody is ever without one."""
        return [Route(code="R1", driver="anna"), Route(code="R2", driver="bob"), Route(code="R3", driver="carl")]
