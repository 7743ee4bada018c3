import { z } from 'zod';
import { integer, names, number, object, text } from './field.js';

export const QUALITY_CHECKS = [
  'not_null',
  'unique',
  'accepted_values',
  'range',
  'length',
  'pattern',
  'min_rows',
  'max_null_ratio',
  'volume',
  'freshness',
] as const;
/** Checks of the reference system that decide nothing there either. */
export const INERT_CHECKS = ['checksum', 'row_count_delta', 'source_target_count'] as const;

/** A number, or a date or time as text. */
const bound = () => z.union([z.number(), z.string().min(1)], { error: 'must be a number or a text' });

const modes = ['fail', 'warn', 'quarantine', 'skip'] as const;

const check = object({
  type: z
    .enum([...QUALITY_CHECKS, ...INERT_CHECKS])
    .describe(
      '`not_null`, `unique`, `accepted_values`, `range`, `length` or `pattern` of columns; `min_rows`, `max_null_ratio`; `volume` and `freshness` against earlier loads and the clock. The others are accepted and not acted on.',
    ),
  column: text().optional().describe('The column.'),
  columns: names().optional().describe('The columns, where there are several.'),
  value: number().optional().describe('The number of `min_rows` (default 1) or `max_null_ratio` (0 to 1).'),
  values: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe('The values of `accepted_values`.'),
  min: bound().optional().describe('Smallest value of `range`, fewest characters of `length`.'),
  max: bound().optional().describe('Largest value of `range`, most characters of `length`.'),
  pattern: text().optional().describe('The regular expression that every value of `pattern` must hold a match of.'),
  min_ratio: number({ min: 0 }).optional().describe('`volume`: fewest rows, as a part of the median of earlier loads.'),
  max_ratio: number({ min: 0 }).optional().describe('`volume`: most rows, as a multiple of that median.'),
  window: integer({ min: 1, max: 1000 }).optional().describe('`volume`: earlier loads that count. Default 10.'),
  min_loads: integer({ min: 1, max: 1000 })
    .optional()
    .describe('`volume`: with fewer earlier loads it says nothing. Default 3.'),
  max_age: z
    .union([z.number(), z.string()])
    .optional()
    .describe('`freshness`: how old the newest value of the column may be: seconds, or `90m`, `36h`, `2d`.'),
  mode: z
    .enum(modes)
    .default('fail')
    .describe(
      '`fail`: the target stays unchanged. `warn`: the load goes on. `quarantine`: the rows are set aside. `skip`: not checked.',
    ),
  name: text().optional().describe('A name of your own for it.'),
});

const contract = z.union(
  [
    text(),
    object({
      path: text().describe('The file, relative to the project.'),
      object: text().optional().describe('The object of the contract, where it describes several.'),
      mode: z
        .enum(['fail', 'warn', 'quarantine'])
        .default('fail')
        .describe('For rules without a severity. What is about the whole load never sets rows aside: it fails.'),
      rules: z
        .record(z.string(), z.enum(modes))
        .optional()
        .describe('Single rules by their id, as `dpone plan` lists them.'),
    }),
  ],
  { error: 'must be a path or {path, object, mode, rules}' },
);

export const quality = object({
  contract: contract
    .optional()
    .describe('A document of the Open Data Contract Standard 3 whose rules staged rows are held against, too.'),
  checks: z
    .array(check)
    .optional()
    .describe('Rules that staged rows are held against before anything reaches the target.'),
});
