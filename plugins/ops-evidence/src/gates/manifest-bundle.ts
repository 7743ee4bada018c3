import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import {
  aside,
  artifactsInput,
  below,
  defineGate,
  fail,
  folderInput,
  NO_FILE,
  plainPath,
  type OutputFile,
} from '@dpone/sdk';
import { z } from 'zod';
import { redactFile } from '../redact-file.js';

/** Copies on their way to the files. */
const copies = aside<readonly OutputFile[]>();

const input = z.strictObject({
  bundle_id: z.string().describe('A name for this bundle.'),
  file: artifactsInput('A file to copy, NAME=PATH; repeatable.'),
  redact: z
    .boolean()
    .default(true)
    .describe('Copy texts without their secrets, as is done by default; --no-redact copies them as they are.'),
  output_dir: folderInput('.dpone/manifest-bundles/latest'),
});

/** A line of the bundle; keys are those of the artifact. */
export interface BundledFile {
  readonly name: string;
  readonly source_path: string;
  readonly copied_path: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly redacted: boolean;
  readonly passed: boolean;
  readonly message: string;
}

/** Manifests and artifacts in one folder that can be given to someone else. */
export const manifestBundle = defineGate({
  summary: 'Copy manifests and artifacts into a bundle without their secrets, with checksums',
  description:
    'Secrets are masked by the names of their keys (JSON, YAML, TOML, .env), in addresses and tokens, and whole private keys. A file that is no text is copied as it is, and named in a warning. Red when a file is missing.',
  input,
  artifact: 'manifest_bundle',
  example: { bundle_id: 'B1', file: { manifest: 'manifests/orders.yml' } },
  evaluate: async (given, ctx) => {
    const folder = plainPath(given.output_dir);
    const names = Object.keys(given.file);
    const targets = new Map(names.map((name) => [name, fileName(name, given.file[name]!)]));
    refuseCollisions(targets);
    const bundled = await Promise.all(
      names.map((name) => bundleOne(ctx.cwd, folder, name, given.file[name]!, targets.get(name)!, given.redact)),
    );
    const items = bundled.map(({ item }) => item);
    const blockers = items.filter(({ passed }) => !passed).map(({ name }) => name);
    const report = {
      schema_version: 'dpone.ops.manifest_bundle.v1',
      bundle_id: given.bundle_id,
      passed: blockers.length === 0,
      blockers,
      warnings: bundled.flatMap(({ warning }) => warning ?? []),
      output_dir: folder,
      items,
    };
    return copies.keep(
      report,
      bundled.flatMap(({ copy }) => copy ?? []),
    );
  },
  files: (report) => copies.of(report),
  view: {
    title: 'manifest bundle',
    facts: ['bundle_id', 'passed'],
    tables: [
      {
        of: 'items',
        columns: {
          file: 'name',
          status: 'passed',
          redacted: 'redacted',
          bytes: 'size_bytes',
          sha256: 'sha256',
          copy: 'copied_path',
        },
      },
    ],
    runbook: [
      'Look through the copies before they leave your machine: no rule knows every secret.',
      'A missing file: mend its path and make the bundle again.',
      'A secret that stands in a source file belongs into a secret store, and is to be replaced by a new one.',
    ],
  },
});

/** The name with what is no letter, digit, `-` or `_` as `_`, and the ending of its source. */
const fileName = (name: string, source: string): string =>
  `files/${name.replaceAll(/[^\p{L}\p{N}_-]/gu, '_')}${extname(source) || '.txt'}`;

function refuseCollisions(targets: ReadonlyMap<string, string>): void {
  const owners = new Map<string, string>();
  for (const [name, target] of targets) {
    // Some file systems take A and a for one name.
    const other = owners.get(target.toLowerCase());
    if (other !== undefined)
      throw fail('DPONE_USAGE', `${other} and ${name} would be copied to the same file, ${target}.`, {
        where: '--file',
      });
    owners.set(target.toLowerCase(), name);
  }
}

async function bundleOne(
  cwd: string,
  folder: string,
  name: string,
  source: string,
  target: string,
  redacts: boolean,
): Promise<{ readonly item: BundledFile; readonly copy?: OutputFile; readonly warning?: string }> {
  const common = { name, source_path: plainPath(source) };
  const file = resolve(cwd, source);
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  const bytes = isFile ? await readFile(file).catch(() => undefined) : undefined;
  if (bytes === undefined) {
    const nothing = { copied_path: '', sha256: NO_FILE, size_bytes: 0, redacted: false, passed: false };
    return { item: { ...common, ...nothing, message: isFile ? 'source file unreadable' : 'source file missing' } };
  }
  const text = redacts ? textOf(bytes) : null;
  const copied = typeof text === 'string' ? Buffer.from(redactFile(text)) : bytes;
  const item = {
    ...common,
    copied_path: below(folder, target),
    sha256: createHash('sha256').update(copied).digest('hex'),
    size_bytes: copied.length,
    redacted: !copied.equals(bytes),
    passed: true,
    message: 'copied',
  };
  const warning = redacts && text === undefined ? `${name}.not_text` : undefined;
  return { item, copy: { path: target, bytes: copied }, ...(warning === undefined ? {} : { warning }) };
}

/** Undefined where the bytes are no text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
