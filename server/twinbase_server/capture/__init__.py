"""Step 4 of the way of a row: whoever writes to a captured table, the row's version changes.

Statement triggers note, for each row whose captured columns changed, the transaction that did it. They never make the
customer's own statement fail: what they cannot record, they record as a gap.
"""

from twinbase_server.capture.install import CaptureError, Installation, install, uninstall
from twinbase_server.capture.status import CaptureProblem, TableCapture, read_capture_status
from twinbase_server.capture.tables import CapturedTable, key_column_sql, version_table

__all__ = [
    "CaptureError",
    "CaptureProblem",
    "CapturedTable",
    "Installation",
    "TableCapture",
    "install",
    "key_column_sql",
    "read_capture_status",
    "uninstall",
    "version_table",
]
