BEGIN TRANSACTION;
UPDATE t SET [customer] = s.[customer], [amount] = s.[amount], [a]]b] = s.[a]]b], [__dpone__load_id] = s.[__dpone__load_id], [__dpone__loaded_at] = s.[__dpone__loaded_at], [__dpone__row_hash] = s.[__dpone__row_hash] FROM [mart].[Order's] AS t WITH (UPDLOCK, HOLDLOCK) INNER JOIN [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s ON t.[id] = s.[id];
SET IDENTITY_INSERT [mart].[Order's] ON;
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE NOT EXISTS (SELECT 1 FROM [mart].[Order's] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[id] = s.[id]);
SET IDENTITY_INSERT [mart].[Order's] OFF;
COMMIT TRANSACTION;
