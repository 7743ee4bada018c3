import {
  defineGate,
  fail,
  folderInput,
  isoTimestamp,
  jsonInput,
  stableJson,
  type ExactJson,
  type GateContext,
  type Receipt,
} from '@dpone/sdk';
import { z } from 'zod';
import { openLoads } from '../packages/open-load.js';
import { PACKAGES, packageFile, readPackage, type LoadPackage } from '../packages/load-package.js';
import { idInput } from '../safe-input.js';

const json: z.ZodType<ExactJson> = z.any();

const input = z.strictObject({
  dir: folderInput(PACKAGES, 'The folder of the load packages.'),
  load_id: idInput('The package, as package-start printed it or a run recorded it.'),
  rows_loaded: z.int().min(0).describe('Rows that are in the target.'),
  state_after_json: jsonInput(
    z.record(z.string(), json),
    'The state that the load leaves. An object; empty by default.',
  ).default({}),
  manifest: z
    .string()
    .optional()
    .describe("The manifest of a load that dpone began: the target's receipt then decides, not what is said here."),
  selector: z.string().optional().describe('The process, where the manifest has several.'),
});
type Input = z.output<typeof input>;

/** Closes a load package, once, by rules: state may be taken from a committed package only. */
export const packageCommit = defineGate({
  summary: 'Commit a load package',
  description:
    'Red, and nothing is written, for a package that failed, was cancelled, or is committed with other figures; for one that a run of dpone left open, unless --manifest is given and the receipt in the target proves it. The same commit again is green.',
  input,
  folder: 'dir',
  serial: true,
  example: { load_id: '01JLOAD0000000000000000000', rows_loaded: 10_000, state_after_json: '{"xmin":"845221"}' },
  evaluate: async (given, ctx) => {
    const found = await readPackage(ctx.cwd, given.dir, given.load_id);
    const proof = given.manifest === undefined ? undefined : await receiptOf(given, found, ctx);
    const open = (await openLoads(ctx.cwd, given.dir)).includes(given.load_id);
    const blockers = [...transition(found, given), ...(open ? ownership(proof, given) : [])];
    const commits = blockers.length === 0 && found.status !== 'committed';
    const after: LoadPackage = commits
      ? {
          ...found,
          status: 'committed',
          rows_loaded: given.rows_loaded,
          state_after: given.state_after_json,
          updated_at: isoTimestamp(ctx.clock.now()),
          error: null,
        }
      : found;
    return {
      ...after,
      schema_version: 'dpone.ops.load_package.v1',
      passed: blockers.length === 0,
      blockers,
      written: commits,
      receipt: proof === undefined ? null : proof && { committed_at: proof.committedAt, rows: rowsOf(proof) },
    };
  },
  files: (report) => (report.written ? [{ path: `${report.load_id}.json`, json: packageFile(report) }] : []),
  view: {
    title: 'load package',
    facts: ['run_id', 'load_id', 'target', 'chunk_id', 'status', 'rows_loaded', 'updated_at'],
    runbook: [
      'package.failed, package.cancelled: the load did not take effect. Begin a new package.',
      'package.already_committed: somebody has committed it with other figures. Find out which are right; a committed package is not changed.',
      'package.open_load: a run of dpone began this load. Run it again, which settles it by its receipt, or pass --manifest.',
      'package.receipt_missing, package.receipt_differs: what is said here is not what the target says.',
    ],
  },
});

const rowsOf = (receipt: Receipt): number => receipt.inserted + receipt.updated;

function transition(found: LoadPackage, { rows_loaded, state_after_json }: Input): string[] {
  switch (found.status) {
    case 'failed':
    case 'cancelled':
      return [`package.${found.status}`];
    case 'committed': {
      const same = BigInt(found.rows_loaded) === BigInt(rows_loaded) && sameJson(found.state_after, state_after_json);
      return same ? [] : ['package.already_committed'];
    }
    default:
      return [];
  }
}

const sameJson = (a: unknown, b: unknown): boolean => stableJson(a) === stableJson(b);

/** A load that dpone began is in the target or is not, whatever anybody says. */
function ownership(proof: Receipt | null | undefined, { rows_loaded }: Input): string[] {
  if (proof === undefined) return ['package.open_load'];
  if (proof === null) return ['package.receipt_missing'];
  return rowsOf(proof) === rows_loaded ? [] : ['package.receipt_differs'];
}

async function receiptOf({ manifest, selector }: Input, found: LoadPackage, ctx: GateContext): Promise<Receipt | null> {
  const host = await ctx.host();
  return host.withTarget({ manifest: manifest!, selector }, async (target) => {
    if (found.process !== undefined && found.process !== target.process)
      throw fail('DPONE_INPUT_INVALID', `The package is of ${found.process}, the manifest of ${target.process}.`, {
        where: manifest,
      });
    return target.receipt(found.load_id);
  });
}
