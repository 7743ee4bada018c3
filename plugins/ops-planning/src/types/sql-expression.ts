import { fail } from '@dpone/sdk';

/** What a manifest may say in SQL stays within its own statement. */
export function sqlExpression(value: unknown, at: string): string {
  const text = typeof value === 'string' ? value : '';
  if (text.trim() === '' || /;|--|\/\*/.test(text))
    throw fail('DPONE_MANIFEST_INVALID', `sink.options.physical_design.${at} is no expression.`);
  return text;
}
