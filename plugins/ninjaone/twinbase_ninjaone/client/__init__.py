"""The way to NinjaOne: one client, with a method for each thing that we ask of it."""

from twinbase_ninjaone.client.client import NinjaOne, TicketFile

__all__ = ["NinjaOne", "TicketFile"]
