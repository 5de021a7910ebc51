"""Everything that we use of NinjaOne's public API 2.0: each call, each field, each type, and nothing else of it.

The vendor's own description is not ours to hand on. Where a copy is at hand, a test compares this list with it.
"""

from twinbase_ninjaone.contract.calls import CALLS, Call
from twinbase_ninjaone.contract.fields import FieldKind, NinjaRow, ObjectSpec

__all__ = ["CALLS", "Call", "FieldKind", "NinjaRow", "ObjectSpec"]
