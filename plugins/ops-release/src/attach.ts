import {
  artifactsInput,
  byName,
  policyBlockers,
  policyInput,
  readPolicy,
  silentNames,
  summaryOf,
  type GateContext,
  type TableView,
} from '@dpone/sdk';
import { z } from 'zod';
import { readReleaseEvidence, type ReleaseEvidence } from './release-evidence.js';

/** The flags of a gate that attaches evidence by name. */
export const attachInput = {
  artifact: artifactsInput(),
  require: z
    .array(z.string().min(1))
    .default([])
    .describe('A name that must be attached, whatever else is; repeatable.'),
  policy: policyInput,
};

interface AttachInput {
  readonly artifact: Readonly<Record<string, string>>;
  readonly require: readonly string[];
  readonly policy?: string | undefined;
}

/** A row of a report: a piece of evidence as it was found. */
export interface Item {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly passed: boolean;
  readonly summary: string;
}

export interface Attached {
  readonly evidence: readonly ReleaseEvidence[];
  readonly items: readonly Item[];
  /** Names of what is missing or red, then what the policy adds. */
  readonly blockers: string[];
  /** Evidence that says nothing about itself. */
  readonly silent: string[];
}

/**
 * Reads and judges what is attached, sorted by name.
 * @param summaryKeys keys of evidence whose first one present is its summary.
 * @param first evidence that stands before what is attached.
 */
export async function attach(
  ctx: GateContext,
  input: AttachInput,
  summaryKeys: readonly string[],
  first: readonly ReleaseEvidence[] = [],
): Promise<Attached> {
  const names = [...new Set([...Object.keys(input.artifact), ...input.require])].sort(byName);
  const attached = await Promise.all(
    names.map((name) =>
      readReleaseEvidence(
        ctx,
        name,
        Object.hasOwn(input.artifact, name) ? input.artifact[name] : undefined,
        input.require.includes(name),
      ),
    ),
  );
  const evidence = [...first, ...attached];
  const policy = await readPolicy(input.policy, ctx.cwd);
  return {
    evidence,
    items: evidence.map((one) => itemOf(one, summaryKeys)),
    blockers: [
      ...evidence.filter(({ passed }) => !passed).map(({ name }) => name),
      ...(await policyBlockers(policy, evidence, [], ctx.cwd)),
    ],
    silent: silentNames(evidence),
  };
}

export const itemOf = (evidence: ReleaseEvidence, summaryKeys: readonly string[]): Item => ({
  name: evidence.name,
  path: evidence.path ?? '',
  sha256: evidence.sha256,
  passed: evidence.passed,
  summary: evidence.attachment ? 'attached, not judged' : summaryOf(evidence, summaryKeys),
});

/** A gate that was given nothing that can be judged has nothing to say yes to. */
export const nothingJudged = ({ evidence, blockers }: Attached): string[] =>
  blockers.length === 0 && evidence.every(({ attachment }) => attachment) ? ['evidence.missing'] : [];

/** The table of items, under the key and the word that a gate has for them. */
export const itemsTable = (of: string = 'items', noun: string = 'artifact'): TableView => ({
  of,
  columns: { [noun]: 'name', status: 'passed', sha256: 'sha256', summary: 'summary', path: 'path' },
});
