-- new rows (job): composed by accept/write.py
INSERT INTO workshop.job AS t (id, lead_id, title, starts_at, price)
SELECT CAST(_twinbase_r.c0 AS uuid),
       CAST(_twinbase_r.c1 AS uuid),
       CAST(_twinbase_r.c2 AS text),
       pg_catalog.timezone('UTC', CAST(_twinbase_r.c3 AS timestamp)),
       CAST(_twinbase_r.c4 AS numeric)
FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(c0 text,
                                                                   c1 text,
                                                                   c2 text,
                                                                   c3 text,
                                                                   c4 text)
RETURNING NULL
