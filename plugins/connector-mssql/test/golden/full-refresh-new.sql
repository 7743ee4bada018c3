BEGIN TRANSACTION;
ALTER TABLE [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] DROP CONSTRAINT IF EXISTS [__dpone__df_01JDP0NE00TESTK1T000000001_0];
ALTER TABLE [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] DROP CONSTRAINT IF EXISTS [__dpone__df_01JDP0NE00TESTK1T000000001_1];
EXEC sp_dropextendedproperty @name = N'dpone', @level0type = N'SCHEMA', @level0name = N'mart', @level1type = N'TABLE', @level1name = N'__dpone__stg_01JDP0NE00TESTK1T000000001';
EXEC sp_rename @objname = N'[mart].[__dpone__stg_01JDP0NE00TESTK1T000000001]', @newname = N'Order''s', @objtype = N'OBJECT';
COMMIT TRANSACTION;
