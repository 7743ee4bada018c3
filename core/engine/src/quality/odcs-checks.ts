import { fail, nearest, typeName, type Column, type StagingRule } from '@dpone/sdk';
import { isOdcsType, isOdcsWarning, odcsOptionCode, type OdcsProperty, type OdcsQualityRule } from '@dpone/sdk/odcs';
import type { QualityMode } from '../manifest/process-spec.js';
import type { Path } from '../manifest/read/node.js';
import { metricRules } from './odcs-metric.js';
import { optionRule } from './odcs-option.js';
import type { PlannedQuality, Settled } from './planned-check.js';
import type { OdcsContract } from './read-contract.js';
import { serviceLevels, setsNothingAside } from './odcs-levels.js';
import type { CanCheck, Translated } from './translated.js';

interface Found {
  readonly id: string;
  readonly path: Path;
  readonly translated: Translated;
  readonly severity?: OdcsQualityRule;
}

/** Rules that one row can break, so that it can be set aside for them. */
const OF_ROWS: ReadonlySet<string> = new Set([
  'not_null',
  'accepted_values',
  'predicate',
  'length',
  'pattern',
  'unique',
]);

/**
 * What a contract asks of a load, as checks of staging. Rules that a load cannot answer are named.
 * @throws DPONE_MANIFEST_INVALID with the line where a rule makes no sense
 */
export function odcsChecks(contract: OdcsContract, columns: readonly Column[], can: CanCheck): PlannedQuality {
  const found = [...rulesOf(contract, columns, can)];
  const levels = serviceLevels(contract, columns);
  refuseUnknown(contract, [...found, ...levels.settled, ...levels.history.map(({ check }) => check)]);
  const staging = [];
  const settled: Settled[] = [];
  for (const { id, path, translated, severity } of found) {
    const own = contract.rules[id];
    if (own === 'skip') continue;
    const where = contract.placeOf(path);
    const on = modeOf(contract, own, severity, translated, `${where} ${id}`);
    if ('rule' in translated) staging.push({ check: { id, on, ...translated.rule }, from: 'odcs' as const, where });
    else settled.push({ id, on, from: 'odcs', where, ...translated.settled });
  }
  return { staging, history: levels.history, settled: [...settled, ...levels.settled] };
}

function modeOf(
  contract: OdcsContract,
  own: QualityMode | undefined,
  severity: OdcsQualityRule | undefined,
  translated: Translated,
  where: string,
): QualityMode {
  const ofRows = 'rule' in translated && OF_ROWS.has(translated.rule.kind);
  if (own === 'quarantine' && !ofRows) throw setsNothingAside('the rule', where);
  if (own !== undefined) return own;
  if (severity !== undefined && isOdcsWarning(severity)) return 'warn';
  return contract.on === 'quarantine' && !ofRows ? 'fail' : contract.on;
}

