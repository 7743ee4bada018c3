import { generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runSteps, say, type Step } from './run-steps.js';
import { dponeJson, execute, ROOT } from './shell.js';

const FOLDER = 'test_artifacts/live_certification';
const HELP = `npm run certify -- [--profile local_live|real_local] [--row-count N] [--release NAME]
                 [--source A,B] [--sink A,B] [--strategy A,B] [--case ID,ID]

Certifies this checkout: runs every step of dpone ops live-certification-plan, and ends with
${FOLDER}/release-evidence/release_evidence_pack.json, signed. Fewer rows or cases take less time.
`;

process.exitCode = await certify();

/** Exit code 0: the pack is green, and verifies elsewhere; 1: it is not; 2: the call is wrong. */
async function certify(): Promise<number> {
  const flags = read();
  if (flags === undefined) return 2;
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { profile, 'row-count': rowCount } = flags;
  const release = flags.release ?? `v${version()}`;
  // Evidence of an earlier run proves nothing of this one.
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  const plan = await dponeJson(
    `ops live-certification-plan --profile ${profile} --row-count ${rowCount} --release ${release} --output-dir ${FOLDER}/plan`.split(
      ' ',
    ),
    { cwd: ROOT },
  );
  if (plan.code !== 0) return plan.code;
  const steps = (plan.report['steps'] as Step[]).filter(({ name }) => name !== 'install_native_tooling');
  const signing = keys();
  // Nothing but what signs has the key.
  const red = await runSteps(steps, ({ name }) => (name.endsWith('_release_evidence') ? signing : chosen(flags)));
  const elsewhere = await verifiesElsewhere(signing.DPONE_PUBLIC_KEY);
  say(`${elsewhere ? 'green' : 'red  '} the pack verifies in another folder, with nothing but the public key`);
  say(
    red.length === 0 && elsewhere
      ? `certified: ${FOLDER}/release-evidence/release_evidence_pack.json`
      : `not certified; red: ${[...red, ...(elsewhere ? [] : ['verify_elsewhere'])].join(', ')}`,
  );
  return red.length === 0 && elsewhere ? 0 : 1;
}

function read() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: {
        profile: { ...text, default: 'real_local' },
        'row-count': { ...text, default: '200' },
        release: text,
        source: text,
        sink: text,
        strategy: text,
        case: text,
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return undefined;
  }
}

/** The filters of the matrix: what the shell's own environment says, unless a flag says otherwise. */
function chosen(flags: { source?: string; sink?: string; strategy?: string; case?: string }): Record<string, string> {
  const { source, sink, strategy, case: id } = flags;
  return {
    ...(source === undefined ? {} : { DPONE_MATRIX_SOURCE: source }),
    ...(sink === undefined ? {} : { DPONE_MATRIX_SINK: sink }),
    ...(strategy === undefined ? {} : { DPONE_MATRIX_STRATEGY: strategy }),
    ...(id === undefined ? {} : { DPONE_MATRIX_CASE_ID: id }),
  };
}

/** The keys of the environment, or a pair of this machine's own, made once and kept out of the repository. */
function keys(): { readonly DPONE_SIGNING_KEY: string; readonly DPONE_PUBLIC_KEY: string } {
  const { DPONE_SIGNING_KEY: signing, DPONE_PUBLIC_KEY: known } = process.env;
  if (signing && known) return { DPONE_SIGNING_KEY: signing, DPONE_PUBLIC_KEY: known };
  const folder = join(ROOT, '.dpone/certification');
  const [secret, open] = [join(folder, 'signing.pem'), join(folder, 'signing.pub')];
  if (!existsSync(secret)) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    mkdirSync(folder, { recursive: true });
    writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  }
  say(`signing with ${relative(ROOT, secret)}; who verifies needs ${relative(ROOT, open)}`);
  return { DPONE_SIGNING_KEY: readFileSync(secret, 'utf8'), DPONE_PUBLIC_KEY: readFileSync(open, 'utf8') };
}

/** Another machine has the folder and the public key: no repository, no private key. */
async function verifiesElsewhere(publicKey: string): Promise<boolean> {
  const place = mkdtempSync(join(tmpdir(), 'dpone-elsewhere-'));
  try {
    cpSync(join(ROOT, FOLDER), join(place, FOLDER), { recursive: true });
    writeFileSync(join(place, 'release.pub'), publicKey);
    const dpone = [process.execPath, join(ROOT, 'core/cli/bin/dpone.js'), 'ops'];
    const verify = async (...args: string[]): Promise<boolean> =>
      (await execute([...dpone, ...args], { cwd: place, quiet: true, env: { DPONE_SIGNING_KEY: '' } })).code === 0;
    const signed = await verify(
      'evidence-verify',
      '--public-key',
      'release.pub',
      `--artifact=pack=${FOLDER}/release-evidence/release_evidence_pack.json`,
      `--artifact=chain=${FOLDER}/evidence-chain/evidence_chain_index.json`,
    );
    return signed && (await verify('evidence-chain-verify', '--chain-dir', `${FOLDER}/evidence-chain`, '--files'));
  } finally {
    rmSync(place, { recursive: true });
  }
}

function version(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'core/cli/package.json'), 'utf8')) as { version: string }).version;
}
