import { portablePattern, type Column, type Counted, type PredicateValue, type RowRule } from '@dpone/sdk';
import { selectOnly, type OdcsQualityRule } from '@dpone/sdk/odcs';
import { rangesOf, wantsNone } from './odcs-comparison.js';
import type { CanCheck, Translated } from './translated.js';
import { canCompare } from './value-bounds.js';

type Made = { readonly rules: readonly Translated[] } | { readonly refused: string };

/** What a quality rule of a contract asks of staging; `columns` are its own, or those that its arguments name. */
export function metricRules(rule: OdcsQualityRule, columns: readonly Column[], can: CanCheck): Made {
  if (rule.type === 'sql') return queryRule(rule, columns, can);
  if (rule.type !== 'library') return notEvaluated(rule.type, BY_ITS_TYPE[rule.type]);
  if (rule.metric === undefined) return { refused: 'needs a metric' };
  const ranges = rangesOf(rule);
  if ('refused' in ranges) return ranges;
  if (rule.unit !== 'rows' && rule.unit !== 'percent') return { refused: `has the unit ${rule.unit}: rows or percent` };
  const { unit } = rule;
  const count = (counted: Counted): Translated => ({ rule: { kind: 'count', counted, unit, within: ranges } });
  if (rule.metric === 'rowCount') return { rules: [count({ what: 'rows' })] };
  if (columns.length === 0) return { refused: 'names no property' };
  if (rule.metric === 'duplicateValues')
    return { rules: [count({ what: 'repeated', columns: columns.map((c) => c.name) })] };
  const broken = rowRules(rule, columns);
  if ('refused' in broken) return broken;
  if ('unsaid' in broken) return notEvaluated(rule.metric, broken.unsaid);
  if (wantsNone(ranges, unit)) return { rules: broken.rules.map((row) => ({ rule: row })) };
  return broken.rules.length === 1
    ? { rules: [count({ what: 'broken', rule: broken.rules[0]! })] }
    : notEvaluated(rule.metric, 'a load does not count rows that break one of several conditions; write one rule each');
}

const BY_ITS_TYPE = {
  text: 'a sentence is for people to judge',
  custom: 'it is for the engine that it names',
} as const;

/** A query is asked where it is one SELECT, and its answer a number; who could slip more into it is refused. */
function queryRule(rule: OdcsQualityRule, columns: readonly Column[], can: CanCheck): Made {
  if (rule.query === undefined) return { refused: 'needs a query' };
  const select = selectOnly(rule.query);
  if ('refused' in select) return { refused: `${select.refused}: write one SELECT of one value` };
  const ranges = rangesOf(rule);
  if ('refused' in ranges) return ranges;
  if (!can('query')) return notEvaluated('sql', 'the sink runs no queries; dpone ops contract-check does');
  const names = columns.map(({ name }) => name);
  return { rules: [{ rule: { kind: 'query', query: select.query, columns: names, within: ranges } }] };
}

const notEvaluated = (kind: string, message: string): Made => ({
  rules: [{ settled: { kind, passed: null, message } }],
});

/** The rules that a row breaks which the metric counts; any of them, where there are several. */
function rowRules(
  rule: OdcsQualityRule,
  columns: readonly Column[],
): { readonly rules: readonly RowRule[] } | { readonly refused: string } | { readonly unsaid: string } {
  const { missingValues = [null, ''], validValues, pattern } = rule.arguments;
  if (rule.metric === 'nullValues' && columns.length === 1)
    return { rules: [{ kind: 'not_null', column: columns[0]!.name }] };
  if (rule.metric === 'nullValues')
    return {
      rules: [
        {
          kind: 'predicate',
          predicate: { op: 'and', all: columns.map(({ name }) => ({ op: 'is_not_null', column: name })) },
        },
      ],
    };
  if (rule.metric === 'missingValues') {
    const there = columns.map(({ name, type }) => {
      const values = comparable(missingValues, type);
      const known = { op: 'is_not_null', column: name } as const;
      return values.length === 0 ? [known] : [known, { op: 'not_in', column: name, values } as const];
    });
    return { rules: [{ kind: 'predicate', predicate: { op: 'and', all: there.flat() } }] };
  }
  if (validValues === undefined && pattern === undefined) return { refused: 'needs validValues or a pattern' };
  const rules: RowRule[] =
    validValues === undefined
      ? []
      : columns.map(({ name, type }) => {
          return { kind: 'accepted_values', column: name, values: comparable(validValues, type) };
        });
  if (pattern === undefined) return { rules };
  const portable = portablePattern(pattern);
  if ('refused' in portable) return { unsaid: `systems do not read this pattern alike: ${portable.refused}` };
  return {
    rules: [
      ...rules,
      ...columns.map(({ name }) => ({ kind: 'pattern', column: name, pattern: portable.pattern }) as const),
    ],
  };
}

/** Of these values the ones that a column can have at all; a system refuses to compare it with the others. */
const comparable = (values: readonly unknown[], type: Column['type']): PredicateValue[] =>
  values.filter((value): value is string | number | boolean => canCompare(type, value as PredicateValue));
