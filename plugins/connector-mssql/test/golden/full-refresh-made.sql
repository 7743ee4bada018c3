BEGIN TRANSACTION;
-- made and filled instead of swapped: column customer is varchar(50)
CREATE TABLE [mart].[Order's] ([id] bigint NOT NULL, [customer] varchar(50) NULL, [amount] decimal(12,2) NULL, [a]]b] datetimeoffset(7) NULL, [__dpone__load_id] nvarchar(64) NULL, [__dpone__loaded_at] datetimeoffset(6) NULL, [__dpone__row_hash] nvarchar(64) NULL);
SELECT TOP (1) 1 AS n FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE CONVERT(nvarchar(max), CONVERT(varchar(max), s.[customer])) COLLATE Latin1_General_100_BIN2 <> CONVERT(nvarchar(max), s.[customer]) COLLATE Latin1_General_100_BIN2;
SELECT COUNT_BIG(*) AS n FROM [mart].[Order's] WITH (TABLOCKX, HOLDLOCK);
TRUNCATE TABLE [mart].[Order's];
INSERT INTO [mart].[Order's] WITH (TABLOCK) ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
