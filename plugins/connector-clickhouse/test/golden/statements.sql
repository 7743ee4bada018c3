-- full refresh
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- append
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- append of new keys
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` WHERE NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`));
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- merge by a key
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`);
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- merge by a key that can be NULL
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`, isNull(`note`), ifNull(toString(`note`), '')) IN (SELECT `id`, isNull(`note`), ifNull(toString(`note`), '') FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`);
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- delete of rows
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE ifNull(`day` < '2026-01-01', false);
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- whole partitions
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- rows of the values of a column
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (isNull(`note`), ifNull(toString(`note`), '')) IN (SELECT isNull(`note`), ifNull(toString(`note`), '') FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`);
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- rows that are absent
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`));
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- rows that are absent, marked
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` UPDATE `__dpone__deleted_at` = toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC') WHERE isNull(`__dpone__deleted_at`) AND NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`));
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- first load
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id` Int64, `note` Nullable(String), `raw` Nullable(String) COMMENT '[dpone: bytes]', `amount` Nullable(Decimal(12, 2)), `day` Nullable(Date32), `at` Nullable(DateTime64(6, 'UTC')) COMMENT '[dpone: timestamp without time zone]', `paid_at` Nullable(DateTime64(6, 'UTC'))) ENGINE = MergeTree ORDER BY tuple();
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
RENAME TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` TO `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- first load on a cluster
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` (`id` Int64, `note` Nullable(String), `raw` Nullable(String) COMMENT '[dpone: bytes]', `amount` Nullable(Decimal(12, 2)), `day` Nullable(Date32), `at` Nullable(DateTime64(6, 'UTC')) COMMENT '[dpone: timestamp without time zone]', `paid_at` Nullable(DateTime64(6, 'UTC'))) ENGINE = ReplicatedReplacingMergeTree PARTITION BY toYYYYMM(day) ORDER BY (`id`, toDate(at)) SETTINGS storage_policy = 'hot_cold';
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
RENAME TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` TO `mart`.`orders` ON CLUSTER `main`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` SYNC;

-- full refresh on a cluster
SYSTEM SYNC REPLICA `mart`.`orders`;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders` ON CLUSTER `main`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` SYNC;

-- append on a cluster
SYSTEM SYNC REPLICA `mart`.`orders`;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`orders`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders` ON CLUSTER `main`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` SYNC;

-- merge by a key on a cluster
SYSTEM SYNC REPLICA `mart`.`orders`;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`orders`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders` ON CLUSTER `main`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` SYNC;

-- whole partitions on a cluster
SYSTEM SYNC REPLICA `mart`.`orders`;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders` ON CLUSTER `main`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` SYNC;

-- full refresh in a database without EXCHANGE
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
RENAME TABLE `mart`.`orders` TO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__old`, `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` TO `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__old` SYNC;

-- merge into a ReplacingMergeTree
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- changes of the schema
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ADD COLUMN `place` Nullable(String) COMMENT '[dpone: json]';
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` MODIFY COLUMN `amount` Nullable(Decimal(20, 4));
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` MODIFY COLUMN `id` Nullable(Int64);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- an object that the server reads, open to everyone
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` (`id`, `note`) SELECT s.`id`, s.`note` FROM (SELECT CAST(i.`id` AS Int64) AS `id`, CAST(i.`note` AS Nullable(String)) AS `note` FROM s3('https://lake.s3.eu-central-1.amazonaws.com/raw/a.parquet', NOSIGN, 'Parquet', '`id` Nullable(Int64), `note` Nullable(String)') AS i) AS s;

-- an object that the server reads, signed for
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` (`id`, `note`) SELECT s.`id`, s.`note` FROM (SELECT CAST(i.`id` AS Int64) AS `id`, CAST(i.`note` AS Nullable(String)) AS `note` FROM s3('https://lake.s3.eu-central-1.amazonaws.com/raw/a.parquet', 'KEY', 'SEC\'RET', 'TOKEN', 'Parquet', '`id` Nullable(Int64), `note` Nullable(String)') AS i) AS s;

-- staging like the target
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` SYNC;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS `mart`.`orders` ENGINE = MergeTree PARTITION BY day ORDER BY (id) SETTINGS index_granularity = 8192 COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` (partition Nullable(Int32), reason String, row String, diagnostics String) ENGINE = MergeTree ORDER BY tuple() COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';

-- staging like the target on a cluster
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` ON CLUSTER `main` SYNC;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` ON CLUSTER `main` AS `mart`.`orders` ENGINE = ReplicatedMergeTree PARTITION BY day ORDER BY (id) SETTINGS index_granularity = 8192 COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` (partition Nullable(Int32), reason String, row String, diagnostics String) ENGINE = MergeTree ORDER BY tuple() COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';

