import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TempProject } from '../docs/temp-project.js';
import { EVIDENCE } from './evidence.js';
import { SEED_COMMANDS } from './seed-commands.js';

const CHAINS = ['replay', 'source-sink', 'connector'];

describe('the commands of the documents, as they stand there', () => {
  let project: TempProject;
  before(async () => {
    project = new TempProject();
    for (const [path, text] of Object.entries(EVIDENCE)) project.write(path, text);
    project.write('index.json', '{"passed": true}');
    for (const name of CHAINS) {
      const { code, output } = await project.run(
        `dpone ops evidence-chain --chain-dir test_artifacts/${name}-evidence-chain --release v0.7.1 --artifact-index index.json`,
      );
      expect(code, output).to.equal(0);
    }
  });
  after(() => project.remove());

  /** The documents write `<run_id>` for the id of the run before. */
  const filled = (command: string): string => {
    if (!command.includes('<run_id>')) return command.replace('${{ github.run_id }}', '12345');
    const [entry] = readdirSync(join(project.folder, '.dpone/run-registry')).filter((name) =>
      name.endsWith('__run_registry.json'),
    );
    return command.replaceAll('<run_id>', entry!.slice(0, -'__run_registry.json'.length));
  };

  for (const { command, exit } of SEED_COMMANDS)
    it(`${command.slice(0, 70)}...`, async () => {
      const { code, output } = await project.run(filled(command));
      expect(code, output.slice(0, 2_000)).to.equal(exit);
    });
}).timeout(60_000);
