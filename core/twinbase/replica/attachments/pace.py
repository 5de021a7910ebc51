"""How much of an attachment is sent at once: little on a line that is slow, so that rows need not wait long for it."""

PIECE_BYTES_MIN = 64 * 1024
PIECE_BYTES_FIRST = 256 * 1024
PIECE_BYTES_MAX = 4 * 1024 * 1024
QUICK_SECONDS, SLOW_SECONDS = 1.0, 5.0
PIECES_MAX = 2_000
"""More than so many the server does not join."""


def choose_next_size(size: int, seconds: float) -> int:
    """After a piece of that size took so long."""
    if seconds < QUICK_SECONDS:
        return min(size * 2, PIECE_BYTES_MAX)
    return max(size // 2, PIECE_BYTES_MIN) if seconds > SLOW_SECONDS else size


def choose_size(size: int, total: int) -> int:
    """Large enough that the whole has not too many pieces."""
    return max(size, -(-total // PIECES_MAX))
