import { fail, type ExactJson, withArticle } from '@dpone/sdk';
import {
  isOdcsType,
  isOdcsWarning,
  ODCS_OPERATORS,
  odcsOptionCode,
  type OdcsObject,
  type OdcsProperty,
  type OdcsQualityRule as QualityRule,
} from '@dpone/sdk/odcs';
import { jsonText } from '../compare/canonical-text.js';
import type { Side } from '../compare/side.js';
import { compareResult } from './operators.js';
import { eachRow, EMPTY, isNull, notNull, required, unique, type Rule, type Tally } from './rule.js';
import { optionTest, regularExpression, VALUE_TYPES, type ValueTest } from './value-tests.js';

/** A rule of a contract that needs something else than a reading of the rows. */
export interface SqlRule {
  readonly code: string;
  readonly query: string;
  readonly column: string | undefined;
  readonly rule: QualityRule;
}

export interface OdcsRules {
  readonly rules: readonly Rule[];
  readonly sql: readonly SqlRule[];
  /** Rules that nobody here can check: each is named, for silence would look like agreement. */
  readonly unchecked: readonly string[];
}

/** What an object of an Open Data Contract asks of rows. */
export async function odcsRules(object: OdcsObject, side: Side, where: string): Promise<OdcsRules> {
  const formats = await stringFormats();
  const columnOf = (property: OdcsProperty): string => columnName(property, side);
  const all = new Map(object.properties.map((property) => [property.name, columnOf(property)]));
  const known = side.typed ? new Set(side.columns.keys()) : undefined;
  const found: { rules: Rule[]; sql: SqlRule[]; unchecked: string[] } = { rules: [], sql: [], unchecked: [] };
  const key = object.properties
    .filter(({ primaryKey }) => primaryKey)
    .sort((a, b) => a.primaryKeyPosition - b.primaryKeyPosition)
    .map(columnOf);
  for (const property of object.properties) {
    const column = columnOf(property);
    if (property.required || property.primaryKey || known !== undefined) found.rules.push(required(column, known));
    if (known?.has(column) === false) continue;
    if (property.required || property.primaryKey) found.rules.push(notNull(column));
    if (property.unique) found.rules.push(unique([column], 'nulls_do_not_count'));
    found.rules.push(...typeRules(property, column, side));
    const { logicalType } = property;
    for (const [option, bound] of Object.entries(property.logicalTypeOptions)) {
      const code = `${odcsOptionCode(option)}.${column}`;
      const test = logicalType && optionTest(option, bound, logicalType, formats, `${where} ${column}.${option}`);
      if (test === undefined) found.unchecked.push(code);
      else found.rules.push(valueRule(code, column, test, `break ${option} of ${column} (${jsonText(bound)})`));
    }
    property.quality.forEach((rule, i) => qualityRule(rule, `${column}.${i}`, column, all, found, where));
  }
  if (key.length > 0 && key.every((column) => known?.has(column) !== false))
    found.rules.push(unique(key, 'nulls_count'));
  object.quality.forEach((rule, i) => qualityRule(rule, String(i), undefined, all, found, where));
  return { ...found, rules: found.rules.length === 0 ? [EMPTY] : found.rules };
}

/** The column of a property: by its physical name where the rows have that, without regard to case where a system has none. */
function columnName({ name, physicalName }: OdcsProperty, { columns, typed }: Side): string {
  const names = physicalName === undefined ? [name] : [physicalName, name];
  const exact = names.find((one) => columns.has(one));
  if (exact !== undefined || !typed) return exact ?? name;
  const lower = names.map((one) => one.toLowerCase());
  return [...columns.keys()].find((column) => lower.includes(column.toLowerCase())) ?? physicalName ?? name;
}

function typeRules({ logicalType }: OdcsProperty, column: string, side: Side): Rule[] {
  if (logicalType === undefined) return [];
  const code = `logical_type.${column}`;
  const action = 'Convert the column at the source, or change its type in the contract together with its users.';
  const type = side.columns.get(column);
  if (type === undefined)
    return [
      eachRow({
        code,
        columns: [column],
        bad: ([value]) => !isNull(value) && !VALUE_TYPES[logicalType](value),
        what: `have a ${column} that is no ${logicalType}`,
        action,
      }),
    ];
  const passes = isOdcsType(type, logicalType);
  const message = (): string => `${column} is ${withArticle(type.kind)}, the contract says ${logicalType}.`;
  return [{ code, columns: [], passes: () => passes, message, action }];
}

