-- all that an answer needs before its first row: composed by feed/reading.py
SELECT CASE
         WHEN pg_is_in_recovery() THEN format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))
         ELSE CAST(pg_current_snapshot() AS text)
       END AS snapshot,
       (SELECT id
        FROM twinbase.generation
        ORDER BY n DESC
        LIMIT 1) AS generation,
       (SELECT salt
        FROM twinbase.salt
        ORDER BY xid DESC
        LIMIT 1) AS salt,
       COALESCE(CAST($1 AS xid8) <= pg_snapshot_xmax(pg_current_snapshot())
            AND CASE
                  WHEN CAST($3 AS text) = '' THEN CAST('0' AS xid8)
                  ELSE (SELECT s.xid
                        FROM twinbase.salt AS s
                        WHERE s.salt = CAST($3 AS text))
                END >= COALESCE((SELECT s.xid
                                 FROM twinbase.salt AS s
                                 WHERE s.xid < CAST($1 AS xid8) AND s.xid <> ALL(CAST($2 AS xid8[]))
                                 ORDER BY s.xid DESC
                                 LIMIT 1),
                                CAST('0' AS xid8)),
                FALSE) AS recognised,
       r.account,
       r.epoch,
       r.last_n,
       CASE
         WHEN r.wipe_asked_at IS NOT NULL AND r.wiped_at IS NULL
           THEN 'wiped'
         WHEN COALESCE(r.revoked_at, r.wiped_at) IS NOT NULL
           THEN 'revoked'
         WHEN EXISTS (SELECT
                      FROM twinbase.account AS a
                      WHERE a.email = r.account AND a.disabled)
           THEN 'disabled'
         WHEN CAST($8 AS uuid) IS NOT NULL
          AND NOT EXISTS (SELECT
                          FROM twinbase.session AS s
                          WHERE s.id = CAST($8 AS uuid) AND s.ended_at IS NULL)
           THEN 'ended'
         WHEN EXISTS (SELECT
                      FROM twinbase.account AS a
                      WHERE a.email = r.account AND a.claims_version <> CAST($9 AS bigint))
           THEN 'claims'
       END AS turned_away,
       COALESCE(CAST((SELECT json_agg(l.outcome ORDER BY l.n)
                      FROM (SELECT outcome, n
                            FROM twinbase.ledger
                            WHERE replica = $4
                              AND epoch = r.epoch
                              AND n > GREATEST(CAST($5 AS bigint),
                                               CASE r.epoch
                                                 WHEN CAST($6 AS bigint) THEN CAST($7 AS bigint)
                                               END)
                            ORDER BY n
                            LIMIT 20000) AS l) AS text),
                '[]') AS outcomes,
       CAST((SELECT json_agg(json_build_object('id', j.mutation, 'kind', j.kind, 'at', j.settled_at, 'by', j.settled_by, 'as', j.settled_as, 'note', j.note) ORDER BY j.settled_at)
             FROM (SELECT *
                   FROM twinbase.journal
                   WHERE replica = $4
                     AND settled_xid IS NOT NULL
                     AND (CAST($1 AS xid8) IS NULL
                       OR (settled_xid >= CAST($1 AS xid8) OR settled_xid = ANY(CAST($2 AS xid8[]))))
                   ORDER BY settled_at DESC
                   LIMIT 5000) AS j) AS text) AS settled,
       CAST(ARRAY[CAST($1 AS xid8) IS NOT NULL
              AND (COALESCE((SELECT xid
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
                           WHERE f.xid = o.xid)),
              CAST($1 AS xid8) IS NOT NULL
              AND (COALESCE((SELECT xid
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
                           WHERE f.xid = o.xid))] AS boolean[]) AS changed,
       ARRAY(SELECT CAST(c.base AS text)
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS bases,
       ARRAY(SELECT c.base >= CAST($1 AS xid8) OR c.base = ANY(CAST($2 AS xid8[]))
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS renewed,
       ARRAY(SELECT EXISTS (SELECT
                            FROM twinbase.capture_gap AS g
                            WHERE g.relid = c.relid
                              AND (g.xid >= CAST($1 AS xid8) OR g.xid = ANY(CAST($2 AS xid8[]))))
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS gap,
       ARRAY(SELECT c.relid IS DISTINCT FROM CAST(to_regclass(format('%I.%I', t.s, t.n)) AS oid)
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS replaced,
       ARRAY(SELECT c.collected >= CAST($1 AS xid8) OR c.collected = ANY(CAST($2 AS xid8[]))
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS collected,
       ARRAY(SELECT     c.relid IS NOT NULL
                    AND NOT((SELECT count(*)
                             FROM pg_catalog.pg_trigger AS g
                             WHERE g.tgrelid = c.relid
                               AND g.tgenabled = 'A'
                               AND g.tgname IN ('twinbase_capture_insert', 'twinbase_capture_update', 'twinbase_capture_delete', 'twinbase_capture_truncate', 'twinbase_capture_truncated')) = 5
                        AND NOT EXISTS (SELECT
                                        FROM pg_catalog.pg_inherits AS i
                                        WHERE i.inhrelid = c.relid)
                        AND NOT EXISTS (WITH RECURSIVE
                                             below(oid) AS (
                                                 SELECT i.inhrelid
                                                 FROM pg_catalog.pg_inherits AS i
                                                 WHERE i.inhparent = c.relid

                                                 UNION

                                                 SELECT i.inhrelid
                                                 FROM below
                                                      INNER JOIN pg_catalog.pg_inherits AS i ON i.inhparent = below.oid
                                               )
                                          SELECT
                                          FROM below
                                          WHERE NOT(SELECT count(*)
                                                    FROM pg_catalog.pg_trigger AS g
                                                    WHERE g.tgrelid = below.oid
                                                      AND g.tgenabled = 'A'
                                                      AND g.tgname IN ('twinbase_capture_insert', 'twinbase_capture_update', 'twinbase_capture_delete', 'twinbase_capture_truncate', 'twinbase_capture_truncated')) = 5)
                        AND split_part(c.fingerprint, ' ', 2) = (WITH RECURSIVE
                                                                      below(  oid, since) AS (
                                                                          SELECT i.inhrelid,
                                                                                 CAST(i.xmin AS text)
                                                                          FROM pg_catalog.pg_inherits AS i
                                                                          WHERE i.inhparent = c.relid

                                                                          UNION

                                                                          SELECT i.inhrelid,
                                                                                 CAST(i.xmin AS text)
                                                                          FROM below
                                                                               INNER JOIN pg_catalog.pg_inherits AS i ON i.inhparent = below.oid
                                                                        )
                                                                   SELECT COALESCE(md5(string_agg(oid || ' ' || since,
                                                                                                  ',' ORDER BY oid,
                                                                                                               since)),
                                                                                   '')
                                                                   FROM below))
             FROM unnest(CAST(ARRAY['workshop', 'workshop'] AS text[]), CAST(ARRAY['job', 'part'] AS text[])) WITH ORDINALITY AS t (s, n, i)
                  LEFT JOIN twinbase.capture AS c ON c.schema_name = t.s AND c.table_name = t.n
             ORDER BY t.i) AS unarmed,
       set_config('plan_cache_mode', 'force_custom_plan', TRUE)
FROM (SELECT) AS one LEFT JOIN twinbase.replica AS r ON r.id = CAST($4 AS uuid)
