import { z } from 'zod';

const any = z.record(z.string(), z.unknown());

/** `sink.options.physical_design`. */
export const physicalOptions = z
  .object({
    enabled: z.boolean().default(true),
    mode: z.enum(['auto', 'explicit', 'off']).default('auto'),
    apply: z.enum(['online', 'safe_window', 'plan_only', 'manual_approval']).default('online'),
    columns: z.record(z.string(), z.object({ target_type: z.record(z.string(), z.string()).default({}) })).default({}),
    partitioning: any.default({}),
    indexes: any.default({}),
    storage: z.record(z.string(), any).default({}),
  })
  .transform((options) => ({
    ...options,
    columns: Object.fromEntries(Object.entries(options.columns).map(([name, { target_type }]) => [name, target_type])),
  }));
export type PhysicalOptions = z.output<typeof physicalOptions>;

/** `source.options.type_fidelity` and `sink.options.type_fidelity`, as far as a table's columns depend on it. */
export const temporalFidelity = z.object({
  mode: z.enum(['utc_instant', 'fixed_timezone', 'preserve_offset', 'preserve_text']).default('utc_instant'),
  timezone: z.string().default('UTC'),
  target_timezone: z.string().optional(),
  malformed: z.enum(['fail', 'preserve_text']).default('fail'),
});
export type TemporalFidelity = z.output<typeof temporalFidelity>;
