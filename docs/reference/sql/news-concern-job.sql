-- whom rows concern, of many at once (job): composed by feed/news/plan.py
SELECT DISTINCT _twinbase_w.i, _twinbase_k.x
FROM jsonb_to_recordset(CAST(CAST($4 AS text) AS jsonb)) AS _twinbase_w(i integer, c0 text)
     CROSS JOIN unnest(CAST($5 AS bigint[]), CAST($6 AS text[])) AS _twinbase_k (x, k0)
     INNER JOIN workshop.job ON workshop.job.id = CAST(_twinbase_k.k0 AS uuid)
WHERE workshop.job.lead_id = CAST(_twinbase_w.c0 AS uuid)
  AND ((workshop.job.starts_at >= CAST($1 AS timestamp with time zone) - CAST($2 AS interval)
    AND workshop.job.starts_at < CAST($1 AS timestamp with time zone) + CAST($3 AS interval))
    OR workshop.job.starts_at IS NULL)
