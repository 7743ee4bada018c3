import { createHash } from 'node:crypto';
import {
  byName,
  defineGate,
  folderInput,
  isSecretName,
  plainPath,
  redactDeep,
  stableJson,
  type ExactJson,
} from '@dpone/sdk';
import { z } from 'zod';
import { flatten, matchesPath, type Leaf } from '../flatten.js';
import { readDocument } from '../read-document.js';
import { sameValue } from '../same-value.js';

const MISSING = '<missing>';

/** How far two environments are apart, value by value. */
export const envDrift = defineGate({
  summary: 'Compare the configuration of two environments',
  description:
    'Red when a value differs or is there on one side only, unless its path is on the allowlist. Types count: 1 is not true and not "1". Paths are keys joined by dots, a dot within a key has a backslash before it; on the allowlist * stands for one key and ** for any number. Secrets are masked.',
  input: z.strictObject({
    source_env: z.string().describe('The environment that is compared.'),
    target_env: z.string().describe('The environment that it is compared with.'),
    source: z.string().describe('Its configuration, YAML or JSON.'),
    target: z.string().describe('The configuration of the other one.'),
    allowlist_path: z.array(z.string()).default([]).describe('A path that may differ; repeatable.'),
    output_dir: folderInput('.dpone/env-drift/latest'),
  }),
  artifact: 'env_drift',
  example: {
    source_env: 'staging',
    target_env: 'production',
    source: '.dpone/rendered/staging.json',
    target: '.dpone/rendered/production.json',
    allowlist_path: ['connection.host'],
  },
  evaluate: async (input, ctx) => {
    const source = await readDocument(ctx.cwd, input.source);
    const target = await readDocument(ctx.cwd, input.target);
    const drifts = driftsOf(source.value, target.value);
    const differences = drifts.map(({ path, leaf, before, after }) => ({
      path,
      source_value: shown(leaf, before),
      target_value: shown(leaf, after),
      kind: before === undefined ? 'added_in_target' : after === undefined ? 'missing_in_target' : 'changed',
      allowed: input.allowlist_path.some((pattern) => matchesPath(pattern, leaf)),
    }));
    const blockers = differences.filter(({ allowed }) => !allowed).map(({ path }) => path);
    return {
      schema_version: 'dpone.ops.env_drift.v1',
      source_environment: input.source_env,
      target_environment: input.target_env,
      source_path: plainPath(input.source),
      target_path: plainPath(input.target),
      source_sha256: source.sha256,
      target_sha256: target.sha256,
      passed: blockers.length === 0,
      blockers,
      warnings: input.allowlist_path
        .filter((pattern) => !drifts.some(({ leaf }) => matchesPath(pattern, leaf)))
        .map((pattern) => `allowlist.unused:${pattern}`),
      allowed_drift_count: differences.length - blockers.length,
      blocking_drift_count: blockers.length,
      output_dir: plainPath(input.output_dir),
      differences,
    };
  },
  view: {
    title: 'environment drift',
    facts: [
      'source_environment',
      'target_environment',
      'source_path',
      'target_path',
      'passed',
      'blocking_drift_count',
      'allowed_drift_count',
    ],
    tables: [
      {
        of: 'differences',
        columns: { path: 'path', kind: 'kind', allowed: 'allowed', source: 'source_value', target: 'target_value' },
      },
    ],
    runbook: [
      'Ask of each path which side is right; the older one is not always.',
      'Mend the side that is wrong where its configuration comes from, and render it again.',
      'Allow a path only where the environments are meant to differ for good, and take entries away that nothing uses.',
      'Compare again, and give the result to the promotion.',
    ],
  },
});

interface Drift {
  readonly path: string;
  readonly leaf: Leaf;
  readonly before: ExactJson | undefined;
  readonly after: ExactJson | undefined;
}

function driftsOf(source: ExactJson, target: ExactJson): Drift[] {
  const [left, right] = [flatten(source), flatten(target)];
  return [...new Set([...left.keys(), ...right.keys()])].sort(byName).flatMap((path) => {
    const [before, after] = [left.get(path), right.get(path)];
    if (before !== undefined && after !== undefined && sameValue(before.value, after.value)) return [];
    return [{ path, leaf: (before ?? after)!, before: before?.value, after: after?.value }];
  });
}

/** A value as it may be seen. A secret shows only enough of a fingerprint to tell it from another one. */
function shown({ keys }: Leaf, value: ExactJson | undefined): ExactJson {
  if (value === undefined) return MISSING;
  if (!keys.some(isSecretName) || value === null || value === '') return redactDeep(value);
  return `*** (${createHash('sha256').update(stableJson(value, 0)).digest('hex').slice(0, 4)})`;
}
