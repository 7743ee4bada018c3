import { z } from 'zod';
import { accepted, flag, integer, object, text } from './field.js';

export const PRESETS = ['off', 'minimal', 'standard', 'debug', 'hierarchical'] as const;

/** A preset's name, or a boolean: YAML 1.1 and JSON writers give `off` as false. */
const preset = () =>
  z.preprocess(
    (value) =>
      value === false || value === 'no' || value === 'false'
        ? 'off'
        : typeof value === 'string'
          ? value.toLowerCase()
          : value,
    z.enum(PRESETS),
  );

/** `lineage`: a boolean, a preset, or `{enabled, preset, features}`. */
export const lineageSchema = z
  .preprocess(
    (value) => {
      if (typeof value === 'boolean') return { enabled: value };
      if (typeof value !== 'string') return value;
      const word = value.toLowerCase();
      if (['on', 'yes', 'true'].includes(word)) return { enabled: true };
      return ['no', 'false'].includes(word) ? { enabled: false } : { preset: word };
    },
    object({
      enabled: flag().optional().describe('Whether the target gets framework columns.').meta({ defaultsTo: true }),
      preset: preset()
        .optional()
        .describe(
          '`minimal`: load id and load time. `standard`: and row id, extraction time. `debug`: and operation, diagnostics. `hierarchical`: and parent and root ids. `off`: none.',
        ),
      features: accepted('Single groups of framework columns'),
    }),
  )
  .meta({ also: [{ type: 'boolean' }, { enum: [...PRESETS, 'on', 'yes', 'no'] }] });

export const evolutionSchema = z
  .preprocess(
    (value) => {
      if (typeof value === 'boolean') return { enabled: value };
      if (value === 'on' || value === 'off') return { enabled: value === 'on' };
      return value;
    },
    object({
      enabled: flag()
        .optional()
        .describe('false: any difference between source and target stops the load.')
        .meta({ defaultsTo: true }),
      mode: z
        .enum(['strict', 'additive', 'widening'])
        .optional()
        .describe(
          '`strict`: no change. `additive`: new columns are added. `widening`: and types are widened where no value can be lost.',
        )
        .meta({ defaultsTo: 'widening' }),
      apply_safe: flag().optional().describe('false: changes are shown and not made.').meta({ defaultsTo: true }),
      on_type_change: z
        .enum(['fail', 'new_column', 'quarantine'])
        .optional()
        .describe(
          'A type that cannot be widened stops the load, its values go to a new column, or the rows that do not fit are set aside.',
        )
        .meta({ defaultsTo: 'fail' }),
      new_column_prefix: text()
        .optional()
        .describe('Prefix of such a new column.')
        .meta({ defaultsTo: '__dpone__nc__' }),
      renames: z
        .record(z.string().min(1), z.string().min(1))
        .optional()
        .describe(
          'Columns that the source calls otherwise now, `old: new`: the target renames them and keeps their values.',
        ),
      tables: z
        .enum(['evolve', 'freeze', 'ignore'])
        .optional()
        .describe(
          'A target that does not exist is made, stops the load, or `ignore`: the load does nothing, says so, and reads the same rows again next time.',
        )
        .meta({ defaultsTo: 'evolve' }),
      columns: z
        .enum(['evolve', 'freeze', 'ignore', 'quarantine'])
        .optional()
        .describe(
          'New columns of the source are added, stop the load, or are left out of it. `quarantine`: rows that have a value in one are set aside.',
        )
        .meta({ defaultsTo: 'evolve' }),
      data_type: z
        .enum(['widen', 'freeze', 'variant_column', 'quarantine'])
        .optional()
        .describe(
          'A type that changed is widened, stops the load, or does what `on_type_change` calls `new_column` and `quarantine`.',
        )
        .meta({ defaultsTo: 'widen' }),
      ddl_mode: z
        .enum(['online', 'safe_window', 'manual_approval', 'plan_only'])
        .optional()
        .describe(
          'When an existing table is changed: with the load, within `window`, once `dpone schema approve` has released the change, or never. What waits is written to the ledger, and the load goes on without it where it can.',
        )
        .meta({ defaultsTo: 'online' }),
      window: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'must be two times, as "22:00-04:30"')
        .optional()
        .describe('The hours of `ddl_mode: safe_window`, in UTC: "22:00-04:30".'),
      on_schema_change: z
        .enum(['apply', 'notify', 'fail', 'disable_pipeline'])
        .optional()
        .describe(
          '`notify`: every change is also a warning. `fail`: a change that is made or waits stops the load. `disable_pipeline`: and no load of the process runs any more until `dpone schema approve` has released the change.',
        )
        .meta({ defaultsTo: 'apply' }),
      expand_contract: text()
        .optional()
        .describe(
          'A plan of `dpone schema expand-contract`, relative to the project. Its steps are made by loads, each once `dpone schema approve` has released it or the whole plan.',
        ),
      ledger_path: text()
        .optional()
        .describe('The folder in which changes are recorded, relative to the project.')
        .meta({ defaultsTo: '.dpone/schema-ledger' }),
      on_breaking: z
        .enum(['fail', 'ignore'])
        .optional()
        .describe(
          'What no change makes fit stops the load. `ignore` goes on, with a warning each: a column that the source lost stays empty in new rows, one that may not be added is left out, values of a type that changed must fit the old one. What could lose something unseen stops the load all the same.',
        )
        .meta({ defaultsTo: 'fail' }),
      allow_reserved_dpone_columns: flag()
        .optional()
        .describe(
          'true: columns of the source named `__dpone__*` are loaded like any other, but for those that the load fills itself.',
        )
        .meta({ defaultsTo: false }),
      lock_timeout_seconds: integer({ min: 0 })
        .optional()
        .describe('How long a change of an existing table waits for locks before the load fails. 0: for ever.'),
      statement_timeout_seconds: integer({ min: 0 })
        .optional()
        .describe('How long the statement of such a change may take. 0: for ever.'),
      max_table_size_for_inline_ddl: integer({ min: 0 })
        .optional()
        .describe(
          'Rows of the target past which no load changes it, until `dpone schema approve` has released the change.',
        ),
      allow_blocking_online: flag()
        .optional()
        .describe(
          'false: with `ddl_mode: online` a wider type, which may lock or rewrite the table, waits for `dpone schema approve`.',
        )
        .meta({ defaultsTo: true }),
    }),
  )
  .meta({ also: [{ type: 'boolean' }, { enum: ['on', 'off'] }] });

const contractColumn = object({
  type: text().optional().describe('Type that every value must fit.'),
  logical_type: text().optional().describe('The same as `type`.'),
  precision: integer({ min: 1, max: 76 }).optional().describe('Digits of a decimal.'),
  scale: integer({ min: 0, max: 76 }).optional().describe('Digits after the point.'),
  nullable: flag().optional().describe('Whether NULL is allowed.').meta({ defaultsTo: true }),
  timezone: z.union([flag(), z.string()]).optional().describe('Whether a timestamp carries a time zone.'),
});

export const contractSchema = object({
  enforcement: z
    .enum(['strict', 'coerce', 'quarantine', 'warn'])
    .optional()
    .describe(
      'A row that does not fit: `strict` stops the load, `quarantine` sets the row aside, `warn` lets it pass, `coerce` casts what can be cast and stops at the rest.',
    )
    .meta({ defaultsTo: 'strict' }),
  columns: z.record(z.string(), contractColumn).optional().describe('What each column must fit.'),
});
