import { styleText } from 'node:util';
import { isDponeError, redact, type DponeError } from '@dpone/sdk';
import { wrap } from './wrap.js';

/** What an error says in JSON, on every exit. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly where?: string;
  readonly remedy: string;
}

export const errorJson = (error: DponeError): ErrorJson => ({
  code: error.code,
  message: error.message,
  ...(error.where === undefined ? {} : { where: error.where }),
  remedy: error.remedy,
});

/** What happened, where, what to do: three short paragraphs, wrapped to the terminal. */
export function errorText(error: DponeError, width: number, color: boolean): string {
  const paint = (style: 'red' | 'bold' | 'dim', text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const lines = [`${paint('red', 'Error')} ${paint('bold', error.code)}`, wrap(error.message, width, '  ')];
  const cause = causeOf(error);
  if (cause !== undefined) lines.push(wrap(`cause: ${cause}`, width, '  '));
  if (error.where !== undefined) lines.push(wrap(`at ${error.where}`, width, '  '));
  lines.push(wrap(`→ ${error.remedy}`, width, '  '));
  return lines.join('\n');
}

/** The first cause's own words, where the message does not repeat them already. */
function causeOf(error: DponeError): string | undefined {
  // The system's own words for that say nothing more.
  if (error.code === 'DPONE_FILE_NOT_FOUND') return undefined;
  let cause: unknown = error.cause;
  while (isDponeError(cause) && cause.cause !== undefined) cause = cause.cause;
  if (!(cause instanceof Error)) return undefined;
  const words = redact(cause.message.split('\n')[0] ?? '');
  return words === '' || error.message.includes(words) ? undefined : words;
}
