"""Which part of a content is asked for (RFC 9110, section 14): one range, or the whole."""

import re
from collections.abc import Mapping

from twinbase_server.problems import ProblemError

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def find_part(headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """From where to before where; None for the whole. Raises `range` where nothing of it is there."""
    asked = headers.get("range", "")
    found = _ONE_RANGE.fullmatch(asked.replace(" ", ""))
    # Of several parts, and of what is no range, the whole is as good an answer.
    if found is None or found[0] == "bytes=-" or headers.get("if-range", etag) != etag:
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if last and first and int(last) < int(first):
        return None
    if start >= end:
        raise ProblemError("range", f"It has {size} bytes.", headers={"Content-Range": f"bytes */{size}"})
    return start, end


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether whoever asks has this content (If-None-Match)."""
    given = {one.strip().removeprefix("W/") for one in headers.get("if-none-match", "").split(",")}
    return bool({etag, "*"} & given)
