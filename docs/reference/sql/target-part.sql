-- whether a part's job is there: composed by accept/targets.py
SELECT _twinbase_r.o
FROM json_to_recordset(CAST($5 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text)
     CROSS JOIN LATERAL (SELECT workshop.job.*,
                                COALESCE(workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                                     AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                                       AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                                       OR workshop.job.starts_at IS NULL),
                                         FALSE) AS twinbase_inside
                         FROM workshop.job
                         WHERE workshop.job.id = CAST(_twinbase_r.c0 AS uuid)) AS t
WHERE t.twinbase_inside
