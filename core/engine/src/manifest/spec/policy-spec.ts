import type { ProcessSpec } from '../process-spec.js';
import type { ParsedProcess } from '../schema/process-schema.js';
import type { EngineOptions } from './option-split.js';

/** The preset of processes that name none: constants of a load, so that byte lanes stay byte lanes. */
const DEFAULT_PRESET = 'minimal';

/** The framework columns. An explicit `lineage` wins over the older `technical_columns`. */
export function lineageSpec(options: EngineOptions, warn: (sentence: string) => void): ProcessSpec['lineage'] {
  const { lineage } = options;
  const forbidden = options.technical_columns === 'forbidden' || options.include_technical_columns === false;
  if (lineage === undefined)
    return forbidden ? { enabled: false, preset: 'off' } : { enabled: true, preset: DEFAULT_PRESET };
  const off = lineage.enabled === false || lineage.preset === 'off';
  if (off && options.technical_columns === 'required')
    warn('technical_columns: required has no effect: lineage is off');
  if (!off && forbidden) warn('technical_columns is forbidden, and lineage asks for columns: lineage wins');
  return off ? { enabled: false, preset: 'off' } : { enabled: true, preset: lineage.preset ?? DEFAULT_PRESET };
}

/** `conflict` is told, with the key, of what cannot be meant together. */
export function evolutionSpec(
  { schema_evolution: evolution }: EngineOptions,
  conflict: (key: string, message: string) => void,
): ProcessSpec['schemaEvolution'] {
  const { data_type: dataType, ddl_mode: ddlMode = 'online', window, renames = {} } = evolution ?? {};
  const variant = dataType === 'variant_column' ? 'new_column' : dataType === 'quarantine' ? 'quarantine' : undefined;
  const asked = evolution?.on_type_change;
  if (variant !== undefined && asked !== undefined && asked !== variant)
    conflict('data_type', `data_type: ${dataType} and on_type_change: ${asked} exclude each other`);
  if (ddlMode === 'safe_window' && window === undefined)
    conflict('ddl_mode', 'ddl_mode: safe_window needs window: "22:00-04:30"');
  if (ddlMode !== 'safe_window' && window !== undefined) conflict('window', 'window needs ddl_mode: safe_window');
  const names = Object.values(renames).map((name) => name.toLowerCase());
  if (new Set(names).size < names.length) conflict('renames', 'renames gives two columns the same name');
  return {
    enabled: evolution?.enabled ?? true,
    mode: evolution?.mode ?? 'widening',
    applySafe: evolution?.apply_safe ?? true,
    onTypeChange: variant ?? asked ?? 'fail',
    newColumnPrefix: evolution?.new_column_prefix ?? '__dpone__nc__',
    renames,
    newTables: evolution?.tables ?? 'evolve',
    newColumns: evolution?.columns ?? 'evolve',
    widens: dataType !== 'freeze',
    ddlMode,
    ...(window === undefined ? {} : { window: minutesOf(window) }),
    onSchemaChange: evolution?.on_schema_change ?? 'apply',
    ignoresBreaking: evolution?.on_breaking === 'ignore',
    keepsReserved: evolution?.allow_reserved_dpone_columns ?? false,
    limits: {
      ...(evolution?.lock_timeout_seconds === undefined ? {} : { lockSeconds: evolution.lock_timeout_seconds }),
      ...(evolution?.statement_timeout_seconds === undefined
        ? {}
        : { statementSeconds: evolution.statement_timeout_seconds }),
    },
    ...(evolution?.max_table_size_for_inline_ddl === undefined
      ? {}
      : { maxTableRows: evolution.max_table_size_for_inline_ddl }),
    ...(evolution?.expand_contract === undefined ? {} : { expandContract: evolution.expand_contract }),
    blocksOnline: evolution?.allow_blocking_online ?? true,
    ledgerPath: evolution?.ledger_path ?? '.dpone/schema-ledger',
  };
}

function minutesOf(window: string): { from: number; to: number } {
  const [from, to] = window.split('-').map((time) => {
    const [hours, minutes] = time.split(':').map(Number);
    return hours! * 60 + minutes!;
  });
  return { from: from!, to: to! };
}

/** The contract: of the options as a whole, else of the top level. */
export function contractSpec(process: ParsedProcess, options: EngineOptions): ProcessSpec['schemaContract'] {
  const contract = options.schema_contract ?? process.schema_contract;
  const columns = Object.entries(contract?.columns ?? {}).map(([name, column]) => {
    const type = column.type ?? column.logical_type;
    return [
      name,
      {
        ...(type === undefined ? {} : { type }),
        ...(column.precision === undefined ? {} : { precision: column.precision }),
        ...(column.scale === undefined ? {} : { scale: column.scale }),
        ...(column.timezone === undefined ? {} : { timezone: column.timezone }),
        nullable: column.nullable ?? true,
      },
    ] as const;
  });
  return { enforcement: contract?.enforcement ?? 'strict', columns: Object.fromEntries(columns) };
}
