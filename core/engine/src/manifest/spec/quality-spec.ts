import { portablePattern } from '@dpone/sdk';
import type { QualityContract, QualityRule, VolumeBounds } from '../process-spec.js';
import type { ParsedProcess } from '../schema/process-schema.js';
import { INERT_CHECKS } from '../schema/quality-fields.js';

type Check = NonNullable<NonNullable<ParsedProcess['quality']>['checks']>[number];
type Contract = NonNullable<NonNullable<ParsedProcess['quality']>['contract']>;
type ActiveCheck = QualityRule['check'];

const isInert = (type: Check['type']): type is (typeof INERT_CHECKS)[number] =>
  (INERT_CHECKS as readonly string[]).includes(type);

export interface QualitySpec {
  readonly rules: readonly QualityRule[];
  /** Indices of checks that are accepted and not acted on. */
  readonly ignored: readonly number[];
}

/** The rules; `conflict` is told, with the check's index, of what a check lacks or cannot do. */
export function qualitySpec(
  checks: readonly Check[] | undefined,
  conflict: (index: number, message: string) => void,
): QualitySpec {
  const rules: QualityRule[] = [];
  const ignored: number[] = [];
  for (const [index, check] of (checks ?? []).entries()) {
    if (check.mode === 'skip') continue;
    if (isInert(check.type)) ignored.push(index);
    else rules.push({ ...rule(check, check.type, check.mode, (message) => conflict(index, message)), index });
  }
  return { rules, ignored };
}

/** Checks of all of a load: no row can be set aside for them. */
const WHOLE: ReadonlySet<ActiveCheck> = new Set(['min_rows', 'max_null_ratio', 'volume', 'freshness']);
const WITHOUT_COLUMN: ReadonlySet<ActiveCheck> = new Set(['min_rows', 'volume']);
const OF_ONE_COLUMN: ReadonlySet<ActiveCheck> = new Set(['accepted_values', 'max_null_ratio', 'freshness']);

function rule(
  check: Check,
  type: ActiveCheck,
  on: QualityRule['on'],
  conflict: (message: string) => void,
): QualityRule {
  const columns = [...new Set([...(check.columns ?? []), ...(check.column === undefined ? [] : [check.column])])];
  if (!WITHOUT_COLUMN.has(type) && columns.length === 0) conflict(`the check ${type} needs column`);
  if (OF_ONE_COLUMN.has(type) && columns.length > 1) conflict(`the check ${type} takes one column`);
  if (on === 'quarantine' && WHOLE.has(type))
    conflict(`the check ${type} is about the whole load: it can fail or warn, not quarantine`);
  return { check: type, columns, on, ...facts(check, type, conflict) };
}

/** What a check is told besides its columns; `conflict` of what is missing or cannot be meant. */
function facts(check: Check, type: ActiveCheck, conflict: (message: string) => void): Partial<QualityRule> {
  switch (type) {
    case 'accepted_values':
      if ((check.values ?? []).length === 0) conflict('the check accepted_values needs values');
      return { values: check.values ?? [] };
    case 'max_null_ratio':
      if (check.value === undefined || check.value < 0 || check.value > 1)
        conflict('the check max_null_ratio needs a value from 0 to 1');
      return { value: check.value ?? 0 };
    case 'min_rows':
      return { value: check.value ?? 1 };
    case 'range':
    case 'length':
      return bounds(check, type, conflict);
    case 'pattern': {
      const { pattern = '' } = check;
      const portable = portablePattern(pattern);
      if (pattern === '') conflict('the check pattern needs pattern');
      else if ('refused' in portable)
        conflict(`no system of dpone's can be asked for this pattern: ${portable.refused}`);
      return { pattern };
    }
    case 'volume':
      return { volume: volume(check, conflict) };
    case 'freshness': {
      const seconds = secondsOf(check.max_age);
      if (seconds === undefined)
        conflict('the check freshness needs max_age: seconds, or a number with s, m, h or d, as 36h');
      return { maxAgeSeconds: seconds ?? 0 };
    }
    default:
      return {};
  }
}

function bounds(
  { min, max }: Check,
  type: 'range' | 'length',
  conflict: (message: string) => void,
): Pick<QualityRule, 'min' | 'max'> {
  if (min === undefined && max === undefined) conflict(`the check ${type} needs min, max or both`);
  if (type === 'length' && [min, max].some((end) => end !== undefined && !(Number.isInteger(end) && Number(end) >= 0)))
    conflict('the check length needs whole numbers');
  if (min !== undefined && max !== undefined && (typeof min !== typeof max || min > max))
    conflict(`the check ${type} has a min that is not below its max`);
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function volume(check: Check, conflict: (message: string) => void): VolumeBounds {
  const { min_ratio: minRatio, max_ratio: maxRatio, window = 10 } = check;
  const minLoads = check.min_loads ?? Math.min(3, window);
  if (minRatio === undefined && maxRatio === undefined) conflict('the check volume needs min_ratio, max_ratio or both');
  if (minRatio !== undefined && maxRatio !== undefined && minRatio > maxRatio)
    conflict('the check volume has a min_ratio above its max_ratio');
  if (minLoads > window) conflict('the check volume needs more loads (min_loads) than it looks back at (window)');
  return {
    window,
    minLoads,
    ...(minRatio === undefined ? {} : { minRatio }),
    ...(maxRatio === undefined ? {} : { maxRatio }),
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `36h`, `90m`, `2d`, `30s` or a number of seconds, as seconds; undefined for anything else. */
function secondsOf(age: Check['max_age']): number | undefined {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([smhd])?$/.exec(String(age ?? '')) ?? [];
  const seconds = Number(count) * UNITS[unit]!;
  return count === undefined || seconds <= 0 ? undefined : seconds;
}

/** The contract that rows are held against, where one is named. */
export function qualityContract(written: Contract | undefined): QualityContract | undefined {
  if (written === undefined) return undefined;
  if (typeof written === 'string') return { path: written, on: 'fail', rules: {} };
  const { path, object, mode, rules = {} } = written;
  return { path, ...(object === undefined ? {} : { object }), on: mode, rules };
}
