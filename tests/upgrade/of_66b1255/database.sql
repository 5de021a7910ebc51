SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA twinbase;
CREATE SCHEMA workshop;
CREATE TYPE twinbase.queue_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);
CREATE FUNCTION twinbase.bulk(relid oid, keys text[]) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed' AND EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = $1 AND indisunique AND indimmediate AND indisvalid AND indpred IS NULL AND indexprs IS NULL
        AND $2 @> (SELECT array_agg(attname::text) FROM pg_attribute
                   WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])))
        -- The index of a parent by inheritance (no partitions) says nothing of the rows of its children.
        AND NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class ON oid = inhparent WHERE inhparent = $1 AND relkind = 'r')
    THEN pg_try_advisory_xact_lock_shared(hashtext('twinbase capture'), $1::int) ELSE false END
$_$;
CREATE FUNCTION twinbase."delete_workshop.job"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM removed) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16386, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16386', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16386 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    PERFORM set_config('twinbase.removed_16386', 'on', true);
    IF EXISTS (SELECT FROM removed OFFSET 1000) AND twinbase.bulk(16386, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.job") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash, '759'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.job" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.job" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash, '759'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.job" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash, '759'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."delete_workshop.part"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM removed) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16409, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16409', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16409 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    PERFORM set_config('twinbase.removed_16409', 'on', true);
    IF EXISTS (SELECT FROM removed OFFSET 1000) AND twinbase.bulk(16409, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.part") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash, '760'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash, '760'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.part" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash, '760'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."delete_workshop.product"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM removed) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16399, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16399', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16399 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    PERFORM set_config('twinbase.removed_16399', 'on', true);
    IF EXISTS (SELECT FROM removed OFFSET 1000) AND twinbase.bulk(16399, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.product") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash, '761'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.product" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.product" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash, '761'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.product" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash, '761'::xid8 AS before
        FROM removed a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."insert_workshop.job"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16386, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16386', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16386 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16386, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.job") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16386', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.job" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.job" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before) SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16386', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.job" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16386', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."insert_workshop.part"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16409, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16409', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16409 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16409, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.part") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16409', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before) SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16409', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.part" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16409', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."insert_workshop.product"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16399, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16399', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16399 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16399, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.product") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16399', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.product" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.product" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before) SELECT  a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16399', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.product" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16399', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase.local_time(local timestamp without time zone, zone text) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
            SELECT CASE
                WHEN ((local AT TIME ZONE zone) - interval '1 hour') AT TIME ZONE zone = local
                THEN (local AT TIME ZONE zone) - interval '1 hour'
                ELSE local AT TIME ZONE zone
            END
        $$;
CREATE FUNCTION twinbase.queue_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;
    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'twinbase_queue',
            json_build_object(
                'channel', 'twinbase_queue',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;
    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;
END;
$$;
CREATE FUNCTION twinbase.said_alike(one jsonb, other jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT one = other OR (
            coalesce(jsonb_typeof(one), 'null') IN ('string', 'null')
            AND coalesce(jsonb_typeof(other), 'null') IN ('string', 'null')
            AND coalesce(regexp_replace(btrim(one #>> '{}', E' \t\r\n'), '\s+', ' ', 'g'), '')
                = coalesce(regexp_replace(btrim(other #>> '{}', E' \t\r\n'), '\s+', ' ', 'g'), '')
        )
    $$;
CREATE FUNCTION twinbase.settle() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
BEGIN
    DELETE FROM twinbase.reload WHERE relid = NEW.relid AND xid = NEW.xid;
    IF FOUND AND to_regproc(format('twinbase.%I', NEW.settle)) IS NOT NULL THEN
        EXECUTE format('SELECT twinbase.%I($1)', NEW.settle) USING NEW.shape;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."settle_workshop.job"(expected bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = 16386) THEN
        IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = 16386 AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) <> expected OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = 16386), 'USAGE')
        OR NOT has_table_privilege(16386, 'SELECT') OR row_security_active(16386) THEN
            INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16386, pg_current_xact_id(), 16386::regclass::text || ': changed while it was being reloaded') ON CONFLICT DO NOTHING;
        ELSIF twinbase.bulk(16386, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '759'::xid8 END AS before
        FROM (SELECT  a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.job" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16386', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.job" w WHERE w.deleted AND w.xid = pg_current_xact_id()))),
        renewed AS (UPDATE twinbase."v_workshop.job" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.job" v WHERE v."id" = c."id")$twinbase$, 16386::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.job" AS v ("id", xid, deleted, hash, before)
        SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '759'::xid8 END AS before
        FROM (SELECT DISTINCT ON (a."id") a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.job" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16386', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.job" w WHERE w.deleted AND w.xid = pg_current_xact_id()))
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, 16386::regclass);
        END IF;
        PERFORM set_config('twinbase.removed_16386', 'on', true);
    END IF;
    DELETE FROM twinbase."stash_workshop.job";
END $_$;
CREATE FUNCTION twinbase."settle_workshop.part"(expected bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = 16409) THEN
        IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = 16409 AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) <> expected OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = 16409), 'USAGE')
        OR NOT has_table_privilege(16409, 'SELECT') OR row_security_active(16409) THEN
            INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16409, pg_current_xact_id(), 16409::regclass::text || ': changed while it was being reloaded') ON CONFLICT DO NOTHING;
        ELSIF twinbase.bulk(16409, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '760'::xid8 END AS before
        FROM (SELECT  a."id", (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.part" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16409', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.part" w WHERE w.deleted AND w.xid = pg_current_xact_id()))),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."id" = c."id")$twinbase$, 16409::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.part" AS v ("id", xid, deleted, hash, before)
        SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '760'::xid8 END AS before
        FROM (SELECT DISTINCT ON (a."id") a."id", (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.part" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16409', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.part" w WHERE w.deleted AND w.xid = pg_current_xact_id()))
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, 16409::regclass);
        END IF;
        PERFORM set_config('twinbase.removed_16409', 'on', true);
    END IF;
    DELETE FROM twinbase."stash_workshop.part";
