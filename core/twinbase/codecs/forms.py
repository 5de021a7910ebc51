"""What a value that a device stores means: two types may share a storage and not a meaning."""

from twinbase.codecs.codec import Codec

_SAME = {
    "smallint": "integer", "bigint": "integer", "varchar": "text", "char": "text", "citext": "text", "enum": "text",
    "real": "double precision", "jsonb": "json",
}  # fmt: skip


def stored_form(codec: Codec) -> str:
    """Equal for two codecs when what one has stored may be read by the other: `text` for every length of text,
    `numeric, 2 decimals` for every precision, since such a value is a count of hundredths."""
    kind, _, modifier = codec.name.partition("(")
    if kind == "numeric" and codec.storage == "INTEGER":
        return f"numeric, {modifier.rstrip(')').partition(',')[2]} decimals"
    if kind == "array":
        return codec.name if "numeric" in modifier else f"array of {_same(modifier.partition('(')[0].rstrip(')'))}"
    return _same(kind)


def _same(kind: str) -> str:
    return _SAME.get(kind, kind)
