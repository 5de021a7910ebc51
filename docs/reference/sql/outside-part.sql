-- rows that are out of scope now (part): composed by accept/write.py
SELECT _twinbase_r.o
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
WHERE NOT t.twinbase_inside
