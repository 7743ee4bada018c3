import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { flagsOf } from './arguments.js';
import { runSteps, say, type Step } from './run-steps.js';
import { dponeJson, ROOT } from './shell.js';

/** `npm run certify:full`: runs every step of `dpone ops certification-automation-plan`, and says which are red. */
const FOLDER = 'test_artifacts/full_certification';
const flags = flagsOf({ profile: 'mock_contract', 'row-count': '1000' });
rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
const plan = `ops certification-automation-plan --profile ${flags.profile} --row-count ${flags['row-count']}`;
const { code, report } = await dponeJson([...plan.split(' '), `--output-dir=${FOLDER}/automation`], { cwd: ROOT });
if (code === 0) {
  const red = await runSteps(report['steps'] as Step[]);
  say(red.length === 0 ? `certified: ${FOLDER}` : `not certified; red: ${red.join(', ')}`);
  process.exitCode = red.length === 0 ? 0 : 1;
} else process.exitCode = code;
