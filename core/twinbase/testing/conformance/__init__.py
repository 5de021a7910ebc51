"""The conformance kit: derive a test class, say who there is and whose rows they are, and the rest is tried for you.

    class TestVending(Conformance):
        plugins = ("vending",)
        people = (Person("anna", {"route": "north"}), Person("bob", {"route": "south"}))
        scopes = {"machines": "SELECT id FROM vending.machines WHERE route = :route"}
        choices = {"machines.route": ["north", "south"]}

It needs pytest, and a fixture `databases`: `pytest_plugins = ["twinbase.testing.fixtures"]` brings one.
"""

from twinbase.testing.conformance.laws import broken_law
from twinbase.testing.conformance.person import Person
from twinbase.testing.conformance.suite import Conformance

__all__ = ["Conformance", "Person", "broken_law"]
