-- keys that changed and are not in scope (job): composed by feed/statements.py
SELECT '[' || COALESCE('"' || CAST(_twinbase_v.id AS text) || '"', 'null') || ']' AS key
FROM twinbase."v_workshop.job" AS _twinbase_v
WHERE (_twinbase_v.xid >= CAST($5 AS xid8) OR _twinbase_v.xid = ANY(CAST($6 AS xid8[])))
  AND NOT EXISTS (SELECT
                  FROM workshop.job
                  WHERE _twinbase_v.id = workshop.job.id
                    AND (workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                     AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                       AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                       OR workshop.job.starts_at IS NULL)))
LIMIT CAST($7 AS bigint)
