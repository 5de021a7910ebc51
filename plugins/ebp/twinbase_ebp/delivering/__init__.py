"""The way back: what devices have changed, in EBP's words, handed over by the way that the settings choose.

EBP's tables are never written by SQL, neither its own nor their copies here: what was taken comes back with the loader.
"""

from twinbase_ebp.delivering.deliveries import make_deliveries
from twinbase_ebp.delivering.exporters import make_exporters
from twinbase_ebp.delivering.records import RECORDS

__all__ = ["RECORDS", "make_deliveries", "make_exporters"]
