"""The address of a store, as an operator writes it. No I/O here."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

_WRONG = "write the path of a directory, from its root on, or s3://bucket/prefix?endpoint=https://host&region=name"
_PARAMETERS = frozenset({"endpoint", "region"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a store that speaks S3. `endpoint`: its address, empty for Amazon's own; `prefix`: in the bucket."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""


StoreAddress: TypeAlias = Path | Bucket


def read_store_address(text: str) -> StoreAddress:
    """The directory or the bucket; raises ValueError with what to write."""
    if text.startswith("s3://"):
        return _read_bucket(text)
    path = Path(text)
    if "://" in text or not path.is_absolute():
        raise ValueError(_WRONG)
    return path


def _read_bucket(text: str) -> Bucket:
    parts = urlsplit(text)
    given = parse_qs(parts.query, keep_blank_values=True)
    if not parts.hostname or "@" in parts.netloc or not _PARAMETERS.issuperset(given) or parts.fragment:
        raise ValueError(f"{_WRONG}; the key has variables of its own, TWINBASE_FILES_KEY_ID and TWINBASE_FILES_SECRET")
    endpoint, region = (given.get(name, [""])[-1] for name in ("endpoint", "region"))
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise ValueError(f"{_WRONG}: endpoint begins with https://, or with http:// on a trusted line")
    return Bucket(parts.netloc, parts.path.strip("/"), endpoint, region)
