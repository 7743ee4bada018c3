import { basename, dirname, resolve } from 'node:path';
import {
  aside,
  artifactsInput,
  byName,
  defineGate,
  fail,
  hashFile,
  isoTimestamp,
  plainPath,
  readEvidence,
  readKey,
  signaturePath,
  signStatement,
  type DsseEnvelope,
  type OutputFile,
} from '@dpone/sdk';
import { z } from 'zod';
import { keyText } from '../signing-key.js';

/** What a signed statement of dpone says: that this evidence was there, at that time. */
const PREDICATE = 'https://github.com/PaulKov/dpone/attestation/evidence/v1';
const STANDARD_VARIABLE = 'DPONE_SIGNING_KEY';

/** Signatures on their way to the files. */
const signatures = aside<readonly { readonly path: string; readonly envelope: DsseEnvelope }[]>();

const input = z.strictObject({
  artifact: artifactsInput('A file to sign, NAME=PATH; repeatable.'),
  key: z.string().optional().describe('A file with the private Ed25519 key in PEM form.'),
  key_env: z
    .string()
    .optional()
    .describe(`An environment variable with the private key. Without --key it is ${STANDARD_VARIABLE}.`),
  release: z.string().optional().describe('The release that the evidence belongs to.'),
});

/** Signatures that prove who vouched for which bytes. */
export const evidenceSign = defineGate({
  summary: 'Sign evidence: an in-toto statement in a DSSE envelope beside each file',
  description:
    'Writes PATH.dsse.json beside each file, signed with Ed25519. Signs what is there, red evidence too: a signature says who vouches for the bytes, not that they are good. Red when a file is missing.',
  input,
  example: { artifact: { bundle: 'ops_evidence_bundle.json' }, key: 'signing.pem' },
  evaluate: async (given, ctx) => {
    const names = Object.keys(given.artifact).sort(byName);
    if (names.length === 0) throw fail('DPONE_USAGE', 'There is nothing to sign.', { where: '--artifact' });
    const variable = given.key_env ?? (given.key === undefined ? STANDARD_VARIABLE : undefined);
    const text = (await keyText(ctx, given.key, variable))!;
    const key = readKey(text.pem, 'private', text.where);
    const signedAt = isoTimestamp(ctx.clock.now());
    const items = await Promise.all(
      names.map(async (name) => {
        const path = plainPath(given.artifact[name]!);
        const hash = await hashFile(resolve(ctx.cwd, path)).catch(() => undefined);
        if (hash === undefined)
          return { item: { name, path, sha256: null, signature_path: null, keyid: null, passed: false } };
        const envelope = signStatement(
          {
            _type: 'https://in-toto.io/Statement/v1',
            subject: [{ name: path, digest: { sha256: hash.sha256 } }],
            predicateType: PREDICATE,
            predicate: { name, release: given.release ?? null, signed_at: signedAt },
          },
          key,
        );
        const { keyid } = envelope.signatures[0]!;
        const warning = await warningOf(ctx.cwd, name, path);
        return {
          item: { name, path, sha256: hash.sha256, signature_path: signaturePath(path), keyid, passed: true },
          warning,
          envelope,
        };
      }),
    );
    const blockers = items.filter(({ item }) => !item.passed).map(({ item }) => `${item.name}.missing`);
    const report = {
      schema_version: 'dpone.ops.evidence_sign.v1',
      passed: blockers.length === 0,
      blockers,
      warnings: items.flatMap(({ warning }) => warning ?? []),
      signed_at: signedAt,
      items: items.map(({ item }) => item),
    };
    return signatures.keep(
      report,
      items.flatMap(({ item, envelope }) => (envelope === undefined ? [] : [{ path: item.path, envelope }])),
    );
  },
  files: (report) => signatures.of(report).map(beside),
  view: {
    title: 'evidence signatures',
    facts: ['passed', 'signed_at'],
    tables: [
      {
        of: 'items',
        columns: { artifact: 'name', signed: 'passed', sha256: 'sha256', key: 'keyid', signature: 'signature_path' },
      },
    ],
    runbook: [
      'Keep the private key in the secret store of the release job; nobody else needs it.',
      'Put the public key into a policy file that lives with the code, and pass it to the gates with --policy.',
      'Sign last: a file that is written again after its signature no longer has one.',
    ],
  },
});

const beside = ({ path, envelope }: { readonly path: string; readonly envelope: DsseEnvelope }): OutputFile => ({
  folder: dirname(path),
  path: basename(signaturePath(path)),
  json: envelope,
});

/** Signing what is red is allowed, and said. */
async function warningOf(cwd: string, name: string, path: string): Promise<string | undefined> {
  const evidence = await readEvidence(cwd, name, path);
  return evidence.state === 'json' && !evidence.passed ? `${name}.not_passed` : undefined;
}
