import {
  canHold,
  fail,
  nearest,
  sameType,
  typeName,
  type CanonicalType,
  type Column,
  type FinalizeStep,
  type Schema,
} from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { isFilled, RESERVED_PREFIX } from './framework.js';
import { parseType } from './parse-type.js';
import { whereOf } from './where.js';
import { castIsStrict } from './widen.js';

type ColumnRules = Pick<ProcessSpec, 'source' | 'schemaContract' | 'schemaEvolution' | 'manifest' | 'places'>;

/** Types that the manifest states, by lower-case column name: `source.options.columns`, then the contract, which wins. */
export function statedTypes(spec: ColumnRules): ReadonlyMap<string, { type: CanonicalType; at: string }> {
  const stated = new Map<string, { type: CanonicalType; at: string }>();
  const state = (name: string, text: string, at: string): void => {
    const type = parseType(text);
    if (type === undefined)
      throw fail('DPONE_MANIFEST_INVALID', `"${text}" is not a type`, {
        where: whereOf(spec, at),
        remedy: 'Write a type such as bigint, decimal(12,2), text, date or timestamp(3) with time zone.',
      });
    stated.set(name.toLowerCase(), { type, at });
  };
  for (const { name, type } of spec.source.columns ?? []) state(name, type, `source.options.columns.${name}`);
  for (const [name, rule] of Object.entries(spec.schemaContract.columns))
    if (rule.type !== undefined) state(name, contractType(rule.type, rule), `schema_contract.columns.${name}`);
  return stated;
}

/** The contract's `type` with what it states apart: `precision`, `scale`, `timezone`. */
function contractType(text: string, rule: ProcessSpec['schemaContract']['columns'][string]): string {
  const { precision, scale, timezone } = rule;
  const numbers =
    precision === undefined || text.includes('(')
      ? ''
      : scale === undefined
        ? `(${precision})`
        : `(${precision},${scale})`;
  const zone = timezone === undefined || timezone === false || /zone|tz/i.test(text) ? '' : ' with time zone';
  return `${text}${numbers}${zone}`;
}

/** What a source that guesses types is told: the target's columns, with the types that the manifest states put over them. */
export function hintOf(target: Schema | null, spec: ColumnRules): Schema | undefined {
  const stated = statedTypes(spec);
  const columns = new Map((target?.columns ?? []).map((c) => [c.name.toLowerCase(), c]));
  const names = new Map((spec.source.columns ?? []).map((c) => [c.name.toLowerCase(), c.name]));
  for (const name of Object.keys(spec.schemaContract.columns)) names.set(name.toLowerCase(), name);
  for (const [lower, { type }] of stated)
    columns.set(lower, { nullable: true, name: names.get(lower) ?? lower, ...columns.get(lower), type });
  const shown = [...columns.values()].filter((c) => !isReserved(c.name, spec));
  return shown.length === 0 ? undefined : { columns: shown };
}

/**
 * The columns to read, in the source's order, or undefined for all; refuses an excluded name that is not there. The
 * `__dpone__*` columns of a table that dpone loaded tell of that load, so they are left out: the new load has its own.
 * With `allow_reserved_dpone_columns` only those are that a load fills itself.
 */
export function columnsToRead(schema: Schema, spec: ColumnRules): readonly string[] | undefined {
  const names = schema.columns.map((c) => c.name);
  const excluded = new Set([
    ...spec.source.excludeColumns.map((name) => findName(name, names, spec, 'source.options.exclude_columns')),
    ...names.filter((name) => isReserved(name, spec)),
  ]);
  return excluded.size === 0 ? undefined : names.filter((name) => !excluded.has(name));
}

const isReserved = (name: string, { schemaEvolution }: Pick<ColumnRules, 'schemaEvolution'>): boolean =>
  schemaEvolution.keepsReserved ? isFilled(name) : name.toLowerCase().startsWith(RESERVED_PREFIX);

