-- Maps without PostGIS: geometry of PostgreSQL's own, coordinates as numbers, ranges, paths, composites, large texts.
CREATE SCHEMA places;
CREATE TYPE places.coordinate AS (x double precision, y double precision, srid int);
CREATE TYPE places.surface AS ENUM ('paved', 'gravel', 'sand & mud');
CREATE DOMAIN places.degree AS numeric(9,6) CHECK (VALUE BETWEEN -180 AND 180);
CREATE DOMAIN places.path AS text COLLATE "C" CHECK (VALUE ~ '^[a-z0-9_.]*$');
CREATE TABLE places.place (id bigint PRIMARY KEY, name text, spot point, lon places.degree, lat places.degree,
    height real, x double precision, y double precision, z double precision, m numeric, "X" text, seen timestamptz);
CREATE TABLE places.area (path places.path PRIMARY KEY, outline polygon, frame box, centre places.coordinate, people int8range,
    valid daterange, hectares numeric(20,10), labels jsonb);
CREATE TABLE places.way (id int PRIMARY KEY, name varchar(80), surface places.surface, line path, circle circle, seg lseg,
    length_m double precision GENERATED ALWAYS AS (abs(id) * 1.5) STORED, maxspeed smallint, oneway boolean);
CREATE TABLE places.way_node (way int REFERENCES places.way ON DELETE CASCADE, n int, place bigint REFERENCES places.place,
    PRIMARY KEY (way, n));
CREATE TABLE places.grid (x int, y int, z smallint, value real, tile bytea, PRIMARY KEY (z, x, y));
CREATE TABLE places.node (id bigint, version int, changeset bigint, lat int NOT NULL, lon int NOT NULL, visible boolean,
    PRIMARY KEY (id, version));
CREATE TABLE places.node_tag (node bigint, version int, k text DEFAULT '', v text NOT NULL DEFAULT '', PRIMARY KEY (node, version, k),
    FOREIGN KEY (node, version) REFERENCES places.node);
CREATE TABLE places.survey (id uuid PRIMARY KEY, place bigint REFERENCES places.place, taken timestamp, report text,
    photo bytea, corners point[], depths double precision[], notes jsonb, during tsrange);
CREATE TABLE places.station (frame box, code text PRIMARY KEY, opened date, hours int4range NOT NULL);
CREATE TABLE places.cell (at places.coordinate PRIMARY KEY, value int);
CREATE TABLE places.track (device macaddr, at timestamptz, lon places.degree, lat places.degree, PRIMARY KEY (device, at));
CREATE VIEW places.nearest AS SELECT a.id, (SELECT b.id FROM places.place b WHERE b.id <> a.id ORDER BY b.spot <-> a.spot LIMIT 1)
    AS next FROM places.place a WHERE spot IS NOT NULL;
CREATE FUNCTION places.locate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.lon IS NOT NULL AND NEW.lat IS NOT NULL THEN
        NEW.spot := point(NEW.lon::float8, NEW.lat::float8);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locate BEFORE INSERT OR UPDATE ON places.place FOR EACH ROW EXECUTE FUNCTION places.locate();
CREATE FUNCTION places.distance(a bigint, b bigint) RETURNS double precision LANGUAGE sql STABLE AS
    $$ SELECT (SELECT spot FROM places.place WHERE id = a) <-> (SELECT spot FROM places.place WHERE id = b) $$;
CREATE FUNCTION places.move(bigint, numeric, numeric) RETURNS text LANGUAGE sql AS
    $$ UPDATE places.place SET lon = $2, lat = $3 WHERE id = $1 RETURNING spot::text $$;

INSERT INTO places.place VALUES (1, 'Null Island', NULL, 0, 0, 0, 0, -0.0, NULL, 0, 'X', NULL),
    (-9223372036854775808, '', '(1,2)', NULL, NULL, NULL, 1e308, -1e-308, 5e-324, 1e100, NULL, '1883-11-18 12:00+00'),
    (2, 'Zürich ⛰', NULL, 8.541700, 47.376900, 408, 2683000.123, 1247000.5, 408.0, 1.10, 'e', '2026-06-01 12:00+02'),
    (3, 'NaN', NULL, -180, 90, 'NaN', 1, 1, 1, 1, NULL, NULL), (4, 'inf', NULL, 180, -90, 1, 'infinity', '-infinity', 1, 1, NULL, NULL),
    (5, 'not a number', NULL, 1, 1, 1, 1, 1, 1, 'NaN', '', NULL);
INSERT INTO places.place (id, name, lon, lat, x, y, z) SELECT n, 'Place ' || n, n - 90, n / 3.0, n * 1.1, n / 7.0, -n
    FROM generate_series(6, 105) n;
INSERT INTO places.area VALUES ('', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('top.europe.ch', '((0,0),(1,1),(1,0))', '(1,1),(0,0)', '(1,2,4326)', '[1,)', '[2026-01-01,2026-12-31]', 4128500.0000000001,
     '{"de": "Schweiz", "fr": "Suisse", "bbox": [5.96, 45.82, 10.49, 47.81]}'), ('top.europe', NULL, NULL, '(,,)', 'empty', NULL, 0, '[]');
INSERT INTO places.way (id, name, surface, line, circle, seg, maxspeed) SELECT n, nullif('Way ' || n, 'Way 9'), (enum_range(NULL::places.surface))[1 + n % 3],
    '[(0,0),(1,1)]', '<(0,0),1>', '[(0,0),(1,1)]', 30 + n FROM generate_series(1, 40) n;
INSERT INTO places.way_node SELECT w, n, w + n FROM generate_series(1, 40) w, generate_series(1, 3) n;
INSERT INTO places.grid SELECT x, y, 3, x * 0.1, decode(repeat('ff', x), 'hex') FROM generate_series(0, 9) x, generate_series(0, 9) y;
INSERT INTO places.node SELECT n, v, n * 10, n, -n, v < 3 FROM generate_series(1, 20) n, generate_series(1, 3) v;
INSERT INTO places.node_tag SELECT n, 1, k, 'v"' || n FROM generate_series(1, 20) n, unnest('{highway,"",é:ü}'::text[]) k;
INSERT INTO places.survey SELECT ('20000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, n, '2026-01-01'::timestamp
    + n * interval '1.000001 s', repeat('Ein langer Bericht. ', n * 200), decode(repeat('00ff', n * 500), 'hex'), '{"(0,0)"}',
    ARRAY[n / 3.0, NULL, 0], NULL, '[2026-01-01,)' FROM generate_series(6, 25) n;
INSERT INTO places.station VALUES (NULL, 'A', '2026-01-01', '[8,18)'), ('(1,1),(0,0)', '', 'infinity', 'empty'), (NULL, 'Ä', NULL, '(,)');
INSERT INTO places.cell VALUES ('(1,2,3)', 1);
INSERT INTO places.track VALUES ('08:00:2b:01:02:03', '2026-01-01', 1, 1);
