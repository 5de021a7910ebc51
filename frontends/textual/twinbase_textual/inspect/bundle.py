"""A report for support: how the file stands, without one value of a row, a name of a person, or a secret."""

import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from twinbase.replica.connection import Connection
from twinbase.replica.file.examine import find_damage
from twinbase.replica.file.file import wal_of
from twinbase_textual.inspect.contents import list_contents, list_uploads
from twinbase_textual.inspect.edits import InspectedEdit, list_decisions, list_edits
from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.proof import FileProof, read_proof
from twinbase_textual.inspect.twins import list_twins


def make_bundle(inspected: InspectedFile) -> dict[str, Any]:
    """The whole report, ready for JSON: counts, states, versions, moments and sums."""
    wal = wal_of(inspected.path)
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "twinbase": version("twinbase"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "file_bytes": inspected.path.stat().st_size,
        "wal_bytes": wal.stat().st_size if wal.exists() else 0,
        "damage": find_damage(inspected.file),
        **inspected.read(_describe_file),
    }


def _describe_file(connection: Connection) -> dict[str, Any]:
    proof = read_proof(connection)
    contents = list_contents(connection)
    return {
        "state": _describe_state(proof),
        "twins": _describe_twins(connection, proof),
        "edits": _count_edits(list_edits(connection, taken=True)),
        "decisions": dict(Counter(decision.status for decision in list_decisions(connection))),
        "uploads": dict(Counter(upload.stage for upload in list_uploads(connection))),
        "attachments": {
            "here": sum(content.is_here for content in contents),
            "unsent": sum(content.is_unsent for content in contents),
            "bytes_here": sum(content.size for content in contents if content.is_here),
        },
    }


def _describe_state(proof: FileProof) -> dict[str, Any]:
    """Not the server's address nor the account: whose phone it is, support knows, and a report may be forwarded."""
    state = proof.state
    kept = ("replica", "epoch", "checkpoint", "batch_n", "acked", "offset_ms", "schema", "synced_at")
    return {name: getattr(state, name) for name in kept} | {"proven_at": proof.proven_at}


def _describe_twins(connection: Connection, proof: FileProof) -> list[dict[str, Any]]:
    proofs = {twin.twin: twin for twin in proof.twins}
    return [
        {
            "twin": twin.name,
            "rows": twin.rows,
            "unsent": twin.unsent,
            "loaded": twin.is_loaded,
            "declared": twin.is_active,
            "sums": [proofs[twin.name].rows, proofs[twin.name].high, proofs[twin.name].low],
            "sums_agree": proofs[twin.name].agrees,
        }
        for twin in list_twins(connection)
    ]


def _count_edits(edits: list[InspectedEdit]) -> list[dict[str, Any]]:
    """By twin, kind, state and code of the reason. The sentence beside a code may name a customer."""
    counts = Counter((edit.twin, edit.op, edit.state, edit.reason) for edit in edits)
    names = ("twin", "op", "state", "reason")
    return [{**dict(zip(names, what, strict=True)), "edits": count} for what, count in sorted(counts.items())]
