-- what is new since a look: composed by feed/news/look.py
SELECT CASE
         WHEN pg_is_in_recovery() THEN format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))
         ELSE CAST(pg_current_snapshot() AS text)
       END AS snapshot,
       (SELECT id
        FROM twinbase.generation
        ORDER BY n DESC
        LIMIT 1) AS generation,
       CAST(ARRAY[COALESCE((SELECT xid
                            FROM twinbase."v_workshop.job"
                            ORDER BY xid DESC
                            LIMIT 1) >= CAST($1 AS xid8),
                           FALSE)
               OR EXISTS (SELECT
                          FROM unnest(CAST($2 AS xid8[])) AS o (xid)
                               CROSS JOIN LATERAL (SELECT v.xid
                                                   FROM twinbase."v_workshop.job" AS v
                                                   WHERE v.xid >= o.xid
                                                   ORDER BY v.xid
                                                   LIMIT 1) AS f
                          WHERE f.xid = o.xid),
               COALESCE((SELECT xid
                         FROM twinbase."v_workshop.part"
                         ORDER BY xid DESC
                         LIMIT 1) >= CAST($1 AS xid8),
                        FALSE)
               OR EXISTS (SELECT
                          FROM unnest(CAST($2 AS xid8[])) AS o (xid)
                               CROSS JOIN LATERAL (SELECT v.xid
                                                   FROM twinbase."v_workshop.part" AS v
                                                   WHERE v.xid >= o.xid
                                                   ORDER BY v.xid
                                                   LIMIT 1) AS f
                          WHERE f.xid = o.xid)] AS boolean[]) AS changed,
       ARRAY(SELECT m.schema_name
             FROM (SELECT schema_name, table_name
                   FROM twinbase.capture AS c
                   WHERE c.base >= CAST($1 AS xid8) OR c.base = ANY(CAST($2 AS xid8[]))

                   UNION

                   SELECT c.schema_name, c.table_name
                   FROM twinbase.capture_gap AS g INNER JOIN twinbase.capture AS c ON c.relid = g.relid
                   WHERE g.xid >= CAST($1 AS xid8) OR g.xid = ANY(CAST($2 AS xid8[]))

                   ORDER BY 1, 2) AS m) AS marked_schemas,
       ARRAY(SELECT m.table_name
             FROM (SELECT schema_name, table_name
                   FROM twinbase.capture AS c
                   WHERE c.base >= CAST($1 AS xid8) OR c.base = ANY(CAST($2 AS xid8[]))

                   UNION

                   SELECT c.schema_name, c.table_name
                   FROM twinbase.capture_gap AS g INNER JOIN twinbase.capture AS c ON c.relid = g.relid
                   WHERE g.xid >= CAST($1 AS xid8) OR g.xid = ANY(CAST($2 AS xid8[]))

                   ORDER BY 1, 2) AS m) AS marked_names,
       COALESCE(p.replicas, '{}') AS replicas,
       COALESCE(p.xids, '{}') AS xids
FROM (SELECT array_agg(o.replica) AS replicas, array_agg(CAST(CAST(o.xid AS text) AS bigint)) AS xids
      FROM ((SELECT DISTINCT replica, xid
             FROM twinbase.ledger
             WHERE xid >= CAST($1 AS xid8)
             ORDER BY xid
             LIMIT 1000)

            UNION ALL

            (SELECT DISTINCT replica, xid
             FROM twinbase.ledger
             WHERE xid = ANY(CAST($2 AS xid8[]))
             ORDER BY xid
             LIMIT 1000)) AS o) AS p
