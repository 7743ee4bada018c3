BEGIN TRANSACTION;
SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] INTO [mart].[Order's__dpone_backup_01JDP0NE00TESTK1T000000001] FROM [mart].[Order's] WITH (TABLOCKX, HOLDLOCK);
EXEC sp_addextendedproperty @name = N'dpone', @value = N'{"backup_of":"mart.Order''s","load_id":"01JDP0NE00TESTK1T000000001"}', @level0type = N'SCHEMA', @level0name = N'mart', @level1type = N'TABLE', @level1name = N'Order''s__dpone_backup_01JDP0NE00TESTK1T000000001';
INSERT INTO [mart].[Order's] ([id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash]) SELECT [id], [customer], [amount], [a]]b], [__dpone__load_id], [__dpone__loaded_at], [__dpone__row_hash] FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s;
COMMIT TRANSACTION;
