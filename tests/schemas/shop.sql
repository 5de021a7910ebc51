-- A shop as sample databases are: texts to search, lists, documents, link tables, a tree.
CREATE TYPE rating AS ENUM ('G', 'PG', 'PG-13', 'NC-17');
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TABLE category (category_id serial PRIMARY KEY, name varchar(25) NOT NULL, parent_id int REFERENCES category,
    last_update timestamp NOT NULL DEFAULT now());
CREATE TABLE language (language_id smallserial PRIMARY KEY, name char(20) NOT NULL);
CREATE TABLE product (product_id serial PRIMARY KEY, title varchar(255) NOT NULL, description text, made year,
    language_id smallint NOT NULL REFERENCES language, price numeric(5,2) DEFAULT 4.99, length smallint,
    class rating DEFAULT 'G', features text[], tags varchar(10)[], sizes int[], prices numeric(6,2)[], days date[],
    fulltext tsvector, attributes jsonb DEFAULT '{}', spec json, cost money, shown bool DEFAULT true,
    delivery interval DEFAULT '3 days', CHECK (price > 0), CHECK (length IS NULL OR length > 0));
CREATE INDEX ON product USING gin (fulltext);
CREATE TABLE product_category (product_id int REFERENCES product ON DELETE CASCADE,
    category_id int REFERENCES category ON DELETE RESTRICT, PRIMARY KEY (product_id, category_id));
CREATE TABLE related (one int REFERENCES product ON DELETE CASCADE, other int REFERENCES product ON DELETE CASCADE,
    PRIMARY KEY (one, other), CHECK (one < other));
CREATE TABLE customer (customer_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), first_name text NOT NULL,
    "last name" text, email varchar(50) UNIQUE, active boolean NOT NULL DEFAULT true, created date DEFAULT CURRENT_DATE,
    recommended_by uuid REFERENCES customer ON DELETE SET NULL, "authorization" text, "end" timestamptz);
CREATE TABLE orders (order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id uuid NOT NULL
    REFERENCES customer, ordered timestamptz NOT NULL, shipped timestamptz, took interval GENERATED ALWAYS AS
    (shipped - ordered) STORED, freight real, ship_to jsonb, CHECK (shipped >= ordered));
CREATE TABLE order_details (order_id bigint REFERENCES orders ON DELETE CASCADE, product_id int REFERENCES product,
    unit_price real NOT NULL, quantity smallint NOT NULL DEFAULT 1, discount double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, product_id));
CREATE TABLE customer_tag (customer_id uuid REFERENCES customer ON DELETE CASCADE, tag text, note text,
    PRIMARY KEY (customer_id, tag));
CREATE TABLE review (review_id uuid PRIMARY KEY, product_id int REFERENCES product ON DELETE CASCADE, stars smallint
    CHECK (stars BETWEEN 1 AND 5), words text, said timestamptz, meta jsonb);
CREATE TABLE visit (day date, page text, hits int NOT NULL DEFAULT 0, seconds double precision, PRIMARY KEY (day, page));
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE blob (hash char(8), before int, deleted bool, xid bigint, applied text, quarantined text, version text,
    content bytea, PRIMARY KEY (hash, before, deleted, xid, applied, quarantined, version));
CREATE SEQUENCE invoice_number OWNED BY orders.order_id;
CREATE VIEW product_list AS SELECT p.product_id, p.title, array_agg(c.name ORDER BY c.name) AS categories
    FROM product p LEFT JOIN product_category USING (product_id) LEFT JOIN category c USING (category_id) GROUP BY 1;
CREATE MATERIALIZED VIEW best AS SELECT product_id, sum(quantity) AS sold FROM order_details GROUP BY 1;

CREATE TRIGGER fulltext BEFORE INSERT OR UPDATE ON product FOR EACH ROW EXECUTE FUNCTION
    tsvector_update_trigger('fulltext', 'pg_catalog.simple', 'title', 'description');
CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.last_update := '2026-01-02 03:04:05'; RETURN NEW; END $$;
CREATE TRIGGER last_updated BEFORE UPDATE ON category FOR EACH ROW EXECUTE FUNCTION last_updated();
CREATE FUNCTION in_stock(product int, OUT many bigint) LANGUAGE sql STABLE AS
    $$ SELECT 100 - coalesce(sum(quantity), 0) FROM order_details WHERE product_id = product $$;
