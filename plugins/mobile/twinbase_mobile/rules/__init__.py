"""What a technician may not write, whoever wins a conflict: closed work stays closed."""

from collections.abc import Mapping
from typing import Any

from twinbase import Refused, Written

OFFICE_ONLY = ("approved_by", "approved_at", "rejection_reason")


def check(written: Written) -> None:
    """Raise Refused when a rule of the trade forbids the write."""
    if written.twin == "interventions":
        _done_is_complete({**(written.row or {}), **written.values}, written.values)
    if written.twin in ("timesheets", "expenses"):
        _only_drafts(written)


def _done_is_complete(after: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """A visit that becomes done has a start, an end that is not before it, and a report."""
    if values.get("status") == "cancelled" and not after.get("cancel_reason"):
        raise Refused("cancel_without_reason", "Say why the visit is cancelled.")
    if values.get("status") != "done":
        return
    if not after.get("actual_start") or not after.get("actual_end"):
        raise Refused("done_without_times", "Enter the start and the end before you close the visit.")
    if after["actual_end"] < after["actual_start"]:
        raise Refused("ends_before_start", "The end of the visit is before its start.")
    if not after.get("report"):
        raise Refused("done_without_report", "Write the report before you close the visit.")


def _only_drafts(written: Written) -> None:
    if any(written.values.get(column) is not None for column in OFFICE_ONLY):
        raise Refused("office_only", "Approval is the office's.")
    if written.row is not None and written.row["state"] not in ("draft", "rejected"):
        raise Refused("submitted", "What is submitted can no longer be changed here; ask the office.")
