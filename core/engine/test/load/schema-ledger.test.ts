import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProcesses } from '@dpone/engine';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from '../support/memory-project.js';

describe('the ledger of schema changes', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject();
    project.store.put('source_orders', COLUMNS, orders(1, 3, 1));
  });
  afterEach(() => project.remove());

  const FOLDER = '.dpone/schema-ledger/orders';

  it('is written by the next run where a load ended between its commit and the ledger', async () => {
    const reached = new Promise<void>((resolve) => {
      void runProcesses(project.host, [memorySpec({})], {
        onEvent: (event) => {
          if (event.type !== 'step' || event.step !== 'finalize.committed') return undefined;
          resolve();
          project.store.crash();
          return new Promise(() => undefined);
        },
      });
    });
    await reached;
    expect(project.files(FOLDER)).to.deep.equal([]);
    const loadId = project.store.durable.receipts[0]!.loadId;
    await runProcesses(project.host, [memorySpec({})]);
    expect(project.files(FOLDER)).to.include(`${loadId}.json`);
    const written = JSON.parse(readFileSync(join(project.path, FOLDER, `${loadId}.json`), 'utf8')) as {
      readonly status: string;
      readonly changes: readonly { readonly description: string }[];
    };
    expect(written.status).to.equal('applied');
    expect(written.changes[0]!.description).to.match(/^create table \(id /);
  });
});
