-- the parts beside a change: composed by accept/neighbours.py
SELECT CAST(COALESCE(json_agg(json_build_array(_twinbase_r.o,
                                               (SELECT row_to_json(_twinbase_row)
                                                FROM (SELECT t.job_id AS job_id,
                                                             t.position AS position,
                                                             t.quantity + '0' AS quantity) AS _twinbase_row))),
                     '[]') AS text)
FROM json_to_recordset(CAST($1 AS pg_catalog.json)) AS _twinbase_r(o integer, c0 text)
     INNER JOIN workshop.part AS t ON t.job_id = CAST(_twinbase_r.c0 AS uuid)
