import { createHash, createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import {
  aside,
  below,
  defineGate,
  fail,
  folderInput,
  hashFile,
  isoTimestamp,
  plainPath,
  readKey,
  signaturePath,
  signStatement,
  stableJson,
  type GateContext,
  type OutputFile,
  type Statement,
} from '@dpone/sdk';
import { z } from 'zod';
import { cycloneDx, spdx } from '../sbom/documents.js';
import { readProject } from '../sbom/read-project.js';
import { keyText } from '../signing-key.js';

const ARTIFACT = 'supply_chain_attestation';
const PROVENANCE = 'provenance.intoto.json';
const HMAC = 'signature.hmac-sha256.json';

/** Documents on their way to the files. */
const attached = aside<readonly OutputFile[]>();

const input = z.strictObject({
  project_root: z.string().default('.').describe('The folder with pyproject.toml or package.json.'),
  release: z.string().describe('The release that is attested.'),
  subject: z.array(z.string()).min(1).describe('A file of the release, by its path; repeatable.'),
  repository: z.string().describe('The repository that it was built from.'),
  commit_sha: z.string().describe('The commit that it was built from.'),
  builder_id: z.string().default('dpone.local').describe('Who built it.'),
  signing_key: z
    .string()
    .optional()
    .describe('A shared key for HMAC-SHA256. Others can see a command line: --signing-key-env is better.'),
  signing_key_env: z.string().optional().describe('An environment variable with the shared key.'),
  signing_key_id: z.string().default('local-hmac').describe('What the shared key is called.'),
  dsse_key: z.string().optional().describe('A file with a private Ed25519 key in PEM form: signs the provenance.'),
  dsse_key_env: z.string().optional().describe('An environment variable with that private key.'),
  output_dir: folderInput('test_artifacts/supply-chain/current'),
});

type Input = z.output<typeof input>;

/** What a release is made of, where it was built, and who vouches for it. */
export const supplyChainAttest = defineGate({
  summary: 'Attest a release: software bills of materials, provenance and signature',
  description:
    'Writes an SPDX and a CycloneDX document and an in-toto provenance statement, signed with a shared key, with an Ed25519 key (DSSE), or both. Versions come from the lock file where there is one. Red without a key, and for a subject that is missing.',
  input,
  artifact: ARTIFACT,
  format: 'text',
  example: { release: 'v1.0.0', subject: ['dist/a.tgz'], repository: 'owner/name', commit_sha: 'abc123' },
  evaluate: async (given, ctx) => {
    const project = await readProject(ctx.cwd, given.project_root);
    const folder = plainPath(given.output_dir);
    const subjects = await Promise.all(
      given.subject.map(async (path) => ({
        path: plainPath(path),
        hash: await hashFile(resolve(ctx.cwd, path)).catch(() => undefined),
      })),
    );
    const statement: Statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: subjects.flatMap(({ path, hash }) =>
        hash === undefined ? [] : [{ name: path, digest: { sha256: hash.sha256 } }],
      ),
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'https://github.com/PaulKov/dpone/build/release',
          externalParameters: { release: given.release, repository: given.repository, commit: given.commit_sha },
        },
        runDetails: {
          builder: { id: given.builder_id },
          metadata: { finishedOn: isoTimestamp(ctx.clock.now()) },
        },
      },
    };
    const provenance = below(folder, PROVENANCE);
    const signatures = await signed(given, ctx, statement, provenance);
    const documents = [
      { name: 'sbom_spdx', path: 'sbom.spdx.json', json: spdx(project, ctx.clock.now()) },
      { name: 'sbom_cyclonedx', path: 'sbom.cyclonedx.json', json: cycloneDx(project) },
      { name: 'provenance', path: PROVENANCE, json: statement },
      ...signatures,
    ];
    const blockers = [
      ...subjects.filter(({ hash }) => hash === undefined).map(({ path }) => `subject.missing.${path}`),
      ...(signatures.length === 0 ? ['signature.missing_key'] : []),
    ];
    const report = {
      schema_version: 'dpone.supply_chain.attestation.v1',
      passed: blockers.length === 0,
      release: given.release,
      output_dir: folder,
      sbom_spdx_path: below(folder, 'sbom.spdx.json'),
      sbom_cyclonedx_path: below(folder, 'sbom.cyclonedx.json'),
      provenance_path: provenance,
      signature_path: signatures.length === 0 ? '' : below(folder, signatures[0]!.path),
      bundle_path: below(folder, `${ARTIFACT}.json`),
      markdown_path: below(folder, `${ARTIFACT}.md`),
      blockers,
      warnings: given.signing_key === undefined ? [] : ['signing_key.on_command_line'],
      artifacts: documents.map(({ name, path, json }) => ({
        name,
        path: below(folder, path),
        sha256: sha256Of(json),
      })),
    };
    return attached.keep(
      report,
      documents.map(({ path, json }): OutputFile => ({ path, json })),
    );
  },
  files: (report) => attached.of(report),
  stdout: ({ artifacts: _, ...report }) => report,
  view: {
    title: 'supply chain attestation',
    facts: ['release', 'passed', 'signature_path'],
    tables: [{ of: 'artifacts', columns: { artifact: 'name', sha256: 'sha256', path: 'path' } }],
    runbook: [
      'A missing subject: build it before it is attested; an attestation of nothing is worth nothing.',
      'Without a key: give the release job one from its secret store (--dsse-key-env), and publish the public key.',
      'Publish the documents with the release, and check the envelope with evidence-verify or any DSSE verifier.',
    ],
  },
});

const sha256Of = (json: unknown): string =>
  createHash('sha256')
    .update(`${stableJson(json)}\n`)
    .digest('hex');

interface Signature {
  readonly name: string;
  readonly path: string;
  readonly json: unknown;
}

/** By the shared key, by the private key, by both, by none. */
async function signed(given: Input, ctx: GateContext, statement: Statement, provenance: string): Promise<Signature[]> {
  const shared = sharedKey(given, ctx);
  const own = await keyText(ctx, given.dsse_key, given.dsse_key_env);
  const digest = sha256Of(statement);
  return [
    ...(shared === undefined
      ? []
      : [
          {
            name: 'signature',
            path: HMAC,
            json: {
              algorithm: 'HMAC-SHA256',
              key_id: given.signing_key_id,
              signed_path: provenance,
              signed_sha256: digest,
              // Of the hex text, as the checksum is written.
              signature: createHmac('sha256', shared).update(digest).digest('hex'),
            },
          },
        ]),
    ...(own === undefined
      ? []
      : [
          {
            name: 'signature_dsse',
            path: signaturePath(PROVENANCE),
            json: signStatement(statement, readKey(own.pem, 'private', own.where)),
          },
        ]),
  ];
}

function sharedKey(given: Input, { env }: Pick<GateContext, 'env'>): string | undefined {
  const { signing_key: key, signing_key_env: variable } = given;
  if (key !== undefined && variable !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', 'A key is in --signing-key or in --signing-key-env, not in both.');
  if (variable === undefined) return key === '' ? undefined : key;
  const found = env[variable];
  if (found === undefined || found === '')
    throw fail('DPONE_SECRET_NOT_FOUND', 'This environment variable is not set.', { where: variable });
  return found;
}
