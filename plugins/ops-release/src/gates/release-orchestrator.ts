import { join, resolve } from 'node:path';
import {
  below,
  chainFiles,
  CHAIN_INDEX,
  defineGate,
  fail,
  folderInput,
  hashFile,
  isJsonObject,
  plainPath,
  readArtifact,
  type GateContext,
  type GateReport,
} from '@dpone/sdk';
import { z } from 'zod';
import { attachInput, itemOf, itemsTable, type Item } from '../attach.js';
import { readReleaseEvidence } from '../release-evidence.js';
import { setPreviousAside } from '../set-aside.js';

const OWN = ['artifact_index', 'evidence_chain'] as const;

/** The usual steps of a release in one go: index, chain, gate, docs, runbook. */
export const releaseOrchestrator = defineGate({
  summary: 'Run the gates of a release one after the other',
  description:
    'Indexes the artifacts below the roots, puts the index into a chain of evidence, asks the release gate over that and all evidence attached, and makes docs and runbook of the result. Every step runs, also after a red one; red when one of them is. A run again over the same artifacts repeats its link of the chain, one over others adds a link. Reports of an earlier run in the same folder are set aside as .previous, so that they are no evidence for this one.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    root: z
      .array(z.string())
      .default(['.dpone', 'test_artifacts'])
      .describe('A folder with artifacts, and everything below it; repeatable.'),
    ...attachInput,
    output_dir: folderInput('.dpone/release'),
  }),
  artifact: 'release_orchestration',
  example: {
    release: 'v1.0.0',
    root: ['test_artifacts'],
    artifact: { slo: 'test_artifacts/slo_report.json' },
    output_dir: '.dpone/releases/v1.0.0',
  },
  evaluate: async (input, ctx) => {
    for (const name of OWN)
      if (Object.hasOwn(input.artifact, name))
        throw fail('DPONE_USAGE', `--artifact names ${name}, which the orchestrator makes itself.`);
    const folder = plainPath(input.output_dir);
    await setPreviousAside(
      resolve(ctx.cwd, folder),
      input.root.map((root) => resolve(ctx.cwd, root)),
    );
    const steps: Item[] = [];
    for await (const step of run(input, folder, ctx)) {
      const evidence = await readReleaseEvidence(ctx, step.name, step.path);
      steps.push({ ...itemOf(evidence, []), summary: step.summary });
    }
    const blockers = steps.filter(({ passed }) => !passed).map(({ name }) => name);
    return {
      schema_version: 'dpone.ops.release_orchestration.v1',
      release: input.release,
      passed: blockers.length === 0,
      blockers,
      output_dir: folder,
      steps,
    };
  },
  view: {
    title: 'release orchestration',
    facts: ['release', 'passed', 'output_dir'],
    tables: [itemsTable('steps', 'step')],
    runbook: [
      'The first red step is where it began: later ones are often red because of it.',
      'Open its file; it names the piece of evidence that is missing or red.',
      'Make that evidence again, and run the orchestrator again. What was chained before stays in the chain.',
      'Publish only once every step is green.',
    ],
  },
});

interface Step {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
}

interface Input {
  readonly release: string;
  readonly root: readonly string[];
  readonly artifact: Readonly<Record<string, string>>;
  readonly require: readonly string[];
  readonly policy?: string | undefined;
}

async function* run(input: Input, folder: string, ctx: GateContext): AsyncGenerator<Step> {
  const { release } = input;
  const host = await ctx.host();
  const at = (...path: string[]): string => below(folder, path.join('/'));
  const count = (report: GateReport, key: string): string => `${key}=${(report[key] as readonly unknown[]).length}`;

  const indexDir = at('artifact-index');
  const index = await host.runGate('artifact-index', { release, root: input.root, output_dir: indexDir });
  const artifact_index = join(indexDir, 'artifact_index.json');
  yield { name: OWN[0], path: artifact_index, summary: `total_artifacts=${String(index['total_artifacts'])}` };

  const chainDir = at('evidence-chain');
  const link = await linkName(ctx, chainDir, release, artifact_index);
  const chain = await host.runGate('evidence-chain', { release: link, artifact_index, chain_dir: chainDir });
  const evidence_chain = join(chainDir, chainFiles(link).entry);
  yield { name: OWN[1], path: evidence_chain, summary: `chain_hash=${String(chain['chain_hash']).slice(0, 12)}` };

  const judged = { ...input.artifact, artifact_index, evidence_chain };
  const rules = { require: input.require, ...(input.policy === undefined ? {} : { policy: input.policy }) };
  const gateDir = at('release-gate');
  const gate = await host.runGate('release-gate', { release, artifact: judged, artifact_dir: gateDir, ...rules });
  const release_gate = join(gateDir, 'release_gate.json');
  yield { name: 'release_gate', path: release_gate, summary: count(gate, 'blockers') };

  const docsDir = at('docs-publish-pack');
  const shown = { ...judged, release_gate };
  const docs = await host.runGate('docs-publish-pack', { release, artifact: shown, output_dir: docsDir });
  const docs_publish_pack = join(docsDir, 'docs_publish_pack.json');
  yield { name: 'docs_publish_pack', path: docs_publish_pack, summary: count(docs, 'sections') };

  const runbookDir = at('runbook-pack');
  const runbook = await host.runGate('runbook-pack', {
    runbook_id: `${release}-release`,
    title: `dpone ${release} release operations runbook`,
    artifact: { ...shown, docs_publish_pack },
    output_dir: runbookDir,
  });
  yield { name: 'runbook_pack', path: join(runbookDir, 'runbook_pack.json'), summary: count(runbook, 'sections') };
}

/**
 * The name of this run's link: the release, or `<release>.2` and so on where the chain holds the release already with
 * another index, as after evidence was mended. A link stays what it is.
 */
async function linkName({ cwd }: GateContext, chainDir: string, release: string, index: string): Promise<string> {
  const chain = await readArtifact(resolve(cwd, chainDir, CHAIN_INDEX));
  const rows = chain.state === 'json' && isJsonObject(chain.value) ? chain.value['entries'] : undefined;
  const hashes = new Map(
    (Array.isArray(rows) ? (rows as unknown[]) : [])
      .filter(isJsonObject)
      .map((row) => [row['release'], row['artifact_index_hash']] as const),
  );
  const { sha256 } = await hashFile(resolve(cwd, index));
  for (let run = 1; ; run += 1) {
    const name = run === 1 ? release : `${release}.${run}`;
    if (!hashes.has(name) || hashes.get(name) === sha256) return name;
  }
}
