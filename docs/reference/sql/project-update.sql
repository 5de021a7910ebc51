-- jobs that differ from their orders: composed by projection/run.py
UPDATE workshop.job
SET lead_id = new.lead_id,
    title = CASE
              WHEN COALESCE(new._image -> CAST($1 AS varchar) = COALESCE(to_jsonb(new.title),
                                                                         CAST('null' AS jsonb)),
                            CAST($2 AS boolean))
                OR EXISTS (SELECT CAST($3 AS integer) AS anon_1
                           FROM twinbase.echo
                           WHERE twinbase.echo.row_key = CAST(new.id AS varchar)
                             AND twinbase.echo.column_name = CAST($4 AS varchar)
                             AND twinbase.echo.schema_name = CAST($5 AS varchar)
                             AND twinbase.echo.table_name = CAST($6 AS varchar)
                             AND twinbase.said_alike(twinbase.echo.value,
                                                     COALESCE(to_jsonb(new.title), CAST('null' AS jsonb))))
                THEN workshop.job.title
              ELSE new.title
            END,
    source_id = new.source_id
FROM (SELECT twinbase_rows_0.id AS id,
             twinbase_rows_0.lead_id AS lead_id,
             twinbase_rows_0.title AS title,
             twinbase_rows_0.source_id AS source_id,
             twinbase.projection_image.image AS _image
      FROM twinbase_rows_0
           LEFT JOIN twinbase.projection_image ON twinbase.projection_image.projection = CAST($7 AS varchar)
                                              AND twinbase.projection_image.id = twinbase_rows_0.id) AS new
WHERE workshop.job.id = new.id
  AND (workshop.job.lead_id, workshop.job.title, workshop.job.source_id) IS DISTINCT FROM (new.lead_id,
                                                                                           CASE
                                                                                             WHEN COALESCE(new._image -> CAST($1 AS varchar) = COALESCE(to_jsonb(new.title),
                                                                                                                                                        CAST('null' AS jsonb)),
                                                                                                           CAST($2 AS boolean))
                                                                                               OR EXISTS (SELECT CAST($3 AS integer) AS anon_1
                                                                                                          FROM twinbase.echo
                                                                                                          WHERE twinbase.echo.row_key = CAST(new.id AS varchar)
                                                                                                            AND twinbase.echo.column_name = CAST($4 AS varchar)
                                                                                                            AND twinbase.echo.schema_name = CAST($5 AS varchar)
                                                                                                            AND twinbase.echo.table_name = CAST($6 AS varchar)
                                                                                                            AND twinbase.said_alike(twinbase.echo.value,
                                                                                                                                    COALESCE(to_jsonb(new.title),
                                                                                                                                             CAST('null' AS jsonb))))
                                                                                               THEN workshop.job.title
                                                                                             ELSE new.title
                                                                                           END,
                                                                                           new.source_id)
