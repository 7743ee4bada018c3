BEGIN TRANSACTION;
SELECT TOP (1) 1 AS n FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE CONVERT(nvarchar(max), CONVERT(varchar(max), s.[customer])) COLLATE Latin1_General_100_BIN2 <> CONVERT(nvarchar(max), s.[customer]) COLLATE Latin1_General_100_BIN2;
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
