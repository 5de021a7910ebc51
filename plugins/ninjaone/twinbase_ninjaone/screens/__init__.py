"""What the apps show of the help desk: the list of tickets, one ticket, those of a visit, and a comment.

A device reads tables of `mobile` and no others; nothing in here knows the vendor's cloud.
"""

from twinbase_ninjaone.screens.tickets import make_screens

__all__ = ["make_screens"]
