import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { fail } from '../errors/error.js';
import { readArtifact } from './artifacts.js';
import { openEnvelope, readKey, signaturePath } from './dsse.js';
import type { Evidence } from './evidence.js';
import { changedFiles } from './recorded-checksums.js';

/** What an organisation asks of every gate: the file of `--policy`. */
export const evidencePolicy = z.strictObject({
  forbid_waived: z.boolean().default(false).describe('Red when --require leaves out a default requirement.'),
  require_signed: z
    .union([z.boolean(), z.array(z.string())])
    .default(false)
    .describe('Evidence that must be signed: all of it, or these names.'),
  verify_checksums: z
    .union([z.boolean(), z.array(z.string())])
    .default(false)
    .describe('Evidence whose recorded checksums are computed again: all of it, or these names.'),
  trusted_keys: z.array(z.string()).default([]).describe('Files with public Ed25519 keys in PEM form.'),
});
export type EvidencePolicy = z.output<typeof evidencePolicy>;

/** Reads a policy; its keys are found beside it. */
export async function readPolicy(path: string | undefined, cwd: string): Promise<EvidencePolicy | undefined> {
  if (path === undefined) return undefined;
  const artifact = await readArtifact(resolve(cwd, path));
  if (artifact.state !== 'json')
    throw fail('DPONE_INPUT_INVALID', `The policy is ${artifact.state === 'missing' ? 'not there' : 'no JSON'}.`, {
      where: path,
    });
  const policy = evidencePolicy.safeParse(artifact.value);
  if (!policy.success)
    throw fail('DPONE_INPUT_INVALID', z.prettifyError(policy.error).replaceAll(/\s*\n\s*/g, ' '), { where: path });
  const folder = resolve(cwd, path, '..');
  return { ...policy.data, trusted_keys: policy.data.trusted_keys.map((key) => resolve(folder, key)) };
}

const chosen =
  (names: boolean | readonly string[]) =>
  ({ name }: Evidence): boolean =>
    typeof names === 'boolean' ? names : names.includes(name);

/**
 * Blockers that a policy adds: waived requirements, evidence that vouches for files which have changed since, and
 * evidence without a signature that is trusted.
 */
export async function policyBlockers(
  policy: EvidencePolicy | undefined,
  evidence: readonly Evidence[],
  waived: readonly string[],
  cwd: string,
): Promise<string[]> {
  if (policy === undefined) return [];
  const blockers = policy.forbid_waived ? waived.map((name) => `policy.waived:${name}`) : [];
  const there = evidence.filter(({ state }) => state !== 'missing');
  for (const { name, value } of there.filter(chosen(policy.verify_checksums)))
    for (const path of await changedFiles(value, cwd)) blockers.push(`policy.checksum_mismatch:${name}:${path}`);
  const must = there.filter(chosen(policy.require_signed));
  if (must.length === 0) return blockers;
  const keys = await Promise.all(
    policy.trusted_keys.map(async (path) => {
      const pem = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw fail('DPONE_INPUT_INVALID', `A trusted key cannot be read (${error.code}).`, { where: path });
      });
      return readKey(pem, 'public', path);
    }),
  );
  for (const { name, path, sha256 } of must) {
    const signature = await readArtifact(resolve(cwd, signaturePath(path!)));
    if (signature.state === 'missing') {
      blockers.push(`policy.unsigned:${name}`);
      continue;
    }
    const opened = signature.state === 'json' ? openEnvelope(signature.value, keys) : { problem: signature.reason };
    const vouches =
      'statement' in opened && opened.statement.subject.some((subject) => subject.digest.sha256 === sha256);
    if (!vouches) blockers.push(`policy.signature_invalid:${name}`);
  }
  return blockers;
}
