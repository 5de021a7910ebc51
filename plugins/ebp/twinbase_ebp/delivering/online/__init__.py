"""EBP's online interface: its sign-in, its limits, and what may be sent twice and what may not.

EBP's documentation says that it does not work with programs that are installed on a company's own computers.
"""

from twinbase_ebp.delivering.online.rest import Rest

__all__ = ["Rest"]
