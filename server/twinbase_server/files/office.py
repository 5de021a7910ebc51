"""The office gives a row its content: a document, a drawing, what devices only read."""

import hashlib
from datetime import datetime
from uuid import uuid4

from twinbase.attachment import STORED
from twinbase_server.database.connection import Connection
from twinbase_server.files.media import HEAD_BYTES, describe_content, find_fault
from twinbase_server.files.named import NOTHING_THERE, ContentSlot, hash_sql, key_is_sql, key_texts, row_key_sql
from twinbase_server.files.settle import ArrivedContent, attach_content, store_content
from twinbase_server.files.state import say_state
from twinbase_server.files.upload import Upload
from twinbase_server.problems import ProblemError
from twinbase_server.sql.names import table_sql
from twinbase_server.store.store import FileStore


async def give_content(
    connection: Connection, store: FileStore, slot: ContentSlot, body: bytes, giver: str, now: datetime
) -> None:
    """Keep these bytes as what the row names. Whoever gives them sees every row.

    Raises `not-found`, and `attachment-refused` for what is not what the row names, or not taken.
    """
    twin, attachment = slot.twin, slot.attachment
    table = table_sql(twin.table)
    row = await connection.fetchrow(
        f"SELECT {row_key_sql(twin, table)} AS row_key, {hash_sql(attachment, table)} AS sha256 FROM {table}"
        f" WHERE {key_is_sql(twin, table, 1)}",
        *key_texts(slot.key),
    )
    if row is None:
        raise ProblemError("not-found", NOTHING_THERE)
    sha256 = hashlib.sha256(body).hexdigest()
    if fault := _judge(slot, body, row["sha256"], sha256):
        raise ProblemError("attachment-refused", fault)
    content = ArrivedContent(f"content/{sha256[:2]}/{sha256}-{uuid4().hex[:12]}", *describe_content(body[:HEAD_BYTES]))
    await store.write(content.object, body)
    given = Upload(
        uuid4(), giver, twin.name, attachment.column, row["row_key"], sha256, len(body), len(body), now
    )  # fmt: skip
    async with connection.transaction():
        counts = await store_content(connection, given, content, now)
        if not await say_state(connection, twin, attachment.column, given.row_key, sha256, STORED):
            raise ProblemError("not-found", NOTHING_THERE)
        await attach_content(connection, given, now)
    if counts != content.object:
        await store.remove(content.object)


def _judge(slot: ContentSlot, body: bytes, named: str | None, sha256: str) -> str:
    if named != sha256:
        return f"The row names {named or 'nothing'}, and the file is {sha256}."
    if len(body) > slot.attachment.bytes_max:
        return f"It has {len(body)} bytes; at most {slot.attachment.bytes_max} are taken."
    return find_fault(body[:HEAD_BYTES], slot.attachment)
