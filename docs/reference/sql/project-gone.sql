-- jobs whose order is gone: composed by projection/run.py
SELECT workshop.job.id
FROM workshop.job
WHERE workshop.job.source_table = CAST($1 AS varchar)
  AND NOT EXISTS (SELECT *
                  FROM twinbase_rows_0
                  WHERE workshop.job.id = twinbase_rows_0.id)
  AND workshop.job.source_id IN (SELECT twinbase_touched_0.source_id
                                 FROM twinbase_touched_0)
