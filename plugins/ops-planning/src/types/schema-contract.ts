import { z } from 'zod';

const column = z
  .object({
    type: z.string().optional(),
    logical_type: z.string().optional(),
    precision: z.int().min(0).nullable().default(null),
    scale: z.int().min(0).nullable().default(null),
    nullable: z.boolean().default(true),
    timezone: z.boolean().nullable().default(null),
  })
  .transform(({ type, logical_type, ...rest }) => ({ logical_type: type ?? logical_type ?? 'string', ...rest }));

/** What a manifest says that columns are. */
export const schemaContract = z
  .object({
    enforcement: z.enum(['strict', 'coerce', 'quarantine', 'warn']).default('strict'),
    columns: z.record(z.string(), column).nullish(),
  })
  .transform(({ enforcement, columns }) => ({
    enforcement,
    columns: Object.fromEntries(Object.entries(columns ?? {}).map(([name, found]) => [name, { name, ...found }])),
  }));
export type SchemaContract = z.output<typeof schemaContract>;
export type ContractColumn = SchemaContract['columns'][string];
