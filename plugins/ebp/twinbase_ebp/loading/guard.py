"""Whether EBP has really deleted so much: a restore that was interrupted, or a wrong database, looks the same."""

ALWAYS_ALLOWED = 10


def deletion_refusal(table: str, deletions: int, rows: int, percent_max: float) -> str | None:
    """Why so many rows are not deleted, and what to do about it; None when they may be.

    A few rows may always go, so that a table of twelve can lose one.
    """
    if deletions <= ALWAYS_ALLOWED or deletions * 100 <= percent_max * rows:
        return None
    return (
        f"EBP no longer has {deletions:,} of the {rows:,} rows of {table} ({deletions * 100 / rows:.0f} %)."
        f" They are kept. If they were deleted on purpose: `twinbase ebp load --confirm-deletes {table}`;"
        " if EBP is being restored, wait until it is whole."
    )
