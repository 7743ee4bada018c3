import type { Explanation } from '@dpone/engine';

/** `sink.strategy.mode = "full_refresh"  (orders.yml:9:20)` and what it replaced, a line each. */
export function explanationText(one: Explanation): string {
  if (!one.exists) return `${one.path} is not set${one.suggestion === null ? '' : `; did you mean ${one.suggestion}?`}`;
  const from = one.place === null ? one.origin : `${one.origin}, ${one.place}`;
  const lines = [`${one.path} = ${JSON.stringify(one.value)}  (${from})`];
  if (one.template !== null) lines.push(`    from the template ${one.template}`);
  for (const { name, set } of one.variables)
    lines.push(`    from the variable ${name}, which is ${set ? 'set' : 'not set'}`);
  for (const below of one.replaced)
    lines.push(`    instead of ${JSON.stringify(below.value)} (${below.origin}, ${below.place})`);
  return lines.join('\n');
}
