-- the rows of a batch, locked (part): composed by accept/rows.py
SELECT count(*)
FROM (SELECT
      FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text, c1 text)
           INNER JOIN workshop.part AS t ON t.job_id = CAST(_twinbase_r.c0 AS uuid)
                                        AND t.position = CAST(_twinbase_r.c1 AS integer)
      ORDER BY t.job_id, t.position
      FOR UPDATE OF t) AS locked
