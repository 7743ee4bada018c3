import type { ResyncResult } from '@dpone/engine';
import type { Predicate } from '@dpone/sdk';
import { runText } from './run-result.js';

export function resyncText({ process, part, plan, result }: ResyncResult, format: string): string {
  const what = `${process}: the rows where ${words(part)}`;
  if (plan !== null)
    return [
      `${what} would be read again and replaced`,
      ...plan.warnings.map((warning) => `  warning: ${warning}`),
      ...plan.statements.map((statement) => `  ${statement}`),
      'Nothing was changed. Pass --yes to do it.',
    ].join('\n');
  return `${what}\n${result === null ? '' : runText({ passed: result.passed, exit: 0, processes: [result] }, format)}`;
}

const SIGNS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** The conditions that a part is made of. */
function words(part: Predicate): string {
  switch (part.op) {
    case 'in':
      return `${part.column} in (${part.values.join(', ')})`;
    case 'and':
      return part.all.map(words).join(' and ');
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return `${part.column} ${SIGNS[part.op]} ${part.value}`;
    default:
      return JSON.stringify(part);
  }
}
