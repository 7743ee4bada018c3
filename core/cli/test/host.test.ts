import 'reflect-metadata';
import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { defineStrategy, fail } from '@dpone/sdk';
import { container } from 'tsyringe';
import { z } from 'zod';
import { ContainerScope } from '../dist/containers/scope.js';
import { validateDefinition } from '../dist/host/validate-definition.js';
import { errorText } from '../dist/render/error.js';
import { progressLine } from '../dist/render/progress-line.js';

const good = defineStrategy({
  summary: 'One.',
  options: z.strictObject({}),
  needs: [],
  uniqueKey: 'none',
  cursor: 'none',
  example: {},
  plan: () => {
    throw new Error('not planned here');
  },
} as never);

describe('what a plugin hands over', () => {
  it('is taken where it fits', () => validateDefinition('p', 'strategy', 'x', good));

  for (const [what, wrong, says] of [
    ['nothing', undefined, 'strategy "x": expected an object made by the SDK (@dpone/Strategy), received nothing'],
    ['an object without a brand', {}, 'strategy "x": expected an object made by the SDK'],
    ['another brand', { ...good, $$type: '@dpone/Source' }, 'expected an object made by the SDK (@dpone/Strategy)'],
    ['another version', { ...good, version: 'v2' }, '.version: expected "v1", received "v2"'],
    ['no summary', { ...good, summary: ' ' }, '.summary: expected a text that is not empty, received " "'],
    [
      'a function as schema',
      { ...good, options: () => 1 },
      '.options: expected a zod schema (zod 4), received a function',
    ],
    ['a schema of another library', { ...good, options: { safeParse: () => 1 } }, '.options: expected a zod schema'],
    [
      'a list that is none',
      { ...good, needs: 'merge' },
      '.needs: expected a list of lists of primitives, received "merge"',
    ],
    ['a word that is none', { ...good, uniqueKey: 'some' }, '.uniqueKey: expected one of required, optional, none'],
    ['no example', { ...good, example: [] }, '.example: expected an object, received a list ([])'],
    ['no function', { ...good, plan: null }, '.plan: expected a function, received null'],
  ] as const)
    it(`is refused with path, expected and received: ${what}`, async () => {
      const error = await expectError(() => validateDefinition('p', 'strategy', 'x', wrong), ['DPONE_PLUGIN_INVALID']);
      expect((error as unknown as Error).message)
        .to.include('plugin p: ')
        .and.to.include(says);
    });
});

describe('the scope of a run', () => {
  const scopeWith = (log: string[]): ContainerScope => {
    const say = (text: string): void => void log.push(text);
    return new ContainerScope(
      container.createChildContainer(),
      { debug: say, info: say, warn: say, error: say },
      'run',
    );
  };
  const closing = (log: string[], name: string) => ({ close: async () => void log.push(name) });

  it('makes an object once, shares it with its children, and closes in reverse order', async () => {
    const log: string[] = [];
    const scope = scopeWith(log);
    const first = await scope.use('a', () => closing(log, 'a'));
    await scope.use('b', () => closing(log, 'b'));
    const child = scope.child('unit');
    expect(await child.use('a', () => closing(log, 'other a'))).to.equal(first);
    await child.use('c', () => closing(log, 'c'));
    await child.dispose();
    expect(log).to.eql(['c']);
    await scope.dispose();
    expect(log).to.eql(['c', 'b', 'a']);
  });

  it('logs a close that fails and closes the others', async () => {
    const log: string[] = [];
    const scope = scopeWith(log);
    await scope.use('a', () => closing(log, 'a'));
    await scope.use('b', () => ({ close: () => Promise.reject(new Error('gone')) }));
    await scope.dispose();
    expect(log).to.eql(['run: closing b failed: gone', 'a']);
  });
});

describe('what a person sees', () => {
  it('progress, within the width', () => {
    const event = { type: 'progress', process: 'orders', phase: 'stage', rows: 1_040_000, bytes: 52_000_000 } as const;
    expect(progressLine({ ...event, total_bytes: 100_000_000 }, 2, 80)).to.equal(
      'orders  [#####-----]  52 %  1,040,000 rows  520,000 rows/s  26.0 MB/s  ETA 1.8 s',
    );
    expect(progressLine(event, 2, 80)).to.equal(
      'orders  [························]  1,040,000 rows  520,000 rows/s  26.0 MB/s',
    );
    expect(progressLine({ ...event, process: 'x'.repeat(40) }, 2, 40)).to.have.lengthOf(40);
  });

  it('an error: what, cause, where, what to do', () => {
    const error = fail('DPONE_SOURCE_READ', 'orders.csv cannot be read', {
      where: 'orders.csv:3',
      remedy: 'Mend it.',
      cause: new Error('bad quote'),
    });
    expect(errorText(error, 80, false)).to.equal(
      'Error DPONE_SOURCE_READ\n  orders.csv cannot be read\n  cause: bad quote\n  at orders.csv:3\n  → Mend it.',
    );
  });
});
