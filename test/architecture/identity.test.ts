import { expect } from 'chai';
import { sources, withoutComments } from './packages.js';

/** Classes that every copy of a package shares, because the platform owns them. */
const GLOBALS = new Set([
  'Error',
  'TypeError',
  'SyntaxError',
  'RangeError',
  'AggregateError',
  'Date',
  'RegExp',
  'Map',
  'Set',
  'Promise',
  'Uint8Array',
  'ArrayBuffer',
  'AbortSignal',
  'URL',
  'Object',
  'Function',
]);

/** `instanceof` of anything that a plugin may have another copy of. */
export const foreignInstanceof = (text: string): string[] =>
  [...withoutComments(text).matchAll(/\binstanceof\s+([\w.]+)/g)]
    .map((match) => match[1]!)
    .filter((name) => !GLOBALS.has(name));

/** Classes of the SDK: they would be another class in every copy. */
export const exportedClasses = (text: string): string[] =>
  [...withoutComments(text).matchAll(/^export\s+(?:default\s+)?(?:abstract\s+)?class\s+(\w+)/gm)].map(
    (match) => match[1]!,
  );

describe('identity across copies', () => {
  for (const folder of ['core/engine', 'core/cli', 'core/sdk', 'core/testkit'])
    it(`${folder} recognises nothing by its class`, () => {
      for (const { path, text } of sources(folder)) expect(foreignInstanceof(text), path).to.eql([]);
    });

  it('the SDK exports no class', () => {
    for (const { path, text } of sources('core/sdk')) expect(exportedClasses(text), path).to.eql([]);
  });

  it('tsyringe stays in the containers of the CLI', () => {
    for (const folder of ['core/engine', 'core/sdk', 'core/testkit', 'core/cli'])
      for (const { path, text } of sources(folder))
        if (/from ['"](tsyringe|reflect-metadata)['"]|import ['"]reflect-metadata['"]/.test(withoutComments(text)))
          expect(path).to.match(/^core\/cli\/src\/containers\//);
  });

  it('would see what it looks for', () => {
    expect(foreignInstanceof('if (e instanceof DponeError && x instanceof Error) {} // y instanceof Z')).to.eql([
      'DponeError',
    ]);
    expect(exportedClasses('export abstract class A {}\nexport class B {}\nclass C {}')).to.eql(['A', 'B']);
  });
});
