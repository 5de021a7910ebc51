-- a page of what a cursor cannot see (job): composed by feed/statements.py
SELECT convert_to(string_agg(_line, ',') FILTER (WHERE _ok), 'UTF8') AS body,
       string_agg(_line, ',') FILTER (WHERE NOT _ok) AS quarantine,
       count(*) FILTER (WHERE NOT _ok) AS held,
       count(*) AS rows,
       CAST(COALESCE(sum(_h >> 24), 0) AS bigint) AS high,
       CAST(COALESCE(sum(_h & 16777215), 0) AS bigint) AS low,
       ((array_agg(_k0)))[CAST(count(*) AS integer)] AS _k0
FROM (SELECT CAST(_twinbase_t.id AS text) AS _k0,
             _twinbase_x._h,
             _twinbase_x._ok,
             CASE
               WHEN _twinbase_x._ok
                 THEN '[' || COALESCE(CAST(_twinbase_v.xid AS text), CAST($9 AS text)) || ',' || _twinbase_x._h || ',' || COALESCE('"' || CAST(_twinbase_t.id AS text) || '"',
                                                                                                                                   'null') || ',' || COALESCE('"' || CAST(_twinbase_t.lead_id AS text) || '"',
                                                                                                                                                              'null') || ',' || COALESCE(CAST(to_json(CAST(_twinbase_t.title AS text)) AS text),
                                                                                                                                                                                         'null') || ',' || COALESCE('"' || CAST(to_char(pg_catalog.timezone('UTC', _twinbase_t.starts_at),
                                                                                                                                                                                                                                        'YYYY-MM-DD HH24:MI:SS.US') AS text) || '"',
                                                                                                                                                                                                                    'null') || ',' || COALESCE('"' || CAST(CAST(_twinbase_t.price AS text) AS text) || '"',
                                                                                                                                                                                                                                               'null') || ']'
               ELSE '[' || COALESCE(CAST(_twinbase_v.xid AS text), CAST($9 AS text)) || ',' || _twinbase_x._h || ',[' || COALESCE('"' || CAST(_twinbase_t.id AS text) || '"',
                                                                                                                                  'null') || '],' || CAST(to_json(CAST(CASE
                                                                                                                                                                         WHEN NOT COALESCE(_twinbase_t.starts_at >= '0001-01-01 00:00:00+00'
                                                                                                                                                                                       AND _twinbase_t.starts_at < '10000-01-01 00:00:00+00',
                                                                                                                                                                                           TRUE)
                                                                                                                                                                           THEN 'starts_at: this timestamptz value cannot be carried'
                                                                                                                                                                         WHEN NOT COALESCE(_twinbase_t.price NOT IN ('NaN', 'Infinity', '-Infinity'),
                                                                                                                                                                                           TRUE)
                                                                                                                                                                           THEN 'price: this numeric(10,2) value cannot be carried'
                                                                                                                                                                       END AS text)) AS text) || ']'
             END AS _line
      FROM (SELECT workshop.job.id,
                   workshop.job.lead_id,
                   workshop.job.title,
                   workshop.job.starts_at,
                   workshop.job.price
            FROM workshop.job
            WHERE workshop.job.lead_id = CAST(CAST($1 AS varchar) AS uuid)
              AND ((workshop.job.starts_at >= CAST($2 AS timestamp with time zone) - CAST($3 AS interval)
                AND workshop.job.starts_at < CAST($2 AS timestamp with time zone) + CAST($4 AS interval))
                OR workshop.job.starts_at IS NULL)
              AND workshop.job.id > CAST(CAST($8 AS text) AS uuid)) AS _twinbase_t
           INNER JOIN twinbase."v_workshop.job" AS _twinbase_v ON _twinbase_v.id = _twinbase_t.id
           CROSS JOIN LATERAL (SELECT pg_catalog.hash_record_extended(ROW(_twinbase_t.id,
                                                                          _twinbase_t.lead_id,
                                                                          CAST(_twinbase_t.title AS text) COLLATE "C",
                                                                          _twinbase_t.starts_at,
                                                                          _twinbase_t.price),
                                                                      0) & 281474976710655 AS _h,
                                          COALESCE(_twinbase_t.starts_at >= '0001-01-01 00:00:00+00'
                                               AND _twinbase_t.starts_at < '10000-01-01 00:00:00+00',
                                                   TRUE)
                                      AND COALESCE(_twinbase_t.price NOT IN ('NaN', 'Infinity', '-Infinity'),
                                                   TRUE) AS _ok
                               OFFSET 0) AS _twinbase_x
      WHERE (_twinbase_v.xid >= CAST($6 AS xid8) OR _twinbase_v.xid = ANY(CAST($7 AS xid8[])))
        AND _twinbase_v.id > CAST(CAST($8 AS text) AS uuid)
      ORDER BY _twinbase_t.id
      LIMIT CAST($5 AS bigint)) AS _twinbase_r