const valueRule = (code: string, column: string, test: ValueTest, what: string): Rule =>
  eachRow({
    code,
    columns: [column],
    bad: ([value]) => !isNull(value) && !test(value),
    what,
    action: 'Correct the values at the source, or change the contract together with its users.',
  });

function qualityRule(
  rule: QualityRule,
  place: string,
  column: string | undefined,
  all: ReadonlyMap<string, string>,
  found: { readonly rules: Rule[]; readonly sql: SqlRule[]; readonly unchecked: string[] },
  where: string,
): void {
  const code = `quality.${rule.name ?? `${rule.metric ?? rule.type}.${place}`}`;
  if (rule.type === 'sql' && rule.query !== undefined) {
    oneOperator(rule, code, where);
    found.sql.push({ code, query: rule.query, column, rule });
    return;
  }
  if (rule.metric === undefined) {
    found.unchecked.push(code);
    return;
  }
  oneOperator(rule, code, where);
  const { columns, ...counts } = counting(rule, column, all, `${where} ${code}`);
  const percent = rule.unit === 'percent';
  const result = ({ rows, bad }: Tally): number => {
    const count = rule.metric === 'rowCount' ? rows : bad;
    return percent ? (rows === 0 ? 0 : (count * 100) / rows) : count;
  };
  found.rules.push({
    code,
    columns,
    ...counts,
    passes: (tally) => compareResult(result(tally), rule),
    message: (tally) => `${rule.metric} is ${result(tally)} ${percent ? 'percent' : 'rows'} of ${tally.rows}.`,
    action: rule.description ?? 'Look at the rows that the rule counts.',
    ...(isOdcsWarning(rule) ? { warns: true } : {}),
  });
}

function oneOperator(rule: QualityRule, code: string, where: string): void {
  if (ODCS_OPERATORS.filter((operator) => rule[operator] !== undefined).length !== 1)
    throw fail('DPONE_INPUT_INVALID', `${code} has no comparison, or more than one.`, {
      where,
      remedy: `Give it one of ${ODCS_OPERATORS.join(', ')}.`,
    });
}

function counting(
  rule: QualityRule,
  column: string | undefined,
  all: ReadonlyMap<string, string>,
  where: string,
): Pick<Rule, 'columns' | 'bad' | 'repeated'> {
  const { missingValues, validValues, pattern, properties } = rule.arguments;
  const columns = column === undefined ? (properties ?? []).map((name) => all.get(name) ?? name) : [column];
  if (rule.metric === 'rowCount') return { columns: [] };
  if (columns.length === 0)
    throw fail('DPONE_INPUT_INVALID', `${rule.metric} counts values of no property.`, { where });
  const among = (values: readonly ExactJson[]): ValueTest => {
    const texts = new Set(values.map(jsonText));
    return (value) => texts.has(jsonText(value ?? null));
  };
  switch (rule.metric) {
    case 'duplicateValues':
      return { columns, repeated: 'nulls_do_not_count' };
    case 'nullValues':
      return { columns, bad: (values) => values.some(isNull) };
    case 'missingValues': {
      const missing = among(missingValues ?? [null, '']);
      return { columns, bad: (values) => values.some((value) => isNull(value) || missing(value)) };
    }
    default: {
      if (validValues === undefined && pattern === undefined)
        throw fail('DPONE_INPUT_INVALID', 'invalidValues needs validValues or a pattern.', { where });
      const valid = validValues === undefined ? undefined : among(validValues);
      const shape = pattern === undefined ? undefined : regularExpression(pattern, where);
      const invalid = (value: unknown): boolean =>
        !isNull(value) && (valid?.(value) === false || shape?.test(String(value)) === false);
      return { columns, bad: (values) => values.some(invalid) };
    }
  }
}

const CHECKED_FORMATS = ['email', 'uuid', 'uri', 'hostname', 'ipv4', 'ipv6'] as const;

/** Formats of texts, as JSON Schema knows them. */
async function stringFormats(): Promise<Record<string, ValueTest>> {
  const { fullFormats } = await import('ajv-formats/dist/formats.js');
  return Object.fromEntries(
    CHECKED_FORMATS.map((name) => {
      const format = fullFormats[name] as RegExp | ((text: string) => boolean);
      return [
        name,
        (value: unknown) => (format instanceof RegExp ? format.test(String(value)) : format(String(value))),
      ];
    }),
  );
}
