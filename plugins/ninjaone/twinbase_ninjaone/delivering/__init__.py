"""The way back: comments, time and status of technicians, written into NinjaOne's tickets, each of them once."""

from twinbase_ninjaone.delivering.deliveries import DESTINATION, deliveries

__all__ = ["DESTINATION", "deliveries"]
