import { cp, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import * as sdk from '@dpone/sdk';

describe('brands across copies of the SDK', () => {
  const folder = fileURLToPath(new URL('../.test-dist/copy', new URL('.', import.meta.url)));
  let copy: typeof sdk;
  before(async () => {
    await cp(fileURLToPath(new URL('.', import.meta.resolve('@dpone/sdk'))), folder, { recursive: true });
    copy = (await import(pathToFileURL(`${folder}/index.js`).href)) as typeof sdk;
  });
  after(() => rm(folder, { recursive: true }));

  it('is really another copy', () => {
    expect(copy.fail).to.not.equal(sdk.fail);
  });

  it('recognises definitions and errors of the other copy', () => {
    const gate = copy.defineGate({
      summary: 's',
      input: z.object({}),
      example: {},
      evaluate: () => ({ schema_version: 'x', passed: true, blockers: [] }),
      view: { title: 'x', facts: [] },
    });
    expect(sdk.hasBrand(gate, 'gate')).to.equal(true);
    expect(sdk.hasBrand(gate, 'sink')).to.equal(false);
    expect(sdk.hasBrand(copy.definePlugin({ register() {} }), 'plugin')).to.equal(true);
    const error = copy.fail('DPONE_FENCED', 'x');
    expect(sdk.isDponeError(error)).to.equal(true);
    expect(sdk.asDponeError(error)).to.equal(error);
  });

  it('takes nothing else for one', () => {
    for (const value of [null, undefined, 1, 'text', {}, { $$type: 'x' }, new Error('x'), () => 1])
      expect(sdk.hasBrand(value, 'error')).to.equal(false);
    expect(sdk.isDponeError({ $$type: '@dpone/Error' })).to.equal(false);
  });
});
