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

-- merge of what differs
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__made` FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, 1 AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s) WHERE toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) NOT IN (SELECT toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`);
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (0, 1));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- versions since the load
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made` FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(__s.`__dpone__valid_from_at` AS DateTime64(6, 'UTC')) AS `__dpone__valid_from_at`, CAST(__s.`__dpone__valid_to_at` AS Nullable(DateTime64(6, 'UTC'))) AS `__dpone__valid_to_at`, CAST(__s.`__dpone__is_current` AS Bool) AS `__dpone__is_current`, 3 AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s) WHERE toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) NOT IN (SELECT toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE `__dpone__is_current`);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, 2 AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE `__dpone__is_current` AND NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001`));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, __dpone__at_, __dpone__at_to, isNull(__dpone__at_to), 1 FROM (SELECT *, countIf(__dpone__holds > 0) OVER (PARTITION BY __dpone__key) AS __dpone__comes_to, countIf(__dpone__holds = 1 AND isNull(`__dpone__valid_to_at`) = isNull(__dpone__at_to) AND ifNull(toDateTime64(`__dpone__valid_to_at`, 6, 'UTC') = __dpone__at_to, true)) OVER (PARTITION BY __dpone__key) AS __dpone__keeps FROM (SELECT *, leadInFrame(toNullable(__dpone__at_)) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__at_to FROM (SELECT * FROM (SELECT *, lagInFrame(__dpone__holds) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__holds_, lagInFrame(__dpone__same) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__same_ FROM (SELECT *, toString(tuple(`note`, toTimeZone(`at`, 'UTC'))) AS __dpone__same FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, __dpone__holds, __dpone__key, countIf(__dpone__holds = 1) OVER (PARTITION BY __dpone__key) AS __dpone__had, ifNull(__dpone__at, if(max(__dpone__at) OVER (PARTITION BY __dpone__key) >= toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC'), addMicroseconds(max(__dpone__at) OVER (PARTITION BY __dpone__key), 1), toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC'))) AS __dpone__at_ FROM (SELECT *, toString(tuple(`id`)) AS __dpone__key FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(`__dpone__valid_from_at`), 6, 'UTC') AS __dpone__at, 1 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (3, 2)) UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(`__dpone__valid_to_at`), 6, 'UTC') AS __dpone__at, 0 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (3, 2)) AND isNotNull(`__dpone__valid_to_at`) UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(CAST(NULL AS Nullable(DateTime64(6, 'UTC')))), 6, 'UTC') AS __dpone__at, 2 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 3 UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(CAST(NULL AS Nullable(DateTime64(6, 'UTC')))), 6, 'UTC') AS __dpone__at, 0 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2))) ORDER BY __dpone__holds DESC LIMIT 1 BY __dpone__key, __dpone__at_)) WHERE if(__dpone__holds = 0, __dpone__holds_ > 0, __dpone__holds_ = 0 OR __dpone__same <> __dpone__same_)))) WHERE __dpone__holds > 0 AND NOT (__dpone__had = __dpone__comes_to AND __dpone__had = __dpone__keeps);
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (0, 1));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- versions since a time of their own
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made` FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(__s.`__dpone__valid_from_at` AS DateTime64(6, 'UTC')) AS `__dpone__valid_from_at`, CAST(__s.`__dpone__valid_to_at` AS Nullable(DateTime64(6, 'UTC'))) AS `__dpone__valid_to_at`, CAST(__s.`__dpone__is_current` AS Bool) AS `__dpone__is_current`, 3 AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s) WHERE (toDateTime64(`paid_at`, 6, 'UTC'), toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC')))) NOT IN (SELECT toDateTime64(`__dpone__valid_from_at`, 6, 'UTC'), toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, __dpone__at_, __dpone__at_to, isNull(__dpone__at_to), 1 FROM (SELECT *, countIf(__dpone__holds > 0) OVER (PARTITION BY __dpone__key) AS __dpone__comes_to, countIf(__dpone__holds = 1 AND isNull(`__dpone__valid_to_at`) = isNull(__dpone__at_to) AND ifNull(toDateTime64(`__dpone__valid_to_at`, 6, 'UTC') = __dpone__at_to, true)) OVER (PARTITION BY __dpone__key) AS __dpone__keeps FROM (SELECT *, leadInFrame(toNullable(__dpone__at_)) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__at_to FROM (SELECT * FROM (SELECT *, lagInFrame(__dpone__holds) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__holds_, lagInFrame(__dpone__same) OVER (PARTITION BY __dpone__key ORDER BY __dpone__at_ ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS __dpone__same_ FROM (SELECT *, toString(tuple(`note`, toTimeZone(`at`, 'UTC'))) AS __dpone__same FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, __dpone__holds, __dpone__key, countIf(__dpone__holds = 1) OVER (PARTITION BY __dpone__key) AS __dpone__had, ifNull(__dpone__at, if(max(__dpone__at) OVER (PARTITION BY __dpone__key) >= toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC'), addMicroseconds(max(__dpone__at) OVER (PARTITION BY __dpone__key), 1), toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC'))) AS __dpone__at_ FROM (SELECT *, toString(tuple(`id`)) AS __dpone__key FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(`__dpone__valid_from_at`), 6, 'UTC') AS __dpone__at, 1 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (3, 2)) UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(`__dpone__valid_to_at`), 6, 'UTC') AS __dpone__at, 0 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (3, 2)) AND isNotNull(`__dpone__valid_to_at`) UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(`paid_at`), 6, 'UTC') AS __dpone__at, 2 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 3 UNION ALL SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`, toDateTime64(toNullable(CAST(NULL AS Nullable(DateTime64(6, 'UTC')))), 6, 'UTC') AS __dpone__at, 0 AS __dpone__holds FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2))) ORDER BY __dpone__holds DESC LIMIT 1 BY __dpone__key, __dpone__at_)) WHERE if(__dpone__holds = 0, __dpone__holds_ > 0, __dpone__holds_ = 0 OR __dpone__same <> __dpone__same_)))) WHERE __dpone__holds > 0 AND NOT (__dpone__had = __dpone__comes_to AND __dpone__had = __dpone__keeps);
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (0, 1));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__valid_from_at`, `__dpone__valid_to_at`, `__dpone__is_current` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- events that remove
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` ENGINE = MergeTree ORDER BY tuple() AS SELECT *, toString(tuple(`id`)) AS __dpone__key, toString(tuple(`__dpone__old0`)) AS __dpone__from FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(__s.`__dpone__seq` AS Nullable(Int64)) AS `__dpone__seq`, CAST(__s.`__dpone__deleted_at` AS Nullable(DateTime64(6, 'UTC'))) AS `__dpone__deleted_at`, CAST(__s.`id` AS Int64) AS `__dpone__old0`, CAST(__s.`seq` AS Int64) AS __dpone__order, toUInt8(ifNull(lower(__s.`op`) IN ('delete'), false)) AS __dpone__gone, CAST([] AS Array(String)) AS __dpone__left FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE NOT ifNull(lower(__s.`op`) IN ('truncate'), false)) LIMIT 1 BY __dpone__key, __dpone__from, __dpone__order, __dpone__gone;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `__dpone__made`) SELECT *, 2 FROM (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` UNION DISTINCT SELECT `__dpone__old0` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events`);
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` ENGINE = MergeTree ORDER BY tuple() AS SELECT *, sum(__dpone__starts) OVER (PARTITION BY __dpone__key ORDER BY __dpone__order, __dpone__gone ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS __dpone__run FROM (SELECT *, toUInt8(__dpone__gone = 0 AND (lagInFrame(__dpone__gone, 1, toUInt8(1)) OVER (PARTITION BY __dpone__key ORDER BY __dpone__order, __dpone__gone ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > 0 OR __dpone__from <> __dpone__key)) AS __dpone__starts FROM (SELECT a.* FROM (SELECT __dpone__key, __dpone__order, __dpone__gone, __dpone__from FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` UNION ALL SELECT __dpone__from, __dpone__order, toUInt8(2), __dpone__from FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` WHERE __dpone__gone = 0 AND __dpone__from <> __dpone__key UNION ALL SELECT k.__dpone__key, __t.o, toUInt8(1), k.__dpone__key FROM (SELECT DISTINCT toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2) AS k CROSS JOIN (SELECT DISTINCT CAST(__s.`seq` AS Int64) AS o FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false)) AS __t) AS a LEFT JOIN (SELECT toString(tuple(`id`)) AS k, `__dpone__seq` AS seen FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS w ON w.k = a.__dpone__key WHERE ifNull(a.__dpone__order > w.seen, true)));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT CAST(__e.`id` AS Int64) AS `id`, CAST(__e.`note` AS Nullable(String)) AS `note`, CAST(__e.`raw` AS Nullable(String)) AS `raw`, CAST(__e.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__e.`day` AS Nullable(Date32)) AS `day`, CAST(__e.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__e.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(__l.up AS Nullable(Int64)) AS `__dpone__seq`, CAST(__e.`__dpone__deleted_at` AS Nullable(DateTime64(6, 'UTC'))) AS `__dpone__deleted_at`, 1 FROM (SELECT __dpone__key AS k, maxOrNullIf(__dpone__order, __dpone__gone = 0) AS up, maxOrNullIf(__dpone__order, __dpone__gone > 0) AS away, max(__dpone__run) AS run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` GROUP BY __dpone__key) AS __l INNER JOIN `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` AS __e ON __e.__dpone__key = __l.k AND __e.__dpone__order = __l.up AND __e.__dpone__gone = 0 LEFT JOIN (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS __t ON __t.__dpone__key = __l.k WHERE NOT ifNull(__l.away > __l.up, false);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT __t.`id` AS `id`, __t.`note` AS `note`, __t.`raw` AS `raw`, __t.`amount` AS `amount`, __t.`day` AS `day`, __t.`at` AS `at`, __t.`paid_at` AS `paid_at`, __t.`__dpone__seq` AS `__dpone__seq`, __t.`__dpone__deleted_at` AS `__dpone__deleted_at`, 0 FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS __t INNER JOIN (SELECT __dpone__key AS k, maxOrNullIf(__dpone__order, __dpone__gone = 0) AS up, maxOrNullIf(__dpone__order, __dpone__gone > 0) AS away, max(__dpone__run) AS run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` GROUP BY __dpone__key) AS __l ON __l.k = __t.__dpone__key WHERE isNotNull(__l.away) AND (isNull(__l.up) OR __l.away > __l.up);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT __t.`id` AS `id`, __t.`note` AS `note`, __t.`raw` AS `raw`, __t.`amount` AS `amount`, __t.`day` AS `day`, __t.`at` AS `at`, __t.`paid_at` AS `paid_at`, __t.`__dpone__seq` AS `__dpone__seq`, __t.`__dpone__deleted_at` AS `__dpone__deleted_at`, 0 FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS __t WHERE isNotNull((SELECT maxOrNull(`seq`) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false))) AND ifNull(__t.`__dpone__seq` < (SELECT maxOrNull(`seq`) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false)), true) AND NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2));
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (0, 1));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
EXCHANGE TABLES `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AND `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` SYNC;

-- events that mark
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ATTACH PARTITION ALL FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` ENGINE = MergeTree ORDER BY tuple() AS SELECT *, toString(tuple(`id`)) AS __dpone__key, toString(tuple(`__dpone__old0`)) AS __dpone__from FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(__s.`__dpone__seq` AS Nullable(Int64)) AS `__dpone__seq`, CAST(__s.`__dpone__deleted_at` AS Nullable(DateTime64(6, 'UTC'))) AS `__dpone__deleted_at`, CAST(if(JSONHas(ifNull(__s.`old_key`, '{}'), 'id'), accurateCastOrNull(if(JSONType(ifNull(__s.`old_key`, '{}'), 'id') = 'String', JSONExtractString(ifNull(__s.`old_key`, '{}'), 'id'), JSONExtractRaw(ifNull(__s.`old_key`, '{}'), 'id')), 'Int64'), CAST(__s.`id` AS Int64)) AS Int64) AS `__dpone__old0`, CAST(__s.`seq` AS Int64) AS __dpone__order, toUInt8(ifNull(lower(__s.`op`) IN ('delete'), false)) AS __dpone__gone, JSONExtract(ifNull(__s.`unchanged`, '[]'), 'Array(String)') AS __dpone__left FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE NOT ifNull(lower(__s.`op`) IN ('truncate'), false) AND throwIf(JSONHas(ifNull(__s.`old_key`, '{}'), 'id') AND JSONType(ifNull(__s.`old_key`, '{}'), 'id') <> 'Null' AND isNull(accurateCastOrNull(if(JSONType(ifNull(__s.`old_key`, '{}'), 'id') = 'String', JSONExtractString(ifNull(__s.`old_key`, '{}'), 'id'), JSONExtractRaw(ifNull(__s.`old_key`, '{}'), 'id')), 'Int64')), 'column old_key: id is no Int64 (dpone)') = 0) LIMIT 1 BY __dpone__key, __dpone__from, __dpone__order, __dpone__gone;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `__dpone__made`) SELECT *, 2 FROM (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` UNION DISTINCT SELECT `__dpone__old0` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events`);
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` ENGINE = MergeTree ORDER BY tuple() AS SELECT *, sum(__dpone__starts) OVER (PARTITION BY __dpone__key ORDER BY __dpone__order, __dpone__gone ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS __dpone__run FROM (SELECT *, toUInt8(__dpone__gone = 0 AND (lagInFrame(__dpone__gone, 1, toUInt8(1)) OVER (PARTITION BY __dpone__key ORDER BY __dpone__order, __dpone__gone ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > 0 OR __dpone__from <> __dpone__key)) AS __dpone__starts FROM (SELECT a.* FROM (SELECT __dpone__key, __dpone__order, __dpone__gone, __dpone__from FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` UNION ALL SELECT __dpone__from, __dpone__order, toUInt8(2), __dpone__from FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` WHERE __dpone__gone = 0 AND __dpone__from <> __dpone__key UNION ALL SELECT k.__dpone__key, __t.o, toUInt8(1), k.__dpone__key FROM (SELECT DISTINCT toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2) AS k CROSS JOIN (SELECT DISTINCT CAST(__s.`seq` AS Int64) AS o FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false)) AS __t) AS a LEFT JOIN (SELECT toString(tuple(`id`)) AS k, `__dpone__seq` AS seen FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS w ON w.k = a.__dpone__key WHERE ifNull(a.__dpone__order > w.seen, true)));
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__chain` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__chain` ENGINE = MergeTree ORDER BY tuple() AS WITH RECURSIVE runs AS (SELECT __s.__dpone__key AS k, toInt64(__s.__dpone__run) AS run, __s.__dpone__from AS above, assumeNotNull(multiIf(isNull(p.__dpone__order), 0, p.__dpone__gone = 0, toInt64(p.__dpone__run), toInt64(p.__dpone__run))) AS hangs FROM (SELECT * FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` WHERE __dpone__starts = 1) AS __s ASOF LEFT JOIN (SELECT __dpone__key, __dpone__order, __dpone__gone, __dpone__run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects`) AS p ON p.__dpone__key = __s.__dpone__from AND __s.__dpone__order > p.__dpone__order), chain AS (SELECT __l.k AS f, r.k AS k, r.run AS run, r.above AS above, r.hangs AS hangs FROM (SELECT __dpone__key AS k, maxOrNullIf(__dpone__order, __dpone__gone = 0) AS up, maxOrNullIf(__dpone__order, __dpone__gone > 0) AS away, max(__dpone__run) AS run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` GROUP BY __dpone__key) AS __l INNER JOIN runs AS r ON r.k = __l.k AND r.run = toInt64(__l.run) UNION ALL SELECT __c.f, r.k, r.run, r.above, r.hangs FROM chain AS __c INNER JOIN runs AS r ON r.k = __c.above AND r.run = __c.hangs WHERE __c.hangs > 0) SELECT * FROM chain;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT CAST(__e.`id` AS Int64) AS `id`, CAST(if(NOT has(__e.__dpone__left, 'note'), __e.`note`, if(tupleElement(__g.`note`, 1) > 0, tupleElement(__g.`note`, 2).1, __t.`note`)) AS Nullable(String)) AS `note`, CAST(if(NOT has(__e.__dpone__left, 'raw'), __e.`raw`, if(tupleElement(__g.`raw`, 1) > 0, tupleElement(__g.`raw`, 2).1, __t.`raw`)) AS Nullable(String)) AS `raw`, CAST(if(NOT has(__e.__dpone__left, 'amount'), __e.`amount`, if(tupleElement(__g.`amount`, 1) > 0, tupleElement(__g.`amount`, 2).1, __t.`amount`)) AS Nullable(Decimal(12, 2))) AS `amount`, CAST(if(NOT has(__e.__dpone__left, 'day'), __e.`day`, if(tupleElement(__g.`day`, 1) > 0, tupleElement(__g.`day`, 2).1, __t.`day`)) AS Nullable(Date32)) AS `day`, CAST(if(NOT has(__e.__dpone__left, 'at'), __e.`at`, if(tupleElement(__g.`at`, 1) > 0, tupleElement(__g.`at`, 2).1, __t.`at`)) AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(if(NOT has(__e.__dpone__left, 'paid_at'), __e.`paid_at`, if(tupleElement(__g.`paid_at`, 1) > 0, tupleElement(__g.`paid_at`, 2).1, __t.`paid_at`)) AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, CAST(if(ifNull(__l.away > __l.up, false), __l.away, __l.up) AS Nullable(Int64)) AS `__dpone__seq`, if(ifNull(__l.away > __l.up, false), toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC'), CAST(__e.`__dpone__deleted_at` AS Nullable(DateTime64(6, 'UTC')))) AS `__dpone__deleted_at`, 1 FROM (SELECT __dpone__key AS k, maxOrNullIf(__dpone__order, __dpone__gone = 0) AS up, maxOrNullIf(__dpone__order, __dpone__gone > 0) AS away, max(__dpone__run) AS run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` GROUP BY __dpone__key) AS __l INNER JOIN `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` AS __e ON __e.__dpone__key = __l.k AND __e.__dpone__order = __l.up AND __e.__dpone__gone = 0 INNER JOIN (SELECT __c.f AS f, maxOrNullIf(__c.above, __c.hangs = 0) AS root, tuple(countIf(NOT has(__e.__dpone__left, 'note')), argMaxIf(tuple(__e.`note`), __e.__dpone__order, NOT has(__e.__dpone__left, 'note'))) AS `note`, tuple(countIf(NOT has(__e.__dpone__left, 'raw')), argMaxIf(tuple(__e.`raw`), __e.__dpone__order, NOT has(__e.__dpone__left, 'raw'))) AS `raw`, tuple(countIf(NOT has(__e.__dpone__left, 'amount')), argMaxIf(tuple(__e.`amount`), __e.__dpone__order, NOT has(__e.__dpone__left, 'amount'))) AS `amount`, tuple(countIf(NOT has(__e.__dpone__left, 'day')), argMaxIf(tuple(__e.`day`), __e.__dpone__order, NOT has(__e.__dpone__left, 'day'))) AS `day`, tuple(countIf(NOT has(__e.__dpone__left, 'at')), argMaxIf(tuple(__e.`at`), __e.__dpone__order, NOT has(__e.__dpone__left, 'at'))) AS `at`, tuple(countIf(NOT has(__e.__dpone__left, 'paid_at')), argMaxIf(tuple(__e.`paid_at`), __e.__dpone__order, NOT has(__e.__dpone__left, 'paid_at'))) AS `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__chain` AS __c INNER JOIN `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` AS __x ON __x.__dpone__key = __c.k AND toInt64(__x.__dpone__run) = __c.run AND __x.__dpone__gone = 0 INNER JOIN `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__events` AS __e ON __e.__dpone__key = __x.__dpone__key AND __e.__dpone__order = __x.__dpone__order AND __e.__dpone__gone = 0 GROUP BY __c.f) AS __g ON __g.f = __l.k LEFT JOIN (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS __t ON __t.__dpone__key = __g.root;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT __t.`id` AS `id`, __t.`note` AS `note`, __t.`raw` AS `raw`, __t.`amount` AS `amount`, __t.`day` AS `day`, __t.`at` AS `at`, __t.`paid_at` AS `paid_at`, CAST(__l.away AS Nullable(Int64)) AS `__dpone__seq`, toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC') AS `__dpone__deleted_at`, if(isNull(__t.`__dpone__deleted_at`), 4, 5) FROM (SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, toString(tuple(`id`)) AS __dpone__key FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2)) AS __t INNER JOIN (SELECT __dpone__key AS k, maxOrNullIf(__dpone__order, __dpone__gone = 0) AS up, maxOrNullIf(__dpone__order, __dpone__gone > 0) AS away, max(__dpone__run) AS run FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__effects` GROUP BY __dpone__key) AS __l ON __l.k = __t.__dpone__key WHERE isNotNull(__l.away) AND isNull(__l.up);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`, `__dpone__made`) SELECT __t.`id` AS `id`, __t.`note` AS `note`, __t.`raw` AS `raw`, __t.`amount` AS `amount`, __t.`day` AS `day`, __t.`at` AS `at`, __t.`paid_at` AS `paid_at`, CAST((SELECT maxOrNull(`seq`) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false)) AS Nullable(Int64)) AS `__dpone__seq`, toDateTime64('2026-01-01 00:00:00.000', 6, 'UTC') AS `__dpone__deleted_at`, if(isNull(__t.`__dpone__deleted_at`), 4, 5) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` AS __t WHERE isNotNull((SELECT maxOrNull(`seq`) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false))) AND ifNull(__t.`__dpone__seq` < (SELECT maxOrNull(`seq`) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s WHERE ifNull(lower(__s.`op`) IN ('truncate'), false)), true) AND NOT ((`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made = 2));
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1, 4, 5));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__seq`, `__dpone__deleted_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (4, 5);
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

-- merge of what differs on a cluster
SYSTEM SYNC REPLICA `mart`.`orders`;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` ON CLUSTER `main` AS `mart`.`orders`;
ALTER TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` REPLACE PARTITION ID {partition} FROM `mart`.`orders`;
DROP TABLE IF EXISTS `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ON CLUSTER `main` SYNC;
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` ON CLUSTER `main` ENGINE = ReplicatedMergeTree ORDER BY tuple() EMPTY AS SELECT *, toUInt8(0) AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`;
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__made`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`, `__dpone__made` FROM (SELECT CAST(__s.`id` AS Int64) AS `id`, CAST(__s.`note` AS Nullable(String)) AS `note`, CAST(__s.`raw` AS Nullable(String)) AS `raw`, CAST(__s.`amount` AS Nullable(Decimal(12, 2))) AS `amount`, CAST(__s.`day` AS Nullable(Date32)) AS `day`, CAST(__s.`at` AS Nullable(DateTime64(6, 'UTC'))) AS `at`, CAST(__s.`paid_at` AS Nullable(DateTime64(6, 'UTC'))) AS `paid_at`, 1 AS __dpone__made FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS __s) WHERE toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) NOT IN (SELECT toString(tuple(`id`, `note`, toTimeZone(`at`, 'UTC'))) FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next`);
SYSTEM SYNC REPLICA ON CLUSTER `main` `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made`;
DELETE FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` WHERE (`id`) IN (SELECT `id` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (0, 1));
INSERT INTO `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__next` (`id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at`) SELECT `id`, `note`, `raw`, `amount`, `day`, `at`, `paid_at` FROM `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__made` WHERE __dpone__made IN (1);
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
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` AS `mart`.`orders` ENGINE = MergeTree PARTITION BY day ORDER BY (id) SETTINGS index_granularity = 8192 COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` (partition Nullable(Int32), reason String, row String, diagnostics String) ENGINE = MergeTree ORDER BY tuple() COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';

-- staging like the target on a cluster
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001` ON CLUSTER `main` AS `mart`.`orders` ENGINE = ReplicatedMergeTree PARTITION BY day ORDER BY (id) SETTINGS index_granularity = 8192 COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';
CREATE TABLE `mart`.`__dpone__stg_01JDP0NE00GOLDEN0000000001__rejects` (partition Nullable(Int32), reason String, row String, diagnostics String) ENGINE = MergeTree ORDER BY tuple() COMMENT '{"load_id":"01JDP0NE00GOLDEN0000000001","target":"mart.orders"}';

-- staging of a first load on a cluster
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