function refuseUnknown({ rules, placeOf }: OdcsContract, found: readonly { readonly id: string }[]): void {
  const ids = found.map(({ id }) => id);
  const unknown = Object.keys(rules).find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  const near = nearest(unknown, ids);
  throw fail('DPONE_MANIFEST_INVALID', `quality.contract.rules names "${unknown}", which is no rule of the contract`, {
    where: placeOf([]),
    remedy: near === undefined ? `It has ${ids.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

function* rulesOf({ object, placeOf }: OdcsContract, columns: readonly Column[], can: CanCheck): Generator<Found> {
  const columnOf = (name: string): Column | undefined => {
    const property = object.properties.find((p) => p.name === name);
    const names = [property?.physicalName, name].flatMap((one) => (one === undefined ? [] : [one.toLowerCase()]));
    return columns.find((column) => names.includes(column.name.toLowerCase()));
  };
  const key: { readonly column: Column; readonly position: number }[] = [];
  for (const [i, property] of object.properties.entries()) {
    const path = ['properties', i];
    const column = columnOf(property.name);
    const name = column?.name ?? property.name;
    yield { id: `required_columns.${name}`, path, translated: present(column, name) };
    if (column === undefined) continue;
    if (property.primaryKey) key.push({ column, position: property.primaryKeyPosition });
    yield* ofProperty(property, column, path, can);
    for (const [q, rule] of property.quality.entries())
      yield* ofQuality(rule, `${name}.${q}`, [column], [...path, 'quality', q], placeOf, can);
  }
  const whole = object.properties.filter((property) => property.primaryKey).length === key.length;
  if (key.length > 0 && whole) {
    const names = key.toSorted((a, b) => a.position - b.position).map(({ column }) => column.name);
    const rule = { kind: 'unique', columns: names } as const;
    yield { id: `unique.${names.join('+')}`, path: ['properties'], translated: { rule } };
  }
  for (const [q, rule] of object.quality.entries()) {
    const path = ['quality', q];
    const meant = (rule.arguments.properties ?? []).map((name) => ({ name, column: columnOf(name) }));
    const absent = meant.find(({ column }) => column === undefined);
    if (absent !== undefined) throw nonsense(`names ${absent.name}, which is not loaded`, rule, placeOf(path));
    yield* ofQuality(
      rule,
      String(q),
      meant.map(({ column }) => column!),
      path,
      placeOf,
      can,
    );
  }
}

const present = (column: Column | undefined, name: string): Translated => ({
  settled: {
    kind: 'required_columns',
    passed: column !== undefined,
    message: column === undefined ? `the load has no column ${name}` : `the load has the column ${name}`,
  },
});

function* ofProperty(property: OdcsProperty, column: Column, path: Path, can: CanCheck): Generator<Found> {
  const { logicalType } = property;
  const { name } = column;
  const must = property.required || property.primaryKey;
  if (must) yield { id: `not_null.${name}`, path, translated: { rule: { kind: 'not_null', column: name } } };
  if (property.unique && !property.primaryKey) {
    const none = { kind: 'count', unit: 'rows', within: [{ max: 0 }] } as const;
    const rule: StagingRule = must
      ? { kind: 'unique', columns: [name] }
      : { ...none, counted: { what: 'repeated', columns: [name] } };
    yield { id: `unique.${name}`, path, translated: { rule } };
  }
  const fits = logicalType === undefined || isOdcsType(column.type, logicalType);
  const typed = `${name} is ${typeName(column.type)}, the contract says ${logicalType}`;
  if (logicalType !== undefined) {
    const settled = { kind: 'logical_type', passed: fits, message: typed };
    yield { id: `logical_type.${name}`, path: [...path, 'logicalType'], translated: { settled } };
  }
  for (const [option, bound] of Object.entries(property.logicalTypeOptions)) {
    const translated = fits
      ? optionRule(option, bound, column, can)
      : { settled: { kind: odcsOptionCode(option), passed: null, message: typed } };
    yield { id: `${odcsOptionCode(option)}.${name}`, path: [...path, 'logicalTypeOptions', option], translated };
  }
}

function* ofQuality(
  rule: OdcsQualityRule,
  position: string,
  columns: readonly Column[],
  path: Path,
  placeOf: OdcsContract['placeOf'],
  can: CanCheck,
): Generator<Found> {
  const id = `quality.${rule.name ?? `${rule.metric ?? rule.type}.${position}`}`;
  const made = metricRules(rule, columns, can);
  if ('refused' in made) throw nonsense(made.refused, rule, placeOf(path));
  for (const [i, translated] of made.rules.entries())
    yield { id: i === 0 ? id : `${id}.${i + 1}`, path, translated, severity: rule };
}

const nonsense = (what: string, rule: OdcsQualityRule, where: string): Error =>
  fail('DPONE_MANIFEST_INVALID', `the quality rule ${rule.name ?? rule.metric ?? rule.type} ${what}`, { where });
