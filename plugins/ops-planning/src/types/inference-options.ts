import { z } from 'zod';

const MOST = 100_000;

/** `sink.options.type_inference`. */
export const inferenceOptions = z
  .object({
    enabled: z.boolean().default(true),
    prefer_source_metadata: z.boolean().default(true),
    sample_rows: z.int().min(0).default(10_000),
    max_sample_rows: z.int().min(0).max(MOST).default(MOST),
    confidence_threshold: z.number().default(0.98),
    empty_string_is_null: z.boolean().default(false),
    conflict_policy: z.enum(['fail', 'variant_column', 'quarantine']).default('fail'),
  })
  .transform((options) => ({ ...options, sample_rows: Math.min(options.sample_rows, options.max_sample_rows) }));
export type InferenceOptions = z.output<typeof inferenceOptions>;
