import { expect } from 'chai';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { blocksOf, pages, type Block } from './markdown.js';
import { SERVICES } from './services.js';
import { TempProject } from './temp-project.js';

/** A page that says so gets a service of its own; where there is none here, the page is skipped and says why. */
const NEEDS = /<!-- needs: (\w+) -->/g;

const SHELL = new Set(['sh', 'bash', 'shell']);

interface Step {
  readonly block: Block;
  /** The file that the block is written to (`yaml file=orders.yml`), or undefined where it is a script. */
  readonly file?: string;
  readonly script?: string;
  /** The exit code that the page promises; 0 where it promises none. */
  readonly exit: number;
  /** Why it cannot run here. */
  readonly noRun?: string;
}

/** What a page's blocks do: files to write and commands to run, in the page's order. */
function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block) => {
    const file = /(?:^|\s)file=(\S+)/.exec(block.info)?.[1];
    const noRun = /no-run="([^"]*)"/.exec(block.info)?.[1];
    const exit = Number(/(?:^|\s)exit=(\d+)/.exec(block.info)?.[1] ?? 0);
    const prompted = block.text
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => line.slice(2));
    const script = SHELL.has(block.language) ? block.text : prompted.length > 0 ? prompted.join('\n') : undefined;
    if (file === undefined && script === undefined) return [];
    return [
      {
        block,
        exit,
        ...(file === undefined ? { script: script! } : { file }),
        ...(noRun === undefined ? {} : { noRun }),
      },
    ];
  });
}

describe('docs: shell examples', () => {
  for (const page of pages()) {
    const steps = stepsOf(page.blocks);
    if (!steps.some((step) => step.script !== undefined)) continue;

    describe(page.path, () => {
      let project: TempProject;
      let env: Readonly<Record<string, string>> = {};
      const releases: (() => Promise<void>)[] = [];
      before(async function () {
        // What is built once a machine takes its time.
        this.timeout(1_800_000);
        project = new TempProject();
        for (const [, name] of page.text.matchAll(NEEDS)) {
          const service = await SERVICES[name!]!();
          if (typeof service === 'string') return skipWithout(this, service);
          env = { ...env, ...service.env };
          releases.push(service.release);
          if (service.plugins.length > 0) linkPlugins(project, ...service.plugins);
        }
      });
      after(async () => {
        project.remove();
        for (const release of releases) await release();
      });

      for (const step of steps) {
        const name = `line ${step.block.line}: ${step.file ?? step.script!.trim().split('\n')[0]!}`;
        if (step.noRun !== undefined)
          it(`${name} (not run: ${step.noRun})`, () => {
            expect(step.noRun!.length, 'a block that is not run says why').to.be.greaterThan(10);
          });
        else if (step.file !== undefined) it(name, () => project.write(step.file!, step.block.text));
        else
          it(name, async () => {
            const { code, output } = await project.run(step.script!, env);
            expect(code, output).to.equal(step.exit);
          }).timeout(120_000);
      }
    });
  }

  it('a command that fails is found', async () => {
    const [step] = stepsOf(blocksOf('```sh\nfalse\ntrue\n```\n'));
    const project = new TempProject();
    try {
      expect((await project.run(step!.script!)).code).to.equal(1);
    } finally {
      project.remove();
    }
  });
});
