-- the same where a key has several spellings: update: composed by capture/respelling.py
CREATE OR REPLACE FUNCTION twinbase."update_workshop.part"() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off AS $twinbase1$
#variable_conflict use_column
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['job_id', 'position', 'quantity']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16384, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16384', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16384 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    EXECUTE $twinbase$INSERT INTO twinbase.capture_gap (relid, xid, reason, respelled) SELECT 16384, pg_current_xact_id(), 'a key was spelled anew', true WHERE EXISTS (SELECT FROM added n JOIN removed o ON n."job_id" = o."job_id" AND n."position" = o."position" WHERE ((n."job_id")::text COLLATE "C" <> (o."job_id")::text COLLATE "C" OR (n."position")::text COLLATE "C" <> (o."position")::text COLLATE "C")) OR EXISTS (SELECT FROM added a WHERE (SELECT ((v."job_id")::text COLLATE "C" <> (a."job_id")::text COLLATE "C" OR (v."position")::text COLLATE "C" <> (a."position")::text COLLATE "C") FROM twinbase."v_workshop.part" v WHERE v."job_id" = a."job_id" AND v."position" = a."position" LIMIT 1)) ON CONFLICT DO NOTHING$twinbase$;
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16384, ARRAY['job_id', 'position']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.part") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")) coalesce(n."job_id", o."job_id") AS "job_id", coalesce(n."position", o."position") AS "position", pg_current_xact_id() AS xid, n."job_id" IS NULL AS deleted,
            CASE WHEN n."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."job_id", o."position", o."quantity"), 0) & 281474976710655) WHEN o."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."job_id", n."position", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."job_id" IS NULL THEN '700'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."job_id" = o."job_id" AND n."position" = o."position"
        WHERE ROW(n."job_id", n."position", n."quantity")::record *<> ROW(o."job_id", o."position", o."quantity")::record AND coalesce(n."job_id", o."job_id") IS NOT NULL AND coalesce(n."position", o."position") IS NOT NULL ORDER BY coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = c."job_id",
            "position" = c."position" FROM changed c WHERE v."job_id" = c."job_id" AND v."position" = c."position")
        INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before)
        SELECT c."job_id", c."position", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."job_id" = c."job_id" AND v."position" = c."position")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before) SELECT DISTINCT ON (coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")) coalesce(n."job_id", o."job_id") AS "job_id", coalesce(n."position", o."position") AS "position", pg_current_xact_id() AS xid, n."job_id" IS NULL AS deleted,
            CASE WHEN n."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."job_id", o."position", o."quantity"), 0) & 281474976710655) WHEN o."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."job_id", n."position", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."job_id" IS NULL THEN '700'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."job_id" = o."job_id" AND n."position" = o."position"
        WHERE ROW(n."job_id", n."position", n."quantity")::record *<> ROW(o."job_id", o."position", o."quantity")::record AND coalesce(n."job_id", o."job_id") IS NOT NULL AND coalesce(n."position", o."position") IS NOT NULL ORDER BY coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.part" AS v ("job_id", "position", xid, deleted, hash, before)
        SELECT DISTINCT ON (coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")) coalesce(n."job_id", o."job_id") AS "job_id", coalesce(n."position", o."position") AS "position", pg_current_xact_id() AS xid, n."job_id" IS NULL AS deleted,
            CASE WHEN n."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."job_id", o."position", o."quantity"), 0) & 281474976710655) WHEN o."job_id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."job_id", n."position", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."job_id" IS NULL THEN '700'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."job_id" = o."job_id" AND n."position" = o."position"
        WHERE ROW(n."job_id", n."position", n."quantity")::record *<> ROW(o."job_id", o."position", o."quantity")::record AND coalesce(n."job_id", o."job_id") IS NOT NULL AND coalesce(n."position", o."position") IS NOT NULL ORDER BY coalesce(n."job_id", o."job_id"), coalesce(n."position", o."position")
        ON CONFLICT ("job_id", "position") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = excluded."job_id",
            "position" = excluded."position";
    END IF;
    RETURN NULL;
END $twinbase1$
