-- deleted rows (job): composed by accept/write.py
DELETE FROM workshop.job AS t
USING json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(c0 text)
WHERE t.id = CAST(_twinbase_r.c0 AS uuid)
