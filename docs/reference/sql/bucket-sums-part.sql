-- the same, bucket by bucket (part): composed by feed/statements.py
SELECT CAST(_h & CAST($5 AS bigint) AS integer) AS bucket,
       count(*) AS rows,
       CAST(COALESCE(sum(_h >> 24), 0) AS bigint) AS high,
       CAST(COALESCE(sum(_h & 16777215), 0) AS bigint) AS low
FROM (SELECT pg_catalog.hash_record_extended(ROW(workshop.part.job_id, workshop.part.position, workshop.part.quantity),
                                             0) & 281474976710655 AS _h
      FROM workshop.part
      WHERE EXISTS (SELECT *
                    FROM workshop.job
                    WHERE workshop.job.id = workshop.part.job_id
                      AND workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                      AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                        AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                        OR workshop.job.starts_at IS NULL))
      OFFSET 0) AS _twinbase_r
GROUP BY 1
ORDER BY 1
