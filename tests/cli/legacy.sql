-- A database as they are found: what it holds of oddities is what public schemas hold.
CREATE SCHEMA shop; CREATE SCHEMA "Old Days";
CREATE TYPE shop.mood AS ENUM ('good', 'it''s bad', 'é');
CREATE DOMAIN shop.email AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN shop.price AS numeric(10,2) NOT NULL DEFAULT 0;
CREATE DOMAIN shop.net AS shop.price;
CREATE TABLE shop.currency (code char(3) PRIMARY KEY, name text NOT NULL, rate double precision, "date" date);
CREATE TABLE shop.customer (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "class" varchar(20), "Full Name" text NOT NULL,
  mail shop.email, mood shop.mood DEFAULT 'good', tags text[], spot point, search tsvector, meta jsonb DEFAULT '{"a": 1}',
  currency_code char(3) REFERENCES shop.currency, created timestamptz NOT NULL DEFAULT now(), "2nd" int, model_name text, metadata text,
  born date, "select" bool DEFAULT true, 日本 text);
COMMENT ON TABLE shop.customer IS 'Who "buys" \ things';
CREATE TABLE shop.product (sku varchar(20) PRIMARY KEY, price shop.net, vat numeric(4,2) NOT NULL DEFAULT 20.0,
  gross numeric(12,4) GENERATED ALWAYS AS (100 + 1) STORED, weight real, photo bytea, span interval, at time, zoned timetz);
CREATE TABLE shop.product_tag (sku varchar(20) REFERENCES shop.product ON DELETE CASCADE, customer_id int REFERENCES shop.customer, PRIMARY KEY (sku, customer_id));
CREATE TABLE shop."order" (tenant smallint, number bigint, "user" text, "group" uuid DEFAULT gen_random_uuid(), PRIMARY KEY (tenant, number));
CREATE TABLE shop.order_line (tenant smallint, number bigint, line int, qty numeric, PRIMARY KEY (tenant, number, line),
  FOREIGN KEY (tenant, number) REFERENCES shop."order");
CREATE TABLE shop.device (id uuid PRIMARY KEY, parent uuid REFERENCES shop.device, addr inet NOT NULL);
CREATE TABLE shop."string" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text, "Text" text);
CREATE TABLE shop.texts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text NOT NULL, class_ text, "class" text);
CREATE TABLE shop.log (id bigserial, day date NOT NULL, what text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.log_2026 PARTITION OF shop.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE shop.animal (id int PRIMARY KEY, name text); CREATE TABLE shop.dog (bark text) INHERITS (shop.animal);
CREATE TABLE shop.no_key (a int, b text);
CREATE TABLE shop.geo_key (p box, id bit(3) PRIMARY KEY);
CREATE TABLE shop.matrix (id uuid PRIMARY KEY, m int[][], n int[], e shop.mood[]);
CREATE TABLE shop.album (id int PRIMARY KEY, title text);
CREATE TABLE shop.song (album int REFERENCES shop.album ON DELETE CASCADE, line int, title text, PRIMARY KEY (album, line));
CREATE TABLE shop.listener (name text PRIMARY KEY, likes int REFERENCES shop.album ON DELETE SET NULL ON UPDATE CASCADE);
CREATE VIEW shop.rich AS SELECT * FROM shop.customer;
CREATE MATERIALIZED VIEW shop.poor AS SELECT * FROM shop.currency;
CREATE TABLE "Old Days"."customer" (id uuid PRIMARY KEY);
CREATE TABLE "Old Days"."Straße.Nr" ("a.b" text PRIMARY KEY, "_x" int, "x" int, "Ünïcode-Spalte" text);
CREATE TABLE public.setting (key text PRIMARY KEY, value json, "default" text DEFAULT 'a:b', fn text DEFAULT md5('x'));
CREATE TABLE public.counter (n int PRIMARY KEY);
CREATE TABLE public.trigger (id serial PRIMARY KEY, "version" int, xid int);

INSERT INTO shop.currency VALUES ('EUR', 'Euro', 1, '2026-01-01'), ('F', 'Franc', 0.15, NULL);
INSERT INTO shop.product (sku, price, weight, photo, span, at) VALUES ('A-1', 9.9, 0.1, '\xff', '3 hours', '08:30');
INSERT INTO shop."order" VALUES (1, 7, 'anna', '00000000-0000-7000-8000-000000000001');
INSERT INTO shop.order_line VALUES (1, 7, 1, 2.50), (1, 7, 2, 1);
INSERT INTO shop.device (id, addr) VALUES ('00000000-0000-7000-8000-00000000000d', '10.0.0.1');
INSERT INTO shop.texts (text, class_, "class") VALUES ('t', 'a', 'b');
INSERT INTO shop."string" (text, "Text") VALUES ('small', 'capital');
INSERT INTO shop.log (day, what) VALUES ('2026-11-29', 'seen');
INSERT INTO shop.matrix VALUES ('00000000-0000-7000-8000-00000000000e', '{{1,2}}', '{1,NULL}', '{good}');
INSERT INTO "Old Days"."Straße.Nr" VALUES ('x.y', 1, 2, 'ü');
INSERT INTO public.setting (key, value) VALUES ('k', '{"a": [1]}');
INSERT INTO public.counter VALUES (41);
INSERT INTO public.trigger ("version", xid) VALUES (1, 2);
INSERT INTO shop.customer ("Full Name", mail, mood, currency_code) VALUES ('Anna', 'a@b', 'good', 'EUR');
INSERT INTO shop.product_tag SELECT 'A-1', id FROM shop.customer;
INSERT INTO shop.animal VALUES (1, 'Rex');
INSERT INTO shop.album VALUES (1, 'Best of'), (2, 'Live');
INSERT INTO shop.song VALUES (1, 1, 'first'), (1, 2, 'second'), (2, 1, 'other');
INSERT INTO shop.listener VALUES ('Anna', 1), ('Bruno', 2);
