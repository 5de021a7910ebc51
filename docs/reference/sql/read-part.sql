-- the rows of a batch, with version and scope (part): composed by accept/rows.py
SELECT CAST(COALESCE(json_agg(json_build_array(_twinbase_r.o,
                                               CAST(COALESCE(v.xid,
                                                             (SELECT base
                                                              FROM twinbase.capture
                                                              WHERE (schema_name, table_name) = ('workshop', 'part'))) AS text),
                                               t.twinbase_inside,
                                               (SELECT row_to_json(_twinbase_row)
                                                FROM (SELECT t.job_id AS job_id,
                                                             t.position AS position,
                                                             t.quantity + '0' AS quantity) AS _twinbase_row))),
                     '[]') AS text)
FROM json_to_recordset(CAST($5 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text, c1 text)
     CROSS JOIN LATERAL (SELECT workshop.part.*,
                                COALESCE(EXISTS (SELECT *
                                                 FROM workshop.job
                                                 WHERE workshop.job.id = workshop.part.job_id
                                                   AND workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                                                   AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                                                     AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                                                     OR workshop.job.starts_at IS NULL)),
                                         FALSE) AS twinbase_inside
                         FROM workshop.part
                         WHERE workshop.part.job_id = CAST(_twinbase_r.c0 AS uuid)
                           AND workshop.part.position = CAST(_twinbase_r.c1 AS integer)) AS t
     LEFT JOIN twinbase."v_workshop.part" AS v ON v.job_id = t.job_id AND v.position = t.position
