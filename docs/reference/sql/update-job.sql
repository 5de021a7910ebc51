-- changed rows (job): composed by accept/write.py
UPDATE workshop.job AS t
SET lead_id = CAST(_twinbase_r.c1 AS uuid),
    title = CAST(_twinbase_r.c2 AS text),
    starts_at = pg_catalog.timezone('UTC', CAST(_twinbase_r.c3 AS timestamp)),
    price = CAST(_twinbase_r.c4 AS numeric)
FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(c0 text,
                                                                   c1 text,
                                                                   c2 text,
                                                                   c3 text,
                                                                   c4 text)
WHERE t.id = CAST(_twinbase_r.c0 AS uuid)
