import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `npm run services:up` leaves while servers of Compose run: the variables that name them. */
export const RECORD =
  process.env['DPONE_TEST_SERVICES_RECORD'] ||
  fileURLToPath(new URL('../../../.dpone/test-services.json', import.meta.url));

let recorded: Readonly<Record<string, string>> | undefined;

/**
 * The server that tests are to use in place of one of their own: named by the environment, or running by Compose. A
 * variable that is set and empty asks for a server of the tests' own.
 */
export function given(variable: string): string | undefined {
  const named = process.env[variable];
  if (named !== undefined) return named || undefined;
  recorded ??= readRecord();
  return recorded[variable];
}

function readRecord(): Readonly<Record<string, string>> {
  if (!existsSync(RECORD)) return {};
  const found = JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, string>;
  process.stderr.write(`test services: Compose runs ${Object.keys(found).length} of them (${RECORD})\n`);
  return found;
}
