BEGIN TRANSACTION;
EXEC sp_rename N'[mart].[Order''s].[o''ld]]]', N'a]b', N'COLUMN';
-- emptied and filled instead of swapped: a column of it is renamed
SELECT COUNT_BIG(*) AS n FROM [mart].[Order's] WITH (TABLOCKX, HOLDLOCK);
TRUNCATE TABLE [mart].[Order's];
INSERT INTO [mart].[Order's] WITH (TABLOCK) ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
