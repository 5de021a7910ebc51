"""The way back: comments, time and status of technicians, written into NinjaOne's tickets, each of them once."""

from twinbase_ninjaone.delivering.deliveries import DESTINATION, make_deliveries

__all__ = ["DESTINATION", "make_deliveries"]