CREATE FUNCTION sell(who uuid, product int, quantity int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE made bigint;
BEGIN
    IF in_stock(product) < quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH001', MESSAGE = 'sold out', DETAIL = format('%s wanted', quantity);
    END IF;
    INSERT INTO orders (customer_id, ordered) VALUES (who, '2026-05-05 05:05+00') RETURNING order_id INTO made;
    INSERT INTO order_details SELECT made, product_id, price, quantity FROM public.product WHERE product_id = product;
    RETURN made;
END $$;
CREATE FUNCTION hit(text) RETURNS int LANGUAGE sql AS $$
    INSERT INTO visit VALUES ('2026-05-05', $1, 1) ON CONFLICT (day, page) DO UPDATE SET hits = visit.hits + 1
    RETURNING hits $$;

INSERT INTO category (name, parent_id, last_update) SELECT 'Category ' || n, nullif(n / 4, 0), '2020-02-02'
    FROM generate_series(1, 20) n;
INSERT INTO language (name) VALUES ('English'), ('Français'), ('日本語'), ('');
INSERT INTO product (title, description, made, language_id, price, length, class, features, tags, sizes, prices, days,
    attributes, spec, cost, shown, delivery) VALUES
    ('ACADEMY "DINOSAUR"', E'it''s a\nlong \\ story', 1901, 1, 999.99, 32767, 'NC-17', '{Trailers,"Deleted, Scenes",""}',
     '{a,NULL}', '{1,NULL,-2147483648}', '{1.10,0,NULL}', '{2026-01-01,NULL}',
     '{"a": {"b": [1.10, 1e5, -0, null]}, "": "", "é": "\u20ac"}', '{"z":1, "a" : 2}', 1234.5, NULL, '1 day 02:03:04.5'),
    ('', NULL, NULL, 2, 0.01, 1, NULL, '{}', NULL, '{}', NULL, NULL, 'null', NULL, NULL, false, '-00:00:00.000001'),
    ('Ünïcödé 🎬', '', 2155, 3, NULL, NULL, 'PG-13', NULL, '{ü}', '{{1,2},{3,4}}', '{NaN}', '{infinity}', NULL, '1', '-1', true,
     '1 year'),
    ('null', 'NULL', NULL, 4, 1, NULL, 'G', '{NULL,"NULL"}', NULL, '{0}', '{1,2.25}', '{0001-01-01}', '[]', '""', 0, true, NULL);
INSERT INTO product (title, language_id, price, attributes) SELECT 'Product ' || n, 1 + n % 3, n / 10.0,
    jsonb_build_object('n', n, 'of', repeat('x', n)) FROM generate_series(5, 80) n;
INSERT INTO product_category SELECT n, 1 + n % 20 FROM generate_series(1, 80) n;
INSERT INTO related SELECT n, n + 1 FROM generate_series(1, 20) n;
INSERT INTO customer (customer_id, first_name, "last name", email, created, "authorization", "end") SELECT
    ('00000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 'First ' || n, nullif('O''Last ' || n, 'O''Last 7'),
    n || '@example.org', '2026-01-01'::date + n, nullif('token', 'token'), NULL FROM generate_series(1, 40) n;
UPDATE customer SET recommended_by = '00000000-0000-4000-8000-000000000001', "end" = '-infinity' WHERE email LIKE '3%';
INSERT INTO orders (customer_id, ordered, shipped, freight, ship_to) SELECT
    ('00000000-0000-4000-8000-0000000000' || lpad((1 + n % 40)::text, 2, '0'))::uuid, '2026-03-29 00:59:59.5+00'::timestamptz
    + n * interval '1 hour', CASE WHEN n % 3 > 0 THEN '2026-12-31 23:59:59.999999+00'::timestamptz END, n / 9.0,
    jsonb_build_object('street', 'No. ' || n) FROM generate_series(1, 60) n;
INSERT INTO order_details SELECT o, 1 + (o + l) % 80, 0.1 * o, l, 1.0 / l FROM generate_series(1, 60) o, generate_series(1, 2) l;
INSERT INTO customer_tag SELECT customer_id, tag, nullif(tag, 'é') FROM customer, unnest('{vip,"",é,a/b?c=d&e#f}'::text[]) tag
    WHERE email < '15';
INSERT INTO review SELECT ('10000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, n, nullif(n % 6, 0),
    repeat('word ' || chr(128512 + n), n), '2026-01-01', CASE WHEN n % 2 = 0 THEN '{"x": 1}'::jsonb END FROM generate_series(1, 30) n;
INSERT INTO visit SELECT '2026-05-01'::date + n, '/' || n || '?a=%20"''', n, n / 3.0 FROM generate_series(1, 30) n;
INSERT INTO schema_migrations VALUES ('20260101000000'), ('');
INSERT INTO blob VALUES ('abc', 1, true, 2, 'yes', '', 'v1', '\x00'), ('', -1, false, 0, '', 'no', '', NULL);
REFRESH MATERIALIZED VIEW best;
