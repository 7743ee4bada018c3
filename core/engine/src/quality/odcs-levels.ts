import { fail, typeName, type Column, type DponeError } from '@dpone/sdk';
import type { OdcsServiceLevel } from '@dpone/sdk/odcs';
import type { PlannedQuality } from './planned-check.js';
import type { OdcsContract } from './read-contract.js';

/** Seconds of the units that the standard names, and of those that people write beside them. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(s|secs?|seconds?)$/i, 1],
  [/^(m|mins?|minutes?)$/i, 60],
  [/^(h|hr|hrs|hours?)$/i, 3600],
  [/^(d|days?)$/i, 86_400],
  [/^(w|weeks?)$/i, 7 * 86_400],
  [/^(y|yr|yrs|years?)$/i, 365 * 86_400],
];
const LEVELS: ReadonlySet<string> = new Set(['latency', 'ly', 'freshness']);

type Levels = Pick<PlannedQuality, 'history' | 'settled'>;

/**
 * The service levels of a contract that a load can hold: how old the newest value of a column may be. The others are
 * about who provides the data and until when; where one of these cannot be asked, that is said.
 * @throws DPONE_OPTION_CONFLICT where the manifest asks for rows to be set aside for one
 */
export function serviceLevels(contract: OdcsContract, columns: readonly Column[]): Levels {
  const found = contract.levels.flatMap((level, i) =>
    LEVELS.has(level.property) ? [levelOf(level, i, contract, columns)] : [],
  );
  return { history: found.flatMap(({ history }) => history), settled: found.flatMap(({ settled }) => settled) };
}

function levelOf(level: OdcsServiceLevel, i: number, contract: OdcsContract, columns: readonly Column[]): Levels {
  const { rules, on: mode } = contract;
  const where = contract.placeOfRoot(['slaProperties', i]);
  const column = columnOf(level.element ?? contract.defaultElement, contract, columns);
  const id = `${level.property}.${column?.name ?? i}`;
  const own = rules[id];
  if (own === 'skip') return { history: [], settled: [] };
  if (own === 'quarantine') throw setsNothingAside('a service level', `${where} ${id}`);
  const on = (own ?? mode) === 'warn' ? 'warn' : 'fail';
  const not = (message: string): Levels => ({
    history: [],
    settled: [{ id, kind: 'freshness', on, from: 'odcs', where, passed: null, message }],
  });
  if (column === undefined) return not('its element is no column of the load');
  if (column.type.kind !== 'timestamp' && column.type.kind !== 'date')
    return not(`${column.name} is ${typeName(column.type)}, no date or timestamp`);
  const size = UNITS.find(([name]) => name.test(level.unit ?? ''))?.[1];
  const value = Number(level.value);
  if (size === undefined || !(value >= 0)) return not('it has no value and unit of time');
  const rule = { kind: 'freshness', column: column.name, maxAgeSeconds: value * size } as const;
  return { history: [{ check: { id, on, rule }, from: 'odcs', where }], settled: [] };
}

/** The refusal of `quarantine` for what is about all rows of a load. */
export const setsNothingAside = (what: string, where: string): DponeError =>
  fail('DPONE_OPTION_CONFLICT', `${what} is about the whole load, so no row can be set aside for it`, {
    where,
    remedy: 'Use fail or warn.',
  });

/** The column that `orders.ordered_at` means; of several elements the one of this object. */
function columnOf(
  element: string | undefined,
  { object }: OdcsContract,
  columns: readonly Column[],
): Column | undefined {
  const objects = new Set([object.name, object.physicalName]);
  for (const one of (element ?? '').split(',').map((text) => text.trim())) {
    const at = one.lastIndexOf('.');
    if (at >= 0 && !objects.has(one.slice(0, at))) continue;
    const property = object.properties.find(({ name }) => name === one.slice(at + 1));
    const names = [property?.physicalName, one.slice(at + 1)].map((name) => name?.toLowerCase());
    const found = columns.find((column) => names.includes(column.name.toLowerCase()));
    if (found !== undefined) return found;
  }
  return undefined;
}
