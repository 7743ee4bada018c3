BEGIN TRANSACTION;
ALTER TABLE [mart].[Order's] ADD [note] nvarchar(max) NULL;
ALTER TABLE [mart].[Order's] ALTER COLUMN [customer] nvarchar(80) COLLATE Latin1_General_CI_AS NULL;
ALTER TABLE [mart].[Order's] ALTER COLUMN [id] bigint NULL;
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