END $_$;
CREATE FUNCTION twinbase."settle_workshop.product"(expected bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = 16399) THEN
        IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = 16399 AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) <> expected OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = 16399), 'USAGE')
        OR NOT has_table_privilege(16399, 'SELECT') OR row_security_active(16399) THEN
            INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16399, pg_current_xact_id(), 16399::regclass::text || ': changed while it was being reloaded') ON CONFLICT DO NOTHING;
        ELSIF twinbase.bulk(16399, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '761'::xid8 END AS before
        FROM (SELECT  a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.product" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16399', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.product" w WHERE w.deleted AND w.xid = pg_current_xact_id()))),
        renewed AS (UPDATE twinbase."v_workshop.product" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.product" v WHERE v."id" = c."id")$twinbase$, 16399::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.product" AS v ("id", xid, deleted, hash, before)
        SELECT coalesce(t."id", s."id") AS "id", pg_current_xact_id() AS xid, t."id" IS NULL AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN t."id" IS NULL THEN '761'::xid8 END AS before
        FROM (SELECT DISTINCT ON (a."id") a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash
              FROM %1$s a WHERE a."id" IS NOT NULL) t
        FULL JOIN twinbase."stash_workshop.product" s ON t."id" = s."id"
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting('twinbase.removed_16399', true) <> '') AND (t."id") IN (
                SELECT w."id" FROM twinbase."v_workshop.product" w WHERE w.deleted AND w.xid = pg_current_xact_id()))
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, 16399::regclass);
        END IF;
        PERFORM set_config('twinbase.removed_16399', 'on', true);
    END IF;
    DELETE FROM twinbase."stash_workshop.product";
END $_$;
CREATE FUNCTION twinbase."truncate_workshop.job"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16386, pg_current_xact_id(), TG_RELID::regclass::text || ': truncated, and its rows could not be read') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16386', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16386 AND xid = pg_current_xact_id()) OR EXISTS (SELECT FROM twinbase."stash_workshop.job") THEN RETURN NULL; END IF;
    IF TG_RELID = 16386 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        EXECUTE format($twinbase$INSERT INTO twinbase."stash_workshop.job" ("id", hash)
        SELECT a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) FROM %1$s a WHERE a."id" IS NOT NULL$twinbase$, TG_RELID::regclass);
    ELSIF (SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'r' THEN
        PERFORM set_config('twinbase.removed_16386', 'on', true);
        IF twinbase.bulk(16386, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash, '759'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.job" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.job" v WHERE v."id" = c."id")$twinbase$, TG_RELID::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.job" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."lead"::text COLLATE "C"), (a."title"::text COLLATE "C"), (a."report"::text COLLATE "C"), a."visits", a."done"), 0) & 281474976710655) AS hash, '759'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, TG_RELID::regclass);
        END IF;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."truncate_workshop.part"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16409, pg_current_xact_id(), TG_RELID::regclass::text || ': truncated, and its rows could not be read') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16409', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16409 AND xid = pg_current_xact_id()) OR EXISTS (SELECT FROM twinbase."stash_workshop.part") THEN RETURN NULL; END IF;
    IF TG_RELID = 16409 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        EXECUTE format($twinbase$INSERT INTO twinbase."stash_workshop.part" ("id", hash)
        SELECT a."id", (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) FROM %1$s a WHERE a."id" IS NOT NULL$twinbase$, TG_RELID::regclass);
    ELSIF (SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'r' THEN
        PERFORM set_config('twinbase.removed_16409', 'on', true);
        IF twinbase.bulk(16409, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash, '760'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."id" = c."id")$twinbase$, TG_RELID::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.part" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", a."job_id", a."quantity"), 0) & 281474976710655) AS hash, '760'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, TG_RELID::regclass);
        END IF;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."truncate_workshop.product"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16399, pg_current_xact_id(), TG_RELID::regclass::text || ': truncated, and its rows could not be read') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16399', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16399 AND xid = pg_current_xact_id()) OR EXISTS (SELECT FROM twinbase."stash_workshop.product") THEN RETURN NULL; END IF;
    IF TG_RELID = 16399 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        EXECUTE format($twinbase$INSERT INTO twinbase."stash_workshop.product" ("id", hash)
        SELECT a."id", (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) FROM %1$s a WHERE a."id" IS NOT NULL$twinbase$, TG_RELID::regclass);
    ELSIF (SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'r' THEN
        PERFORM set_config('twinbase.removed_16399', 'on', true);
        IF twinbase.bulk(16399, ARRAY['id']::text[]) THEN
            EXECUTE format($twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash, '761'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"),
        renewed AS (UPDATE twinbase."v_workshop.product" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.product" v WHERE v."id" = c."id")$twinbase$, TG_RELID::regclass);
        ELSE
            EXECUTE format($twinbase$INSERT INTO twinbase."v_workshop.product" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."id") a."id", pg_current_xact_id() AS xid, true AS deleted,
            (pg_catalog.hash_record_extended(ROW(a."id", (a."name"::text COLLATE "C"), a."price"), 0) & 281474976710655) AS hash, '761'::xid8 AS before
        FROM ONLY %1$s a WHERE a."id" IS NOT NULL ORDER BY a."id"
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END$twinbase$, TG_RELID::regclass);
        END IF;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."truncated_workshop.job"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) OR current_setting('twinbase.reload_16386', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16386 AND xid = pg_current_xact_id()) OR NOT TG_RELID = 16386 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO twinbase.reload (relid, xid, settle, shape)
    VALUES (16386, pg_current_xact_id(), 'settle_workshop.job', TG_ARGV[0]::bigint)
    ON CONFLICT DO NOTHING;
    PERFORM set_config('twinbase.reload_16386', 'on', true);
    RETURN NULL;
END $$;
CREATE FUNCTION twinbase."truncated_workshop.part"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) OR current_setting('twinbase.reload_16409', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16409 AND xid = pg_current_xact_id()) OR NOT TG_RELID = 16409 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO twinbase.reload (relid, xid, settle, shape)
    VALUES (16409, pg_current_xact_id(), 'settle_workshop.part', TG_ARGV[0]::bigint)
    ON CONFLICT DO NOTHING;
    PERFORM set_config('twinbase.reload_16409', 'on', true);
    RETURN NULL;
