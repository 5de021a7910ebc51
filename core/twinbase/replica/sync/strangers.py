"""What answers in the server's place, on the way to it, and what that means: not everything is a captive portal."""

from twinbase.errors import NotTwinbase, Offline, ServerRefused, TransportError

BLOCKED = frozenset({401, 403, 407, 451})
LATER = frozenset({408, 425})
PORTAL = 511
"""Network Authentication Required (RFC 6585): a portal that says what it is."""


def judge_stranger(status: int, given: str, retry_after: str | None) -> TransportError:
    """What an answer means that the server cannot have given. `given`: its content type."""
    if status == 413:
        # A proxy's own limit: it answers for the server, in HTML, and the way on is the same.
        return ServerRefused(413, "body-too-large", "Something on the way takes no body of this size.")
    if status == 429:
        detail = "Something on the way wants fewer requests."
        return ServerRefused(429, "too-busy", detail, retry_after=retry_after)
    if status in BLOCKED:
        detail = "Something on the way, a proxy or a firewall, lets nothing through. Ask whoever runs the network."
        return ServerRefused(status, "blocked", detail)
    if status in LATER or (status >= 500 and status != PORTAL):
        return Offline(f"A gateway answered {status}.")
    return NotTwinbase(f"It answered {status} with {given or 'nothing'}.")
