-- new rows (part): composed by accept/write.py
INSERT INTO workshop.part AS t (job_id, position, quantity)
SELECT CAST(r.c0 AS uuid), CAST(r.c1 AS integer), CAST(r.c2 AS double precision)
FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS r(c0 text, c1 text, c2 text)
RETURNING NULL
