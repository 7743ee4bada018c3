SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] INTO [mart].[Order's__dpone_failed_01JDP0NE00TESTK1T000000001] FROM [mart].[Order's];
SELECT COUNT_BIG(*) AS n FROM [mart].[Order's] WITH (TABLOCKX, HOLDLOCK);
TRUNCATE TABLE [mart].[Order's];
SET IDENTITY_INSERT [mart].[Order's] ON;
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[Order's__dpone_backup_01JDP0NE00TESTK1T000000001];
SET IDENTITY_INSERT [mart].[Order's] OFF;
DROP TABLE [mart].[Order's__dpone_backup_01JDP0NE00TESTK1T000000001];
-- where the target is gone
EXEC sp_dropextendedproperty @name = N'dpone', @level0type = N'SCHEMA', @level0name = N'mart', @level1type = N'TABLE', @level1name = N'Order''s__dpone_backup_01JDP0NE00TESTK1T000000001';
EXEC sp_rename @objname = N'[mart].[Order''s__dpone_backup_01JDP0NE00TESTK1T000000001]', @newname = N'Order''s', @objtype = N'OBJECT';
