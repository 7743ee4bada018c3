import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const FOLDER = new URL('../../test/golden/', import.meta.url);

/** Holds statements against the reviewed file of a name; `DPONE_WRITE_GOLDEN=1` writes it. */
export function expectGolden(name: string, statements: readonly string[]): void {
  const path = fileURLToPath(new URL(`${name}.sql`, FOLDER));
  const text = `${statements.map((s) => (s.startsWith('--') ? s : `${s};`)).join('\n')}\n`;
  if (process.env['DPONE_WRITE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text, name).to.equal(readFileSync(path, 'utf8'));
}