-- staging of a first load on a cluster
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` ON CLUSTER `main` SYNC;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` ON CLUSTER `main` (`id` Int64, `note` Nullable(String), `raw` Nullable(String), `amount` Nullable(Decimal(12, 2)), `day` Nullable(Date32), `at` Nullable(DateTime64(6, 'UTC')), `paid_at` Nullable(DateTime64(6, 'UTC'))) ENGINE = ReplicatedMergeTree PARTITION BY toYYYYMM(day) ORDER BY (`id`, toDate(at)) SETTINGS storage_policy = 'hot_cold' COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` (partition Nullable(Int32), reason String, row String, diagnostics String) ENGINE = MergeTree ORDER BY tuple() COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';

-- before the checks on a cluster
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`;

-- tables of dpone
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__loads` (load_id String, run_id String, process String, target String, strategy String, fence UInt64, rows_staged UInt64, rows_rejected UInt64, inserted UInt64, updated UInt64, deleted UInt64, final_rows Nullable(UInt64), started_at DateTime64(6, 'UTC'), committed_at DateTime64(6, 'UTC'), detail String) ENGINE = ReplacingMergeTree(committed_at) ORDER BY (target, load_id);
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__state` (key String, fence UInt64, state String, load_id String, updated_at DateTime64(6, 'UTC'), gone Bool) ENGINE = MergeTree ORDER BY key;
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__locks` (target String, fence UInt64, kind Enum8('taken' = 1, 'alive' = 2, 'free' = 3), owner String, load_id String, host String, pid UInt64, at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = MergeTree ORDER BY (target, fence) SETTINGS non_replicated_deduplication_window = 10000;
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__intents` (load_id String, target String, intent String, at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = MergeTree ORDER BY (target, load_id);

-- tables of dpone on a cluster
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__loads` ON CLUSTER `main` (load_id String, run_id String, process String, target String, strategy String, fence UInt64, rows_staged UInt64, rows_rejected UInt64, inserted UInt64, updated UInt64, deleted UInt64, final_rows Nullable(UInt64), started_at DateTime64(6, 'UTC'), committed_at DateTime64(6, 'UTC'), detail String) ENGINE = ReplicatedReplacingMergeTree(committed_at) ORDER BY (target, load_id);
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__state` ON CLUSTER `main` (key String, fence UInt64, state String, load_id String, updated_at DateTime64(6, 'UTC'), gone Bool) ENGINE = ReplicatedMergeTree ORDER BY key;
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__locks` ON CLUSTER `main` (target String, fence UInt64, kind Enum8('taken' = 1, 'alive' = 2, 'free' = 3), owner String, load_id String, host String, pid UInt64, at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = ReplicatedMergeTree ORDER BY (target, fence) SETTINGS replicated_deduplication_window = 10000;
CREATE TABLE IF NOT EXISTS `mart`.`__dpone__intents` ON CLUSTER `main` (load_id String, target String, intent String, at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = ReplicatedMergeTree ORDER BY (target, load_id);

-- text of Postgres
`c0` Nullable(Int64), `c1` Nullable(String), `c2` Nullable(String), `c3` Nullable(Decimal(12, 2)), `c4` Nullable(String), `c5` Nullable(String), `c6` Nullable(String);
CAST(i.`c0` AS Int64);
CAST(i.`c1` AS Nullable(String));
CAST(unhex(substring(i.`c2`, 3)) AS Nullable(String));
CAST(i.`c3` AS Nullable(Decimal(12, 2)));
CAST(CAST(i.`c4` AS Nullable(Date32)) AS Nullable(Date32));
CAST(CAST(i.`c5` AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(DateTime64(6, 'UTC')));
CAST(CAST(substring(i.`c6`, 1, length(i.`c6`) - 3) AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(DateTime64(6, 'UTC')));
NOT (i.`c4` >= '1900-01-01' AND i.`c4` < '2300-01-01' AND substring(i.`c4`, 5, 1) = '-' AND NOT endsWith(i.`c4`, 'BC')) -- column day: a value is outside of Date32, 1900-01-01 to 2300-01-01;
NOT (i.`c5` >= '0001-01-01' AND i.`c5` < '9999-12-31 24' AND substring(i.`c5`, 5, 1) = '-' AND NOT endsWith(i.`c5`, 'BC')) -- column at: a value is outside of DateTime64, 0001-01-01 to 9999-12-31 24;
NOT (i.`c6` >= '0001-01-01' AND i.`c6` < '9999-12-31 24' AND substring(i.`c6`, 5, 1) = '-' AND endsWith(i.`c6`, '+00')) -- column paid_at: a value is outside of DateTime64, 0001-01-01 to 9999-12-31 24;

-- text of Postgres, a server before 26
`c0` Nullable(Int64), `c1` Nullable(String), `c2` Nullable(String), `c3` Nullable(Decimal(12, 2)), `c4` Nullable(String), `c5` Nullable(String), `c6` Nullable(String);
CAST(i.`c0` AS Int64);
CAST(i.`c1` AS Nullable(String));
CAST(unhex(substring(i.`c2`, 3)) AS Nullable(String));
CAST(i.`c3` AS Nullable(Decimal(12, 2)));
CAST(CAST(i.`c4` AS Nullable(Date32)) AS Nullable(Date32));
CAST(CAST(i.`c5` AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(DateTime64(6, 'UTC')));
CAST(CAST(substring(i.`c6`, 1, length(i.`c6`) - 3) AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(DateTime64(6, 'UTC')));
NOT (i.`c4` >= '1900-01-01' AND i.`c4` < '2300-01-01' AND substring(i.`c4`, 5, 1) = '-' AND NOT endsWith(i.`c4`, 'BC')) -- column day: a value is outside of Date32, 1900-01-01 to 2300-01-01;
NOT (i.`c5` >= '1900-01-01' AND i.`c5` < '2300-01-01' AND substring(i.`c5`, 5, 1) = '-' AND NOT endsWith(i.`c5`, 'BC')) -- column at: a value is outside of DateTime64, 1900-01-01 to 2300-01-01;
NOT (i.`c6` >= '1900-01-01' AND i.`c6` < '2300-01-01' AND substring(i.`c6`, 5, 1) = '-' AND endsWith(i.`c6`, '+00')) -- column paid_at: a value is outside of DateTime64, 1900-01-01 to 2300-01-01;

-- parquet
`id` Nullable(Int64), `note` Nullable(String), `raw` Nullable(String), `amount` Nullable(Decimal(12, 2)), `day` Nullable(Date32), `at` Nullable(DateTime64(6, 'UTC')), `paid_at` Nullable(DateTime64(6, 'UTC'));
CAST(i.`id` AS Int64);
CAST(i.`note` AS Nullable(String));
CAST(i.`raw` AS Nullable(String));
CAST(i.`amount` AS Nullable(Decimal(12, 2)));
CAST(i.`day` AS Nullable(Date32));
CAST(i.`at` AS Nullable(DateTime64(6, 'UTC')));
CAST(i.`paid_at` AS Nullable(DateTime64(6, 'UTC')));

-- native
`id` Int64, `note` Nullable(String), `raw` Nullable(String), `amount` Nullable(Decimal(12, 2)), `day` Nullable(Date32), `at` Nullable(DateTime64(6, 'UTC')), `paid_at` Nullable(DateTime64(6, 'UTC'));
CAST(i.`id` AS Int64);
CAST(i.`note` AS Nullable(String));
CAST(i.`raw` AS Nullable(String));
CAST(i.`amount` AS Nullable(Decimal(12, 2)));
CAST(i.`day` AS Nullable(Date32));
CAST(i.`at` AS Nullable(DateTime64(6, 'UTC')));
CAST(i.`paid_at` AS Nullable(DateTime64(6, 'UTC')));
