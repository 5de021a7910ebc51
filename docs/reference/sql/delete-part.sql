-- deleted rows (part): composed by accept/write.py
DELETE FROM workshop.part AS t
USING json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(c0 text, c1 text)
WHERE t.job_id = CAST(_twinbase_r.c0 AS uuid) AND t.position = CAST(_twinbase_r.c1 AS integer)
