BEGIN TRANSACTION;
UPDATE t SET [__dpone__deleted_at] = CAST(N'2026-03-01T12:34:56.789+00:00' AS datetimeoffset(3)) FROM [mart].[Order's] AS t WHERE t.[__dpone__deleted_at] IS NULL AND NOT EXISTS (SELECT 1 FROM [mart].[__dpone__stg_01JDP0NE00TESTK1T000000001] AS s WHERE t.[id] = s.[id]);
COMMIT TRANSACTION;
