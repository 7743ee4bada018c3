import { ERRORS } from '@dpone/sdk';
import { expect } from 'chai';
import { environmentVariables } from '../docs/environment-variables.js';
import { packages, sources, withoutComments } from './packages.js';

/** Codes of the table that nothing throws yet: they are for plugins of other systems. */
const RESERVED: readonly string[] = ['DPONE_AUTH_FAILED', 'DPONE_PRIVILEGE_MISSING'];

const TABLE = 'core/sdk/src/errors/table.ts';

/** Codes in strings; environment variables share the prefix and are read from `env`. */
export const codesIn = (text: string): string[] => {
  const code = withoutComments(text).replaceAll(/\benv\s*(\.\s*|\[\s*['"])DPONE_\w+/g, '');
  return [...code.matchAll(/['"`](DPONE_[A-Z_]+)['"`]/g)].map((match) => match[1]!);
};

describe('error codes', () => {
  const used = new Map<string, string>();
  for (const pkg of packages)
    for (const { path, text } of sources(pkg.folder))
      if (path !== TABLE) for (const code of codesIn(text)) used.set(code, path);

  it('every code that is used stands in the table', () => {
    const variables = environmentVariables();
    const unknown = [...used].filter(([code]) => !(code in ERRORS) && !variables.has(code));
    expect(unknown).to.eql([]);
  });

  it('every code of the table is used, or reserved for plugins', () => {
    const idle = Object.keys(ERRORS).filter((code) => !used.has(code) && !RESERVED.includes(code));
    expect(idle).to.eql([]);
  });

  it('a reserved code is one of the table', () => {
    expect(RESERVED.filter((code) => !(code in ERRORS))).to.eql([]);
  });

  it('would see a code', () => {
    expect(codesIn("throw fail('DPONE_NEW', `x`); env['DPONE_DEBUG']; env.DPONE_OTHER; // 'DPONE_COMMENT'")).to.eql([
      'DPONE_NEW',
    ]);
  });
});
