"""What an operator watches: counters of this process, and gauges read from the database when asked (H41)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import HISTORY_SQL

_AGES = f"""
SELECT
    -- Whatever holds a transaction open keeps all cursors' lists of open transactions long.
    (SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float8 FROM pg_stat_activity
     WHERE backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AS transaction,
    (SELECT coalesce(extract(epoch FROM max(now() - prepared)), 0)::float8 FROM pg_prepared_xacts) AS prepared,
    (SELECT coalesce(extract(epoch FROM now() - min(oldest_outbox)), 0)::float8 FROM twinbase.replica
     WHERE coalesce(revoked_at, wiped_at) IS NULL) AS outbox,
    (SELECT coalesce(extract(epoch FROM now() - min(last_pull)), 0)::float8 FROM twinbase.replica
     WHERE coalesce(revoked_at, wiped_at) IS NULL) AS pull,
    (SELECT count(*)::float8 FROM twinbase.replica
     WHERE coalesce(revoked_at, wiped_at) IS NULL AND NOT of_office) AS replicas,
    (SELECT count(*)::float8 FROM twinbase.capture_gap WHERE NOT respelled) AS gaps,
    (SELECT sum(bytes)::float8 FROM ({HISTORY_SQL}) h) AS history,
    (SELECT count(*)::float8 FROM twinbase.content) AS contents,
    (SELECT coalesce(sum(size), 0)::float8 FROM twinbase.content) AS content_bytes,
    (SELECT count(*)::float8 FROM twinbase.upload WHERE received < size AND expires_at > now()) AS uploads,
    (SELECT count(*)::float8 FROM twinbase.awaited) AS awaited,
    (SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 FROM twinbase.awaited) AS overdue,
    d.waiting, d.refused, d.oldest
FROM (
    SELECT count(*) FILTER (WHERE state <> 'refused')::float8 AS waiting,
        count(*) FILTER (WHERE state = 'refused')::float8 AS refused,
        coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state <> 'refused')), 0)::float8 AS oldest
    FROM twinbase.deliveries WHERE state IN ('waiting', 'held', 'refused')
) d
"""


class Metrics:
    """One set of metrics per application; two applications in one process do not share any."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.answers = Counter("twinbase_answers", "Streams begun, by kind.", ["kind"], registry=r)
        self.cuts = Counter("twinbase_cuts", "Streams cut at the time limit, by kind.", ["kind"], registry=r)
        self.broken = Counter("twinbase_broken_answers", "Streams that an error ended, by kind.", ["error"], registry=r)
        self.rows_sent = Counter("twinbase_rows_sent", "Rows sent.", ["twin"], registry=r)
        self.bytes_sent = Counter("twinbase_bytes_sent", "Bytes of streams, as sent.", registry=r)
        self.quarantined = Counter("twinbase_quarantined_rows", "Rows that cannot be carried.", ["twin"], registry=r)
        self.locked = Counter("twinbase_locked_twins", "Twins left out: a table was locked.", ["twin"], registry=r)
        self.digests = Counter("twinbase_digests", "Digests computed.", ["twin"], registry=r)
        self.skips = Counter("twinbase_digests_skipped", "Digests that nothing could have changed.", registry=r)
        self.repairs = Counter("twinbase_repairs", "Twins that devices asked to repair.", ["twin"], registry=r)
        self.unexplained = Counter(
            "twinbase_unexplained_repairs", "Repairs that no change of scope explains: alarm.", ["twin"], registry=r
        )
        self.pushes = Counter("twinbase_pushes", "Batches answered, by what became of them.", ["result"], registry=r)
        self.forks = Counter("twinbase_forks", "Pushes of a device of which there are two.", registry=r)
        self.files_received = Counter("twinbase_files_received_bytes", "Bytes of content, durable.", registry=r)
        self.files_sent = Counter("twinbase_files_sent_bytes", "Bytes of content, as sent.", registry=r)
        self.files = Counter("twinbase_files", "Content brought, by what became of it.", ["result"], registry=r)
        self.open_seconds = Histogram("twinbase_open_seconds", "Until the first byte of a stream.", registry=r)
        self._ages = {
            "transaction": Gauge("twinbase_oldest_transaction_seconds", "Oldest open transaction.", registry=r),
            "prepared": Gauge("twinbase_oldest_prepared_seconds", "Oldest prepared transaction.", registry=r),
            "outbox": Gauge("twinbase_oldest_outbox_seconds", "Oldest unsent change on a device.", registry=r),
            "pull": Gauge("twinbase_oldest_pull_seconds", "Device that has not pulled for longest.", registry=r),
            "replicas": Gauge("twinbase_replicas", "Devices.", registry=r),
            "waiting": Gauge("twinbase_deliveries_waiting", "Deliveries not handed over yet.", registry=r),
            "refused": Gauge("twinbase_deliveries_refused", "Deliveries that were refused.", registry=r),
            "oldest": Gauge("twinbase_oldest_delivery_seconds", "Oldest of those that wait.", registry=r),
            "gaps": Gauge("twinbase_capture_gaps", "Changes that capture could not record.", registry=r),
            "contents": Gauge("twinbase_contents", "Contents of attachments that are kept.", registry=r),
            "content_bytes": Gauge("twinbase_content_bytes", "What they take.", registry=r),
            "uploads": Gauge("twinbase_uploads", "Uploads that are not finished.", registry=r),
            "awaited": Gauge("twinbase_awaited_contents", "Rows whose content has not come.", registry=r),
            "overdue": Gauge("twinbase_oldest_awaited_seconds", "The one that is waited for longest.", registry=r),
            "history": Gauge("twinbase_history_bytes", "What is remembered for an age.", registry=r),
        }

    async def render_text(self, connection: Connection) -> bytes:
        """All metrics in Prometheus's text format, the gauges as they are now."""
        row = await connection.fetchrow(_AGES)
        assert row is not None
        for name, gauge in self._ages.items():
            gauge.set(row[name] or 0.0)
        return generate_latest(self.registry)
