-- the rows of a batch, locked (job): composed by accept/rows.py
SELECT count(*)
FROM (SELECT
      FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text)
           INNER JOIN workshop.job AS t ON t.id = CAST(_twinbase_r.c0 AS uuid)
      ORDER BY t.id
      FOR UPDATE OF t) AS locked