/** The columns that say what an event is, where the steps apply events. */
export const eventColumns = (steps: readonly FinalizeStep[]): string[] =>
  steps
    .flatMap((step) => (step.op === 'apply_events' ? [step.envelope] : []))
    .flatMap(({ operation, order, unchanged, oldKey }) => [operation, order, unchanged, oldKey])
    .filter((name) => name !== undefined);

/** The name among `names` that is meant, whatever its case. Refuses one that is not there, with the nearest. */
export function findName(name: string, names: readonly string[], spec: ColumnRules, option: string): string {
  const found = names.find((n) => n === name) ?? names.find((n) => n.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const near = nearest(name, names);
  throw fail('DPONE_MANIFEST_INVALID', `${option} names the column "${name}", which the source does not have`, {
    where: whereOf(spec, option),
    remedy: near === undefined ? `The source has ${names.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

/** The source's columns with the types that the manifest states. Refuses reserved and ambiguous names and broken contracts. */
export function resolveColumns(columns: readonly Column[], spec: ColumnRules): Column[] {
  refuseNames(columns, spec);
  const stated = statedTypes(spec);
  const present = new Set(columns.map((c) => c.name.toLowerCase()));
  for (const [name, rule] of Object.entries(spec.schemaContract.columns))
    if (!present.has(name.toLowerCase()) && spec.schemaContract.enforcement !== 'warn' && !rule.nullable)
      throw breach(
        name,
        'the source does not have it',
        'Add the column to the source, or make it nullable in the contract.',
      );
  return columns.map((column) => {
    const rule = stated.get(column.name.toLowerCase());
    if (rule === undefined || sameType(rule.type, column.type)) return column;
    const rest = { name: column.name, nullable: column.nullable };
    if (column.inferred === true || canHold(rule.type, column.type)) return { ...rest, type: rule.type };
    switch (spec.schemaContract.enforcement) {
      case 'warn':
        return column;
      case 'strict':
        throw breach(
          column.name,
          `the source has ${typeName(column.type)}, ${rule.at} states ${typeName(rule.type)}`,
          'Change the stated type, or set schema_contract.enforcement to coerce (values that do not fit then fail).',
        );
      default:
        if (castIsStrict(rule.type, column.type)) return { ...rest, type: rule.type };
        throw breach(
          column.name,
          `${typeName(column.type)} of the source cannot become ${typeName(rule.type)} without losing something unseen`,
          `Change the stated type to one that holds ${typeName(column.type)}, or convert at the source.`,
        );
    }
  });
}

/** What the contract says and the source does otherwise, where it only warns. */
export function contractWarnings(columns: readonly Column[], spec: ColumnRules): string[] {
  const stated = statedTypes(spec);
  const missing = Object.keys(spec.schemaContract.columns)
    .filter((name) => !columns.some((c) => c.name.toLowerCase() === name.toLowerCase()))
    .map((name) => `schema_contract: the source has no column ${name}`);
  const other = columns.flatMap((column) => {
    const rule = stated.get(column.name.toLowerCase());
    return rule === undefined || canHold(rule.type, column.type)
      ? []
      : [`schema_contract: ${column.name} is ${typeName(column.type)}, not ${typeName(rule.type)}`];
  });
  return [...missing, ...other];
}

const breach = (column: string, what: string, remedy: string): Error =>
  fail('DPONE_SCHEMA_BREAKING', `column ${column}: ${what}`, { where: `schema_contract.columns.${column}`, remedy });

function refuseNames(columns: readonly Column[], spec: ColumnRules): void {
  const reserved = columns.map((c) => c.name).filter((name) => isReserved(name, spec));
  if (reserved.length > 0)
    throw fail('DPONE_SCHEMA_BREAKING', `the source has columns whose names belong to dpone: ${reserved.join(', ')}`, {
      where: 'source',
      remedy: `Leave them out: source.options.exclude_columns: [${reserved.join(', ')}].`,
    });
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined)
      throw fail('DPONE_SCHEMA_BREAKING', `the source has both "${other}" and "${name}", one name to most targets`, {
        where: 'source',
        remedy: `Leave one out: source.options.exclude_columns: ["${name}"], or rename it at the source.`,
      });
    seen.set(name.toLowerCase(), name);
  }
}
