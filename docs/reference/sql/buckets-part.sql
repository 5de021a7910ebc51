-- a page of the buckets that differ (part): composed by feed/statements.py
SELECT convert_to(string_agg(_line, ',') FILTER (WHERE _ok), 'UTF8') AS body,
       string_agg(_line, ',') FILTER (WHERE NOT _ok) AS quarantine,
       count(*) FILTER (WHERE NOT _ok) AS held,
       count(*) AS rows,
       CAST(COALESCE(sum(_h >> 24), 0) AS bigint) AS high,
       CAST(COALESCE(sum(_h & 16777215), 0) AS bigint) AS low,
       ((array_agg(_k0)))[CAST(count(*) AS integer)] AS _k0,
       ((array_agg(_k1)))[CAST(count(*) AS integer)] AS _k1
FROM (SELECT CAST(_twinbase_t.job_id AS text) AS _k0,
             CAST(_twinbase_t.position AS text) AS _k1,
             _twinbase_x._h,
             _twinbase_x._ok,
             CASE
               WHEN _twinbase_x._ok
                 THEN '[' || COALESCE(CAST(_twinbase_v.xid AS text), CAST($8 AS text)) || ',' || _twinbase_x._h || ',' || COALESCE('"' || CAST(_twinbase_t.job_id AS text) || '"',
                                                                                                                                   'null') || ',' || COALESCE(CAST(_twinbase_t.position AS text),
                                                                                                                                                              'null') || ',' || COALESCE(CAST(to_json(_twinbase_t.quantity + '0') AS text),
                                                                                                                                                                                         'null') || ']'
               ELSE '[' || COALESCE(CAST(_twinbase_v.xid AS text), CAST($8 AS text)) || ',' || _twinbase_x._h || ',[' || COALESCE('"' || CAST(_twinbase_t.job_id AS text) || '"',
                                                                                                                                  'null') || ',' || COALESCE(CAST(_twinbase_t.position AS text),
                                                                                                                                                             'null') || '],' || CAST(to_json(CAST(CASE
                                                                                                                                                                                                    WHEN NOT COALESCE(_twinbase_t.quantity <> 'NaN',
                                                                                                                                                                                                                      TRUE)
                                                                                                                                                                                                      THEN 'quantity: this double precision value cannot be carried'
                                                                                                                                                                                                  END AS text)) AS text) || ']'
             END AS _line
      FROM (SELECT workshop.part.job_id, workshop.part.position, workshop.part.quantity
            FROM workshop.part
            WHERE EXISTS (SELECT *
                          FROM workshop.job
                          WHERE workshop.job.id = workshop.part.job_id
                            AND workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
                            AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                              AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                              OR workshop.job.starts_at IS NULL))) AS _twinbase_t
           LEFT JOIN LATERAL (SELECT _twinbase_v.xid
                              FROM twinbase."v_workshop.part" AS _twinbase_v
                              WHERE _twinbase_v.job_id = _twinbase_t.job_id
                                AND _twinbase_v.position = _twinbase_t.position
                              LIMIT 1) AS _twinbase_v ON TRUE
           CROSS JOIN LATERAL (SELECT pg_catalog.hash_record_extended(ROW(_twinbase_t.job_id, _twinbase_t.position, _twinbase_t.quantity),
                                                                      0) & 281474976710655 AS _h,
                                      COALESCE(_twinbase_t.quantity <> 'NaN', TRUE) AS _ok
                               OFFSET 0) AS _twinbase_x
      WHERE _twinbase_x._h & CAST($6 AS bigint) = ANY(CAST($7 AS bigint[]))
      ORDER BY _twinbase_t.job_id, _twinbase_t.position
      LIMIT CAST($5 AS bigint)) AS _twinbase_r
