SELECT * FROM [mart].[Order's] WHERE ([c4] > 9007199254740993);
SELECT * FROM [mart].[Order's] WHERE ([c5] >= 1.000000001);
SELECT * FROM [mart].[Order's] WHERE ([c26] > CAST(CAST(N'2026-01-31T12:34:56.003' AS datetime2(3)) AS datetime));
SELECT * FROM [mart].[Order's] WHERE ([c28] > N'2026-01-31T12:34:56.1234567');
SELECT * FROM [mart].[Order's] WHERE ([c29] > N'2026-01-31T12:34:56.1234567Z');
SELECT * FROM [mart].[Order's] WHERE ([c15] COLLATE Latin1_General_100_BIN2 > N'it''s');
SELECT * FROM [mart].[Order's] WHERE (LOWER(CONVERT(char(36), [c23])) COLLATE Latin1_General_100_BIN2 > N'ffffffff-ffff-4fff-bfff-ffffffffffff');
SELECT * FROM [mart].[Order's] WHERE ([c22] < 0x00000000000007d1);
SELECT * FROM [mart].[Order's] WHERE ([c22] >= 0x00000000000007d0 AND [c22] < 0x00000000000007d1);
SELECT * FROM [mart].[Order's] WHERE (([c24] < N'2026-01-01' OR [c24] IS NULL));
SELECT * FROM [mart].[Order's] WHERE ([c24] >= N'2026-01-01' AND [c24] < N'2026-02-01');
SELECT * FROM [mart].[Order's] WHERE ([c24] >= N'2026-02-01');
SELECT * FROM [mart].[Order's] WHERE ([c7] IN (1.00005, 2, 1));
SELECT (CAST(N'' AS nvarchar(max)) + N'a\' + N'
b\' + N'
c') AS continued;