END $$;
CREATE FUNCTION twinbase."truncated_workshop.product"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
BEGIN
    IF (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) <> TG_ARGV[0]::bigint OR NOT has_schema_privilege((SELECT relnamespace FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        OR NOT has_table_privilege(TG_RELID, 'SELECT') OR row_security_active(TG_RELID) OR current_setting('twinbase.reload_16399', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16399 AND xid = pg_current_xact_id()) OR NOT TG_RELID = 16399 AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'
        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO twinbase.reload (relid, xid, settle, shape)
    VALUES (16399, pg_current_xact_id(), 'settle_workshop.product', TG_ARGV[0]::bigint)
    ON CONFLICT DO NOTHING;
    PERFORM set_config('twinbase.reload_16399', 'on', true);
    RETURN NULL;
END $$;
CREATE FUNCTION twinbase."update_workshop.job"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'lead', 'title', 'report', 'visits', 'done']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16386, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16386', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16386 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16386, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.job") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."lead"::text COLLATE "C"), (o."title"::text COLLATE "C"), (o."report"::text COLLATE "C"), o."visits", o."done"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."lead"::text COLLATE "C"), (n."title"::text COLLATE "C"), (n."report"::text COLLATE "C"), n."visits", n."done"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '759'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."lead", n."title", n."report", n."visits", n."done")::record *<> ROW(o."id", o."lead", o."title", o."report", o."visits", o."done")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")),
        renewed AS (UPDATE twinbase."v_workshop.job" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.job" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.job" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."lead"::text COLLATE "C"), (o."title"::text COLLATE "C"), (o."report"::text COLLATE "C"), o."visits", o."done"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."lead"::text COLLATE "C"), (n."title"::text COLLATE "C"), (n."report"::text COLLATE "C"), n."visits", n."done"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '759'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."lead", n."title", n."report", n."visits", n."done")::record *<> ROW(o."id", o."lead", o."title", o."report", o."visits", o."done")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.job" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."lead"::text COLLATE "C"), (o."title"::text COLLATE "C"), (o."report"::text COLLATE "C"), o."visits", o."done"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."lead"::text COLLATE "C"), (n."title"::text COLLATE "C"), (n."report"::text COLLATE "C"), n."visits", n."done"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '759'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."lead", n."title", n."report", n."visits", n."done")::record *<> ROW(o."id", o."lead", o."title", o."report", o."visits", o."done")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."update_workshop.part"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'job_id', 'quantity']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16409, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16409', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16409 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16409, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.part") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", o."job_id", o."quantity"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", n."job_id", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '760'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."job_id", n."quantity")::record *<> ROW(o."id", o."job_id", o."quantity")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.part" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", o."job_id", o."quantity"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", n."job_id", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '760'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."job_id", n."quantity")::record *<> ROW(o."id", o."job_id", o."quantity")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.part" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", o."job_id", o."quantity"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", n."job_id", n."quantity"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '760'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."job_id", n."quantity")::record *<> ROW(o."id", o."job_id", o."quantity")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase."update_workshop.product"() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['id', 'name', 'price']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16399, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16399', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16399 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16399, ARRAY['id']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.product") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."name"::text COLLATE "C"), o."price"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."name"::text COLLATE "C"), n."price"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '761'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."name", n."price")::record *<> ROW(o."id", o."name", o."price")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")),
        renewed AS (UPDATE twinbase."v_workshop.product" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END FROM changed c WHERE v."id" = c."id")
        INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before)
        SELECT c."id", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.product" v WHERE v."id" = c."id")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.product" ("id", xid, deleted, hash, before) SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."name"::text COLLATE "C"), o."price"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."name"::text COLLATE "C"), n."price"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '761'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."name", n."price")::record *<> ROW(o."id", o."name", o."price")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.product" AS v ("id", xid, deleted, hash, before)
        SELECT DISTINCT ON (coalesce(n."id", o."id")) coalesce(n."id", o."id") AS "id", pg_current_xact_id() AS xid, n."id" IS NULL AS deleted,
            CASE WHEN n."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(o."id", (o."name"::text COLLATE "C"), o."price"), 0) & 281474976710655) WHEN o."id" IS NULL THEN (pg_catalog.hash_record_extended(ROW(n."id", (n."name"::text COLLATE "C"), n."price"), 0) & 281474976710655) END AS hash,
            CASE WHEN n."id" IS NULL THEN '761'::xid8 END AS before
        FROM added n FULL JOIN removed o ON n."id" = o."id"
        WHERE ROW(n."id", n."name", n."price")::record *<> ROW(o."id", o."name", o."price")::record AND coalesce(n."id", o."id") IS NOT NULL ORDER BY coalesce(n."id", o."id")
        ON CONFLICT ("id") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END;
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION twinbase.uuid_v3(namespace uuid, name text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
            SELECT overlay(
                overlay(md5(uuid_send(namespace) || decode(replace(name, '\', '\\'), 'escape')) PLACING '3' FROM 13 FOR 1)
                PLACING translate(
                    substr(md5(uuid_send(namespace) || decode(replace(name, '\', '\\'), 'escape')), 17, 1), '0123456789abcdef', '89ab89ab89ab89ab'
                ) FROM 17 FOR 1
            )::uuid
        $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE twinbase.account (
    email text NOT NULL,
    password_hash text NOT NULL,
    claims jsonb DEFAULT '{}'::jsonb NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT account_email_check CHECK ((email = lower(email)))
);
CREATE TABLE twinbase.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE twinbase.capture (
    relid oid NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    version_table text NOT NULL,
    base xid8 NOT NULL,
    key_columns text[] NOT NULL,
    columns text[] NOT NULL,
    fingerprint text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    collected xid8
);
CREATE TABLE twinbase.capture_gap (
    relid oid NOT NULL,
    xid xid8 NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE twinbase.deliveries (
    id uuid NOT NULL,
    n bigint NOT NULL,
    destination text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    said text DEFAULT ''::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    author text NOT NULL,
    twin text NOT NULL,
    row_key text NOT NULL,
    key jsonb NOT NULL,
    action text NOT NULL,
    payload jsonb NOT NULL,
    mutation uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'acknowledged'::text, 'refused'::text, 'held'::text])))
);
ALTER TABLE twinbase.deliveries ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME twinbase.deliveries_n_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE twinbase.device_schema (
    fingerprint text NOT NULL,
    twins jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE twinbase.echo (
    delivery uuid NOT NULL,
    column_name text NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    value jsonb NOT NULL
);
CREATE TABLE twinbase.generation (
    n bigint NOT NULL,
    id text NOT NULL,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    database bigint NOT NULL,
    relation bigint NOT NULL
);
ALTER TABLE twinbase.generation ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME twinbase.generation_n_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE twinbase.journal (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    twin text NOT NULL,
    key jsonb NOT NULL,
    replica uuid NOT NULL,
    author text NOT NULL,
    mutation uuid NOT NULL,
    strategy text NOT NULL,
    base jsonb NOT NULL,
    mine jsonb NOT NULL,
    theirs jsonb NOT NULL,
    decided jsonb NOT NULL,
    restored_at timestamp with time zone
);
CREATE TABLE twinbase.ledger (
    mutation uuid NOT NULL,
    replica uuid NOT NULL,
    epoch integer NOT NULL,
    n bigint NOT NULL,
    hash text NOT NULL,
    status text NOT NULL,
    outcome jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    twin text DEFAULT ''::text NOT NULL,
    op text DEFAULT ''::text NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    wrote_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE twinbase.projection (
    name text NOT NULL,
    snapshot text NOT NULL,
    shape text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE twinbase.projection_image (
    projection text NOT NULL,
    id uuid NOT NULL,
    image jsonb NOT NULL
);
CREATE UNLOGGED TABLE twinbase.queue (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status twinbase.queue_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);
CREATE UNLOGGED SEQUENCE twinbase.queue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE twinbase.queue_id_seq OWNED BY twinbase.queue.id;
CREATE UNLOGGED TABLE twinbase.queue_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status twinbase.queue_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);
ALTER TABLE twinbase.queue_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME twinbase.queue_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE UNLOGGED TABLE twinbase.queue_schedule (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status twinbase.queue_status DEFAULT 'queued'::twinbase.queue_status
);
CREATE UNLOGGED SEQUENCE twinbase.queue_schedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE twinbase.queue_schedule_id_seq OWNED BY twinbase.queue_schedule.id;
CREATE UNLOGGED TABLE twinbase.queue_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status twinbase.queue_status NOT NULL,
    entrypoint text NOT NULL
);
CREATE UNLOGGED SEQUENCE twinbase.queue_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE twinbase.queue_statistics_id_seq OWNED BY twinbase.queue_statistics.id;
CREATE TABLE twinbase.reload (
    relid oid NOT NULL,
    xid xid8 NOT NULL,
    settle text NOT NULL,
    shape bigint NOT NULL
);
CREATE TABLE twinbase.replica (
    id uuid NOT NULL,
    account text NOT NULL,
    device_name text,
    epoch integer DEFAULT 1 NOT NULL,
    last_n bigint DEFAULT 0 NOT NULL,
    last_hash text DEFAULT ''::text NOT NULL,
    last_answer jsonb,
    last_salt text,
    generation text,
    schema_fingerprint text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen timestamp with time zone,
    last_pull timestamp with time zone,
    oldest_outbox timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE twinbase.salt (
    salt text NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE twinbase.schedule (
    kind text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    done_at timestamp with time zone,
    next_at timestamp with time zone NOT NULL,
    progress text DEFAULT ''::text NOT NULL,
    figures jsonb DEFAULT '{}'::jsonb NOT NULL,
    said text DEFAULT ''::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL
);
CREATE TABLE twinbase.secret (
    name text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE UNLOGGED TABLE twinbase."stash_workshop.job" (
    id uuid NOT NULL,
    hash bigint NOT NULL
);
CREATE UNLOGGED TABLE twinbase."stash_workshop.part" (
    id uuid NOT NULL,
    hash bigint NOT NULL
);
CREATE UNLOGGED TABLE twinbase."stash_workshop.product" (
    id integer NOT NULL,
    hash bigint NOT NULL
);
CREATE TABLE twinbase."v_workshop.job" (
    id uuid NOT NULL,
    xid xid8 NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    hash bigint,
    before xid8
);
CREATE TABLE twinbase."v_workshop.part" (
    id uuid NOT NULL,
    xid xid8 NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    hash bigint,
    before xid8
);
CREATE TABLE twinbase."v_workshop.product" (
    id integer NOT NULL,
    xid xid8 NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    hash bigint,
    before xid8
);
CREATE TABLE workshop.job (
    id uuid NOT NULL,
    lead character varying NOT NULL,
    title character varying NOT NULL,
    report character varying,
    visits integer NOT NULL,
    done boolean NOT NULL
);
CREATE TABLE workshop.part (
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    quantity integer NOT NULL
);
CREATE TABLE workshop.product (
    id integer NOT NULL,
    name character varying NOT NULL,
    price numeric(10,2)
);
CREATE SEQUENCE workshop.product_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE workshop.product_id_seq OWNED BY workshop.product.id;
ALTER TABLE ONLY twinbase.queue ALTER COLUMN id SET DEFAULT nextval('twinbase.queue_id_seq'::regclass);
ALTER TABLE ONLY twinbase.queue_schedule ALTER COLUMN id SET DEFAULT nextval('twinbase.queue_schedule_id_seq'::regclass);
ALTER TABLE ONLY twinbase.queue_statistics ALTER COLUMN id SET DEFAULT nextval('twinbase.queue_statistics_id_seq'::regclass);
ALTER TABLE ONLY workshop.product ALTER COLUMN id SET DEFAULT nextval('workshop.product_id_seq'::regclass);
INSERT INTO twinbase.account VALUES
	('anna@example.org', '$argon2id$v=19$m=8,t=1,p=1$iO9QO5WgRJDVqeNcls9LZg$6Cppm8AbTO/kL6uJFOG8cCGYXMpK3pzvHeCj9OtvjyI', '{"lead": "anna"}', false, '2026-11-29 17:07:19.111663+00'),
	('bruno@example.org', '$argon2id$v=19$m=8,t=1,p=1$iO9QO5WgRJDVqeNcls9LZg$6Cppm8AbTO/kL6uJFOG8cCGYXMpK3pzvHeCj9OtvjyI', '{"lead": "bruno"}', false, '2026-11-29 17:07:19.515207+00');
INSERT INTO twinbase.alembic_version VALUES
	('0008');
INSERT INTO twinbase.capture VALUES
	(16386, 'workshop', 'job', 'v_workshop.job', '759', '{id}', '{id,lead,title,report,visits,done}', '7f86e281dae951ed22eb62d8735156ee9b2560d24ccb805f79fd2052020b8293', '2026-11-29 17:07:18.772147+00', NULL),
	(16409, 'workshop', 'part', 'v_workshop.part', '760', '{id}', '{id,job_id,quantity}', '94831c1ffd76c45239c7326f941ac0c6d03ea8cca341bd36a8085fdac851b63f', '2026-11-29 17:07:18.839518+00', NULL),
	(16399, 'workshop', 'product', 'v_workshop.product', '761', '{id}', '{id,name,price}', 'f7b580975c0e15ca9dc3b3479c50f558fefff373db8e56bcfeb1f2c05a7c7064', '2026-11-29 17:07:18.897852+00', NULL);
INSERT INTO twinbase.device_schema VALUES
	('1b9fac4fecc6c646', '{"job": ["id", "lead", "title", "report", "visits", "done"], "part": ["id", "job_id", "quantity"], "product": ["id", "name", "price"]}', '2026-11-29 17:07:17.86487+00');
INSERT INTO twinbase.generation OVERRIDING SYSTEM VALUE VALUES
	(1, 'a9721a2626b559fcace84e71cdbd9f5e', 7713641156367509282, 1, '2026-11-29 17:07:17.86487+00', 16384, 16474);
INSERT INTO twinbase.ledger VALUES
	('90c1fa2c-6987-428b-a806-d1f5bf2199bc', '1ae89f60-eb8c-419d-9fa9-51e5a87155d6', 1, 1, '2251ca953fdf974b92c70f99208ab36b', 'applied', '{"id": "90c1fa2c-6987-428b-a806-d1f5bf2199bc", "status": "applied"}', '2026-11-29 17:07:17.86487+00', '776', 'job', 'update', '["00000000-0000-0000-0000-000000000001"]', '2026-11-29 17:07:17.86487+00');
INSERT INTO twinbase.replica VALUES
	('eac1d8f1-fea4-4ae7-986c-156ae9e9994d', 'bruno@example.org', 'bruno', 1, 0, '', NULL, NULL, NULL, '1b9fac4fecc6c646', '2026-11-29 17:07:19.671611+00', '2026-11-29 17:07:17.86487+00', '2026-11-29 17:07:17.86487+00', NULL, NULL),
	('1ae89f60-eb8c-419d-9fa9-51e5a87155d6', 'anna@example.org', 'anna', 1, 1, 'c60616b8884349d289f980d1229b342096fe89760c6911663f1e46705ccf2d16', NULL, NULL, NULL, '1b9fac4fecc6c646', '2026-11-29 17:07:19.492368+00', '2026-11-29 17:07:17.86487+00', '2026-11-29 17:07:17.86487+00', '2026-11-29 17:07:17.86487+00', NULL);
INSERT INTO twinbase.salt VALUES
	('96f06c32283ccdcd', '762', '2026-11-29 17:07:17.86487+00'),
	('f676c0b804db1bfb', '763', '2026-11-29 17:07:17.86487+00');
INSERT INTO twinbase.secret VALUES
	('token', '\x48ebace12e290a00ccf4bb5ac79bc963aac5d7d5f6e532c078013732fbeca97b', '2026-11-29 17:07:18.69046+00'),
	('cursor', '\x1518f07e7f848226e0ba24d04989a56cac25685e151353e8846da87666d1fb0b', '2026-11-29 17:07:18.702616+00');
INSERT INTO twinbase."v_workshop.job" VALUES
	('00000000-0000-0000-0000-000000000001', '780', false, NULL, NULL),
	('00000000-0000-0000-0000-000000000002', '780', false, NULL, NULL),
	('00000000-0000-0000-0000-000000000003', '780', false, NULL, NULL);
INSERT INTO twinbase."v_workshop.product" VALUES
	(1, '764', false, NULL, NULL),
	(2, '764', false, NULL, NULL),
	(3, '764', false, NULL, NULL),
	(4, '764', false, NULL, NULL),
	(5, '764', false, NULL, NULL),
	(6, '764', false, NULL, NULL),
	(7, '764', false, NULL, NULL),
	(8, '764', false, NULL, NULL),
	(9, '764', false, NULL, NULL),
	(10, '764', false, NULL, NULL),
	(11, '764', false, NULL, NULL),
	(12, '764', false, NULL, NULL),
	(13, '764', false, NULL, NULL),
	(14, '764', false, NULL, NULL),
	(15, '764', false, NULL, NULL),
	(16, '764', false, NULL, NULL),
	(17, '764', false, NULL, NULL),
	(18, '764', false, NULL, NULL),
	(19, '764', false, NULL, NULL),
	(20, '781', true, 9345209753406, '764');
INSERT INTO workshop.job VALUES
	('00000000-0000-0000-0000-000000000002', 'anna', 'job 2 of the office', NULL, 0, false),
	('00000000-0000-0000-0000-000000000003', 'bruno', 'job 3 of the office', NULL, 0, false),
	('00000000-0000-0000-0000-000000000001', 'anna', 'job 1 of the office', NULL, 1, false);
INSERT INTO workshop.product VALUES
	(1, 'pipe 1', 0.25),
	(2, 'pipe 2', 0.50),
	(3, 'pipe 3', 0.75),
	(4, 'pipe 4', 1.00),
	(5, 'pipe 5', 1.25),
	(6, 'pipe 6', 1.50),
	(7, 'pipe 7', 1.75),
	(8, 'pipe 8', 2.00),
	(9, 'pipe 9', 2.25),
	(10, 'pipe 10', 2.50),
	(11, 'pipe 11', 2.75),
	(12, 'pipe 12', 3.00),
	(13, 'pipe 13', 3.25),
	(14, 'pipe 14', 3.50),
	(15, 'pipe 15', 3.75),
	(16, 'pipe 16', 4.00),
	(17, 'pipe 17', 4.25),
	(18, 'pipe 18', 4.50),
	(19, 'pipe 19', 4.75);
SELECT pg_catalog.setval('twinbase.deliveries_n_seq', 1, false);
SELECT pg_catalog.setval('twinbase.generation_n_seq', 1, true);
SELECT pg_catalog.setval('twinbase.queue_id_seq', 1, false);
SELECT pg_catalog.setval('twinbase.queue_log_id_seq', 1, false);
SELECT pg_catalog.setval('twinbase.queue_schedule_id_seq', 1, false);
SELECT pg_catalog.setval('twinbase.queue_statistics_id_seq', 1, false);
SELECT pg_catalog.setval('workshop.product_id_seq', 1, false);
ALTER TABLE ONLY twinbase.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (email);
ALTER TABLE ONLY twinbase.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY twinbase.capture_gap
    ADD CONSTRAINT capture_gap_pkey PRIMARY KEY (relid, xid);
ALTER TABLE ONLY twinbase.capture
    ADD CONSTRAINT capture_pkey PRIMARY KEY (relid);
ALTER TABLE ONLY twinbase.capture
    ADD CONSTRAINT capture_schema_name_table_name_key UNIQUE (schema_name, table_name);
ALTER TABLE ONLY twinbase.capture
    ADD CONSTRAINT capture_version_table_key UNIQUE (version_table);
ALTER TABLE ONLY twinbase.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.device_schema
    ADD CONSTRAINT device_schema_pkey PRIMARY KEY (fingerprint);
ALTER TABLE ONLY twinbase.echo
    ADD CONSTRAINT echo_pkey PRIMARY KEY (delivery, column_name);
ALTER TABLE ONLY twinbase.generation
    ADD CONSTRAINT generation_id_key UNIQUE (id);
ALTER TABLE ONLY twinbase.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (n);
ALTER TABLE ONLY twinbase.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (mutation);
ALTER TABLE ONLY twinbase.projection_image
    ADD CONSTRAINT projection_image_pkey PRIMARY KEY (projection, id);
ALTER TABLE ONLY twinbase.projection
    ADD CONSTRAINT projection_pkey PRIMARY KEY (name);
ALTER TABLE ONLY twinbase.queue_log
    ADD CONSTRAINT queue_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.queue_schedule
    ADD CONSTRAINT queue_schedule_expression_entrypoint_key UNIQUE (expression, entrypoint);
ALTER TABLE ONLY twinbase.queue_schedule
    ADD CONSTRAINT queue_schedule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.queue_statistics
    ADD CONSTRAINT queue_statistics_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.reload
    ADD CONSTRAINT reload_pkey PRIMARY KEY (relid, xid);
ALTER TABLE ONLY twinbase.replica
    ADD CONSTRAINT replica_pkey PRIMARY KEY (id);
ALTER TABLE ONLY twinbase.salt
    ADD CONSTRAINT salt_pkey PRIMARY KEY (salt);
ALTER TABLE ONLY twinbase.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (kind, name);
ALTER TABLE ONLY twinbase.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (name);
ALTER TABLE ONLY twinbase."v_workshop.job"
    ADD CONSTRAINT "v_workshop.job_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY twinbase."v_workshop.part"
    ADD CONSTRAINT "v_workshop.part_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY twinbase."v_workshop.product"
    ADD CONSTRAINT "v_workshop.product_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY workshop.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workshop.part
    ADD CONSTRAINT part_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workshop.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);
CREATE INDEX deliveries_author_created_at_idx ON twinbase.deliveries USING btree (author, created_at);
CREATE INDEX deliveries_destination_n_idx ON twinbase.deliveries USING btree (destination, n) WHERE (state = ANY (ARRAY['waiting'::text, 'held'::text, 'refused'::text]));
CREATE INDEX deliveries_destination_next_at_idx ON twinbase.deliveries USING btree (destination, next_at) WHERE (state = 'sent'::text);
CREATE INDEX deliveries_destination_twin_row_key_n_idx ON twinbase.deliveries USING btree (destination, twin, row_key, n) WHERE (state = ANY (ARRAY['waiting'::text, 'held'::text]));
CREATE INDEX deliveries_destination_twin_row_key_n_idx1 ON twinbase.deliveries USING btree (destination, twin, row_key, n);
CREATE INDEX echo_row_key_column_name_idx ON twinbase.echo USING btree (row_key, column_name);
CREATE INDEX journal_at_idx ON twinbase.journal USING btree (at);
CREATE INDEX journal_twin_key_idx ON twinbase.journal USING btree (twin, key);
CREATE INDEX ledger_at_idx ON twinbase.ledger USING brin (at);
CREATE INDEX ledger_replica_epoch_n_idx ON twinbase.ledger USING btree (replica, epoch, n);
CREATE INDEX ledger_twin_key_idx ON twinbase.ledger USING btree (twin, key) WHERE (op = 'insert'::text);
CREATE INDEX ledger_xid_idx ON twinbase.ledger USING btree (xid);
CREATE INDEX queue_ep_ea_idx ON twinbase.queue USING btree (entrypoint, execute_after) WHERE (status = 'queued'::twinbase.queue_status);
CREATE INDEX queue_ep_prio_id_idx ON twinbase.queue USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::twinbase.queue_status);
CREATE INDEX queue_log_created ON twinbase.queue_log USING btree (created);
CREATE INDEX queue_log_job_id_status ON twinbase.queue_log USING btree (job_id, created DESC);
CREATE INDEX queue_log_not_aggregated ON twinbase.queue_log USING btree ((1)) WHERE (NOT aggregated);
CREATE INDEX queue_log_status ON twinbase.queue_log USING btree (status);
CREATE INDEX queue_picked_heartbeat_idx ON twinbase.queue USING btree (heartbeat) WHERE (status = 'picked'::twinbase.queue_status);
CREATE UNIQUE INDEX queue_picked_slot_idx ON twinbase.queue USING btree (entrypoint, slot) WHERE ((status = 'picked'::twinbase.queue_status) AND (slot IS NOT NULL));
CREATE INDEX queue_priority_id_id1_idx ON twinbase.queue USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::twinbase.queue_status);
CREATE INDEX queue_queue_manager_id_idx ON twinbase.queue USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);
CREATE UNIQUE INDEX queue_statistics_unique_count ON twinbase.queue_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);
CREATE UNIQUE INDEX queue_unique_dedupe_key ON twinbase.queue USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::twinbase.queue_status, 'picked'::twinbase.queue_status])) AND (dedupe_key IS NOT NULL));
CREATE INDEX queue_updated_id_id1_idx ON twinbase.queue USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::twinbase.queue_status);
CREATE INDEX replica_account_idx ON twinbase.replica USING btree (account);
CREATE INDEX salt_at_idx ON twinbase.salt USING btree (at);
CREATE INDEX salt_xid_idx ON twinbase.salt USING btree (xid);
CREATE INDEX "v_workshop.job_xid_idx" ON twinbase."v_workshop.job" USING btree (xid);
CREATE INDEX "v_workshop.part_xid_idx" ON twinbase."v_workshop.part" USING btree (xid);
CREATE INDEX "v_workshop.product_xid_idx" ON twinbase."v_workshop.product" USING btree (xid);
CREATE TRIGGER queue_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON twinbase.queue FOR EACH STATEMENT EXECUTE FUNCTION twinbase.queue_changed();
CREATE CONSTRAINT TRIGGER settle AFTER INSERT ON twinbase.reload DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION twinbase.settle();
ALTER TABLE twinbase.reload ENABLE ALWAYS TRIGGER settle;
CREATE TRIGGER twinbase_capture_delete AFTER DELETE ON workshop.job REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION twinbase."delete_workshop.job"('-1050873763919009174');
ALTER TABLE workshop.job ENABLE ALWAYS TRIGGER twinbase_capture_delete;
CREATE TRIGGER twinbase_capture_delete AFTER DELETE ON workshop.part REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION twinbase."delete_workshop.part"('-3983200160522101813');
ALTER TABLE workshop.part ENABLE ALWAYS TRIGGER twinbase_capture_delete;
CREATE TRIGGER twinbase_capture_delete AFTER DELETE ON workshop.product REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION twinbase."delete_workshop.product"('-3877126052742151702');
ALTER TABLE workshop.product ENABLE ALWAYS TRIGGER twinbase_capture_delete;
CREATE TRIGGER twinbase_capture_insert AFTER INSERT ON workshop.job REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."insert_workshop.job"('-1050873763919009174');
ALTER TABLE workshop.job ENABLE ALWAYS TRIGGER twinbase_capture_insert;
CREATE TRIGGER twinbase_capture_insert AFTER INSERT ON workshop.part REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."insert_workshop.part"('-3983200160522101813');
ALTER TABLE workshop.part ENABLE ALWAYS TRIGGER twinbase_capture_insert;
CREATE TRIGGER twinbase_capture_insert AFTER INSERT ON workshop.product REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."insert_workshop.product"('-3877126052742151702');
ALTER TABLE workshop.product ENABLE ALWAYS TRIGGER twinbase_capture_insert;
CREATE TRIGGER twinbase_capture_truncate BEFORE TRUNCATE ON workshop.job FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncate_workshop.job"('-1050873763919009174');
ALTER TABLE workshop.job ENABLE ALWAYS TRIGGER twinbase_capture_truncate;
CREATE TRIGGER twinbase_capture_truncate BEFORE TRUNCATE ON workshop.part FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncate_workshop.part"('-3983200160522101813');
ALTER TABLE workshop.part ENABLE ALWAYS TRIGGER twinbase_capture_truncate;
CREATE TRIGGER twinbase_capture_truncate BEFORE TRUNCATE ON workshop.product FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncate_workshop.product"('-3877126052742151702');
ALTER TABLE workshop.product ENABLE ALWAYS TRIGGER twinbase_capture_truncate;
CREATE TRIGGER twinbase_capture_truncated AFTER TRUNCATE ON workshop.job FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncated_workshop.job"('-1050873763919009174');
ALTER TABLE workshop.job ENABLE ALWAYS TRIGGER twinbase_capture_truncated;
CREATE TRIGGER twinbase_capture_truncated AFTER TRUNCATE ON workshop.part FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncated_workshop.part"('-3983200160522101813');
ALTER TABLE workshop.part ENABLE ALWAYS TRIGGER twinbase_capture_truncated;
CREATE TRIGGER twinbase_capture_truncated AFTER TRUNCATE ON workshop.product FOR EACH STATEMENT EXECUTE FUNCTION twinbase."truncated_workshop.product"('-3877126052742151702');
ALTER TABLE workshop.product ENABLE ALWAYS TRIGGER twinbase_capture_truncated;
CREATE TRIGGER twinbase_capture_update AFTER UPDATE ON workshop.job REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."update_workshop.job"('-1050873763919009174');
ALTER TABLE workshop.job ENABLE ALWAYS TRIGGER twinbase_capture_update;
CREATE TRIGGER twinbase_capture_update AFTER UPDATE ON workshop.part REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."update_workshop.part"('-3983200160522101813');
ALTER TABLE workshop.part ENABLE ALWAYS TRIGGER twinbase_capture_update;
CREATE TRIGGER twinbase_capture_update AFTER UPDATE ON workshop.product REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION twinbase."update_workshop.product"('-3877126052742151702');
ALTER TABLE workshop.product ENABLE ALWAYS TRIGGER twinbase_capture_update;
ALTER TABLE ONLY twinbase.echo
    ADD CONSTRAINT echo_delivery_fkey FOREIGN KEY (delivery) REFERENCES twinbase.deliveries(id) ON DELETE CASCADE;
ALTER TABLE ONLY workshop.part
    ADD CONSTRAINT part_job_id_fkey FOREIGN KEY (job_id) REFERENCES workshop.job(id);
