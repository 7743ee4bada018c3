BEGIN TRANSACTION;
-- emptied and filled instead of swapped: it has foreign keys of other tables
DELETE FROM [mart].[Order's] WITH (TABLOCKX);
INSERT INTO [mart].[Order's] WITH (TABLOCK) ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
