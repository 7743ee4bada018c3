import { join } from 'node:path';
import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { checkDocs } from '@dpone/ops-release';
import type { GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

describe('check-docs', () => {
  const w = inWorkspace();
  const check = (more: Record<string, unknown> = {}): Promise<GateReport> => w.run(checkDocs, more);
  const issues = async (): Promise<string[]> =>
    ((await check())['issues'] as { kind: string; lineno: number; target: string }[]).map(
      ({ kind, lineno, target }) => `${lineno} ${kind} ${target}`,
    );

  it('follows links to files, pages and headings', async () => {
    await w.put(
      'docs/b.md',
      '# Two -- Words, `and` *more*\n# Same\n# Same\n## Größe_x\n<a id="Here"></a>\n# Own {#mine}\n',
    );
    await w.put('docs/with space (1).md', '');
    await w.put('docs/p.png', '');
    await w.put('docs/sub/c.md', '[up](../b.md#same-1)');
    await w.put('NOTES.md', '');
    await w.put(
      'docs/a.md',
      [
        '[1](b.md) [2](b.md#two-words-and-more "a title") [3](b.md#same-1) [4](<with space (1).md>) [5](with%20space%20(1).md)',
        '[6](b.md#größex) [7](b.md#gr%C3%B6%C3%9Fex) [8](b.md#Here) [9](b.md#mine) [10](sub/) [11](/docs/b.md) [12](p.png)',
        '![no](none.png) [x](https://x.y/z.md) [m](mailto:a@b) `[code](none.md)` \\[no](none.md) [![i](none.png)](b.md)',
        '```md',
        '[fenced](none.md)',
        '~~~',
        '```',
        '~~~',
        '[fenced](none.md)',
        '~~~',
        '[f](gone.md) [a](b.md#none) [s](#none) [p](p.png#x) [o](../NOTES.md) [d](sub/#x)',
      ].join('\r\n'),
    );
    expect(await issues()).to.eql([
      '11 anchor-on-non-markdown p.png#x',
      '11 anchor-on-non-markdown sub/#x',
      '11 missing-anchor #none',
      '11 missing-anchor b.md#none',
      '11 missing-file gone.md',
      '11 missing-markdown-target ../NOTES.md',
    ]);
    const report = await check();
    expect(report).to.include({
      ok: false,
      passed: false,
      checked_file_count: 4,
      checked_link_count: 20,
      issue_count: 6,
    });
    expect((report['issues'] as { source_path: string }[])[0]!.source_path).to.equal(join(w.cwd, 'docs/a.md'));
  });

  it("takes the project's own page, unless it is left out", async () => {
    await w.put('docs/a.md', '');
    await w.put('README.md', '[x](none.md)');
    expect(await issues()).to.eql(['1 missing-file none.md']);
    expect(await check({ no_root_readme: true })).to.include({ ok: true, checked_file_count: 1 });
  });

  it('finds the project upwards', async () => {
    await w.put('pyproject.toml', '');
    await w.put('docs/a.md', '');
    await w.put('deep/er/x.txt', '');
    const report = await w.run(checkDocs, {}, { cwd: join(w.cwd, 'deep/er') });
    expect(report['checked_file_count']).to.equal(1);
  });

  it('refuses when there is nothing to check', async () => {
    await expectError(() => check(), ['DPONE_INPUT_INVALID']);
    await w.put('docs/a.txt', '');
    await expectError(() => check(), ['DPONE_INPUT_INVALID']);
  });
});
