import {
  fail,
  portablePattern,
  typeName,
  type Column,
  type PredicateValue,
  type Schema,
  type StagingCheck,
} from '@dpone/sdk';
import type { ProcessSpec, QualityRule } from '../manifest/process-spec.js';
import { whereOf } from '../plan/where.js';
import type { HistoryCheck, PlannedCheck, PlannedHistory } from './planned-check.js';
import { canCompare, withinBounds } from './value-bounds.js';

/** The rules of `quality.checks` that staging is asked for. */
export function stagingChecks(spec: ProcessSpec, columns: readonly Column[]): PlannedCheck[] {
  return ruled(spec, false).flatMap(({ rule, where }) => {
    const meant = rule.columns.map((name) => columnOf(name, rule, columns, where));
    return stagingOf(rule, meant, where).map((check) => ({ check, from: 'quality' as const, where }));
  });
}

/** The rules of `quality.checks` against earlier loads and the clock. */
export function historyChecks(spec: ProcessSpec, columns: readonly Column[]): PlannedHistory[] {
  return ruled(spec, true).map(({ rule, where }) => {
    const meant = rule.columns.map((name) => columnOf(name, rule, columns, where));
    return { check: historyOf(rule, meant, where), from: 'quality', where };
  });
}

/** The columns that a rule of {@link historyChecks} can name where nothing is read: those of the target. */
export const datedColumns = (spec: ProcessSpec, target: Schema | null): Column[] =>
  ruled(spec, true).flatMap(({ rule }) =>
    rule.columns.map((name) => {
      const found = target?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
      return found ?? { name, type: { kind: 'timestamp', precision: 6, tz: true }, nullable: true };
    }),
  );

const ruled = (spec: ProcessSpec, past: boolean): { readonly rule: QualityRule; readonly where: string }[] =>
  spec.quality
    .map((rule, i) => ({ rule, where: whereOf(spec, `quality.checks[${rule.index ?? i}]`) }))
    .filter(({ rule }) => (rule.check === 'volume' || rule.check === 'freshness') === past);

function columnOf(name: string, rule: QualityRule, columns: readonly Column[], where: string): Column {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw fail(
    'DPONE_MANIFEST_INVALID',
    `the quality rule ${rule.check} names the column "${name}", which is not loaded`,
    {
      where,
      remedy: `Loaded are: ${columns.map((column) => column.name).join(', ')}.`,
    },
  );
}

function historyOf(rule: QualityRule, [column]: readonly Column[], where: string): HistoryCheck {
  const on = rule.on === 'warn' ? 'warn' : 'fail';
  if (rule.check === 'volume') return { id: 'volume', on, rule: { kind: 'volume', ...rule.volume! } };
  if (column!.type.kind !== 'timestamp' && column!.type.kind !== 'date')
    throw fail('DPONE_MANIFEST_INVALID', `freshness of ${column!.name}, which is ${typeName(column!.type)}`, {
      where,
      remedy: 'Name a column of dates or timestamps.',
    });
  const { name } = column!;
  const maxAgeSeconds = rule.maxAgeSeconds!;
  return { id: `freshness.${name}`, on, rule: { kind: 'freshness', column: name, maxAgeSeconds } };
}

function stagingOf(rule: QualityRule, columns: readonly Column[], where: string): StagingCheck[] {
  const { on } = rule;
  const names = columns.map(({ name }) => name);
  switch (rule.check) {
    case 'not_null':
      return names.map((column) => ({ id: `not_null.${column}`, kind: 'not_null', column, on }));
    case 'unique':
      return [{ id: `unique.${names.join('+')}`, kind: 'unique', columns: names, on }];
    case 'accepted_values':
      return names.map((column) => {
        return { id: `accepted_values.${column}`, kind: 'accepted_values', column, values: rule.values ?? [], on };
      });
    case 'min_rows':
      return [{ id: 'min_rows', kind: 'min_rows', rows: rule.value ?? 1, on }];
    case 'max_null_ratio':
      return names.map((column) => {
        return { id: `max_null_ratio.${column}`, kind: 'max_null_ratio', column, ratio: rule.value ?? 0, on };
      });
    case 'range':
      return columns.map((column) => rangeOf(rule, column, where));
    case 'length':
      return names.map((column) => {
        const { min, max } = rule;
        const ends = {
          ...(min === undefined ? {} : { min: Number(min) }),
          ...(max === undefined ? {} : { max: Number(max) }),
        };
        return { id: `length.${column}`, kind: 'length', column, ...ends, on };
      });
    case 'pattern': {
      const portable = portablePattern(rule.pattern ?? '');
      if ('refused' in portable) throw fail('DPONE_MANIFEST_INVALID', `the pattern: ${portable.refused}`, { where });
      const { pattern } = portable;
      return names.map((column) => ({ id: `pattern.${column}`, kind: 'pattern', column, pattern, on }));
    }
    default:
      return [];
  }
}

function rangeOf({ min, max, on }: QualityRule, { name, type }: Column, where: string): StagingCheck {
  const wrong = [min, max].find((end) => end !== undefined && !canCompare(type, end as PredicateValue));
  if (wrong !== undefined)
    throw fail('DPONE_MANIFEST_INVALID', `${name} is ${typeName(type)} and cannot be compared with "${wrong}"`, {
      where,
      remedy: 'Write numbers as 10, dates as "2026-01-31", timestamps as "2026-01-31T08:00:00Z".',
    });
  const ends = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return { id: `range.${name}`, kind: 'predicate', predicate: withinBounds(name, ends), on };
}
