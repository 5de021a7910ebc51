"""Which columns of `mobile` name content, and what it may be."""

from twinbase import Attachment
from twinbase.attachment import IMAGES, PDF

MEBIBYTE = 2**20

PHOTO = Attachment("sha256", size="size_bytes", mime="mime", state="blob_state", types=IMAGES, bytes_max=20 * MEBIBYTE)
SIGNATURE = Attachment(
    "image_sha256", size="size_bytes", mime="mime", types=IMAGES, bytes_max=MEBIBYTE, pixels_max=4_000_000
)
SIGNED_REPORT = Attachment("report_sha256", types={PDF}, bytes_max=10 * MEBIBYTE)
"""What was signed, as the customer saw it."""
RECEIPT = Attachment("receipt_sha256", size="size_bytes", mime="mime", types=IMAGES | {PDF}, bytes_max=10 * MEBIBYTE)
"""It may change as long as the expense is a draft."""
DOCUMENT = Attachment("sha256", size="size_bytes", mime="mime", types=IMAGES | {PDF}, bytes_max=50 * MEBIBYTE)
