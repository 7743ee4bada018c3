BEGIN TRANSACTION;
EXEC (N'SET LOCK_TIMEOUT 5000; ALTER TABLE [mart].[Order''s] DROP COLUMN [o''ld]]]');
EXEC (N'SET LOCK_TIMEOUT 5000; ALTER TABLE [mart].[Order''s] ADD [note] nvarchar(max) NULL');
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
