-- the rows of a batch, with version and scope (job): composed by accept/rows.py
SELECT CAST(COALESCE(json_agg(json_build_array(_twinbase_r.o,
                                               CAST(COALESCE(v.xid,
                                                             (SELECT base
                                                              FROM twinbase.capture
                                                              WHERE (schema_name, table_name) = ('workshop', 'job'))) AS text),
                                               t.twinbase_inside,
                                               (SELECT row_to_json(_twinbase_row)
                                                FROM (SELECT t.id AS id,
                                                             t.lead_id AS lead_id,
                                                             CAST(t.title AS text) AS title,
                                                             to_char(pg_catalog.timezone('UTC', t.starts_at),
                                                                     'YYYY-MM-DD HH24:MI:SS.US') AS starts_at,
                                                             CAST(t.price AS text) AS price) AS _twinbase_row))),
                     '[]') AS text)
FROM json_to_recordset(CAST($5 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text)
     CROSS JOIN LATERAL (SELECT workshop.job.*,
                                COALESCE(workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                                     AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                                       AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                                       OR workshop.job.starts_at IS NULL),
                                         FALSE) AS twinbase_inside
                         FROM workshop.job
                         WHERE workshop.job.id = CAST(_twinbase_r.c0 AS uuid)) AS t
     LEFT JOIN twinbase."v_workshop.job" AS v ON v.id = t.id
