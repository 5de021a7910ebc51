-- new rows (part): composed by accept/write.py
INSERT INTO workshop.part AS t (job_id, position, quantity)
SELECT CAST(_twinbase_r.c0 AS uuid),
       CAST(_twinbase_r.c1 AS integer),
       CAST(_twinbase_r.c2 AS double precision)
FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(c0 text, c1 text, c2 text)
RETURNING NULL
