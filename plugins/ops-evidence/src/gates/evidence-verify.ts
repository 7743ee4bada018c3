import { resolve } from 'node:path';
import type { KeyObject } from 'node:crypto';
import {
  artifactsInput,
  byName,
  defineGate,
  fail,
  hashFile,
  NO_FILE,
  openEnvelope,
  plainPath,
  policyInput,
  readArtifact,
  readKey,
  readPolicy,
  signaturePath,
} from '@dpone/sdk';
import { z } from 'zod';
import { keyText } from '../signing-key.js';

const STANDARD_VARIABLE = 'DPONE_PUBLIC_KEY';

const input = z.strictObject({
  artifact: artifactsInput('A signed file, NAME=PATH; repeatable.'),
  public_key: z.array(z.string()).default([]).describe('A file with a public Ed25519 key in PEM form; repeatable.'),
  public_key_env: z
    .string()
    .optional()
    .describe(`An environment variable with a public key; ${STANDARD_VARIABLE} where no key is given otherwise.`),
  policy: policyInput,
});

type Input = z.output<typeof input>;

/** Whether files are what someone who is trusted has signed. */
export const evidenceVerify = defineGate({
  summary: 'Verify the signatures of evidence',
  description:
    'Each file needs PATH.dsse.json beside it: a DSSE envelope that a trusted key has signed, with an in-toto statement that has the file’s checksum. Trusted are the keys given, and the trusted_keys of the policy. Judges signatures, not what the evidence says.',
  input,
  example: { artifact: { bundle: 'ops_evidence_bundle.json' }, public_key: ['signing.pub'] },
  evaluate: async (given, ctx) => {
    const names = Object.keys(given.artifact).sort(byName);
    if (names.length === 0) throw fail('DPONE_USAGE', 'There is nothing to verify.', { where: '--artifact' });
    const keys = await trustedKeys(given, ctx);
    const items = await Promise.all(names.map((name) => verifyOne(ctx.cwd, name, given.artifact[name]!, keys)));
    const blockers = items.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}.${problem}`]));
    return {
      schema_version: 'dpone.ops.evidence_verify.v1',
      passed: blockers.length === 0,
      blockers,
      items,
    };
  },
  view: {
    title: 'evidence verification',
    facts: ['passed'],
    tables: [
      {
        of: 'items',
        columns: { artifact: 'name', status: 'passed', sha256: 'sha256', key: 'keyid', reason: 'reason', path: 'path' },
      },
    ],
    runbook: [
      '`unsigned`: sign the file with evidence-sign in the job that makes it.',
      '`digest_mismatch`: the file was changed after it was signed. Find out by whom before it is signed again.',
      '`signature_invalid`: no trusted key has signed it. Check which key the job has, and which one the policy names.',
    ],
  },
});

async function trustedKeys(given: Input, ctx: Parameters<typeof keyText>[0]): Promise<KeyObject[]> {
  const policy = await readPolicy(given.policy, ctx.cwd);
  const files = [...given.public_key, ...(policy?.trusted_keys ?? [])];
  const variable = given.public_key_env ?? (files.length === 0 ? STANDARD_VARIABLE : undefined);
  const texts = await Promise.all([
    ...files.map((file) => keyText(ctx, file, undefined)),
    keyText(ctx, undefined, variable),
  ]);
  return texts.flatMap((text) => (text === undefined ? [] : [readKey(text.pem, 'public', text.where)]));
}

type Problem = 'missing' | 'unsigned' | 'signature_invalid' | 'digest_mismatch';

async function verifyOne(cwd: string, name: string, given: string, keys: readonly KeyObject[]) {
  const path = plainPath(given);
  const hash = await hashFile(resolve(cwd, path)).catch(() => undefined);
  const item = { name, path, sha256: hash?.sha256 ?? NO_FILE, signature_path: signaturePath(path) };
  const red = (problem: Problem, reason: string) => ({
    ...item,
    passed: false,
    problem,
    reason,
    keyid: null,
    predicate_type: null,
  });
  if (hash === undefined) return red('missing', 'there is no such file');
  const signature = await readArtifact(resolve(cwd, item.signature_path));
  if (signature.state === 'missing') return red('unsigned', 'there is no signature beside it');
  if (signature.state === 'unreadable') return red('signature_invalid', 'the signature is no readable JSON');
  const opened = openEnvelope(signature.value, keys);
  if ('problem' in opened) return red('signature_invalid', opened.problem);
  const { statement, keyid } = opened;
  if (!statement.subject.some(({ digest }) => digest.sha256 === hash.sha256))
    return red('digest_mismatch', 'the signature is for other bytes');
  const predicate_type = typeof statement.predicateType === 'string' ? statement.predicateType : null;
  return { ...item, passed: true, problem: null, reason: null, keyid, predicate_type };
}
