BEGIN TRANSACTION;
DELETE t FROM [mart].[Order's] AS t WITH (UPDLOCK, HOLDLOCK) WHERE EXISTS (SELECT 1 FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE t.[id] = s.[id] AND EXISTS (SELECT t.[amount] EXCEPT SELECT s.[amount]));
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE NOT EXISTS (SELECT 1 FROM [mart].[Order's] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[id] = s.[id]);
COMMIT TRANSACTION;
