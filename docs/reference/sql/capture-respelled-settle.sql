-- the same where a key has several spellings: settle: composed by capture/respelling.py
CREATE OR REPLACE FUNCTION twinbase."settle_workshop.part"(expected bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off AS $twinbase1$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = 16384) THEN
        IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = 16384 AND attname = ANY (ARRAY['job_id', 'position', 'quantity']::name[])) <> expected OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = 16384), 'USAGE')
        OR NOT has_table_privilege(16384, 'SELECT') OR row_security_active(16384) THEN
            INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16384, pg_current_xact_id(), 16384::regclass::text || ': changed while it was being reloaded') ON CONFLICT DO NOTHING;
        ELSIF twinbase.bulk(16384, ARRAY['job_id', 'position']::text[]) THEN
            EXECUTE format($twinbase$INSERT INTO twinbase.capture_gap (relid, xid, reason, respelled) SELECT 16384, pg_current_xact_id(), 'a key was spelled anew', true WHERE EXISTS (SELECT FROM %1$s a JOIN twinbase."stash_workshop.part" s ON a."job_id" = s."job_id" AND a."position" = s."position" WHERE ((a."job_id")::text COLLATE "C" <> (s."job_id")::text COLLATE "C" OR (a."position")::text COLLATE "C" <> (s."position")::text COLLATE "C")) OR EXISTS (SELECT FROM %1$s a WHERE (SELECT ((v."job_id")::text COLLATE "C" <> (a."job_id")::text COLLATE "C" OR (v."position")::text COLLATE "C" <> (a."position")::text COLLATE "C") FROM twinbase."v_workshop.part" v WHERE v."job_id" = a."job_id" AND v."position" = a."position" LIMIT 1)) ON CONFLICT DO NOTHING$twinbase$, 16384::regclass);
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT coalesce(t."job_id", s."job_id") AS "job_id", coalesce(t."position", s."position") AS "position", pg_current_xact_id() AS xid, t."job_id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."job_id" IS NULL THEN '700'::xid8 END AS before
        FROM (SELECT  a."job_id", a."position", (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.part" s ON t."job_id" = s."job_id" AND t."position" = s."position"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16384', true) <> '') AND (t."job_id", t."position") IN (
                SELECT w."job_id", w."position" FROM twinbase."v_workshop.part" w WHERE w.deleted AND w.xid = pg_current_xact_id()))),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = c."job_id",
            "position" = c."position" FROM changed c WHERE v."job_id" = c."job_id" AND v."position" = c."position")
        INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before)
        SELECT c."job_id", c."position", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."job_id" = c."job_id" AND v."position" = c."position")$twinbase$, 16384::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase.capture_gap (relid, xid, reason, respelled) SELECT 16384, pg_current_xact_id(), 'a key was spelled anew', true WHERE EXISTS (SELECT FROM %1$s a JOIN twinbase."stash_workshop.part" s ON a."job_id" = s."job_id" AND a."position" = s."position" WHERE ((a."job_id")::text COLLATE "C" <> (s."job_id")::text COLLATE "C" OR (a."position")::text COLLATE "C" <> (s."position")::text COLLATE "C")) OR EXISTS (SELECT FROM %1$s a WHERE (SELECT ((v."job_id")::text COLLATE "C" <> (a."job_id")::text COLLATE "C" OR (v."position")::text COLLATE "C" <> (a."position")::text COLLATE "C") FROM twinbase."v_workshop.part" v WHERE v."job_id" = a."job_id" AND v."position" = a."position" LIMIT 1)) ON CONFLICT DO NOTHING$twinbase$, 16384::regclass);
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.part" AS v ("job_id", "position", xid, deleted, hash, before)
        SELECT coalesce(t."job_id", s."job_id") AS "job_id", coalesce(t."position", s."position") AS "position", pg_current_xact_id() AS xid, t."job_id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."job_id" IS NULL THEN '700'::xid8 END AS before
        FROM (SELECT DISTINCT ON (a."job_id", a."position") a."job_id", a."position", (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.part" s ON t."job_id" = s."job_id" AND t."position" = s."position"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16384', true) <> '') AND (t."job_id", t."position") IN (
                SELECT w."job_id", w."position" FROM twinbase."v_workshop.part" w WHERE w.deleted AND w.xid = pg_current_xact_id()))
        ON CONFLICT ("job_id", "position") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = excluded."job_id",
            "position" = excluded."position"$twinbase$, 16384::regclass);
        END IF;
        PERFORM set_config('twinbase.removed_16384', 'on', true);
    END IF;
    DELETE FROM twinbase."stash_workshop.part";
END $twinbase1$
