import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** The package of a plugin, as its author packs it. */
export interface PackedPlugin {
  readonly manifest: PluginManifest;
  /** Its unpacked folder, as its author has it. */
  readonly folder: string;
  readonly tarball: string;
}

export interface PluginShape {
  readonly name: string;
  readonly version?: string;
  /** The `dpone` block; that of a source of the package's last name part by default. */
  readonly block?: unknown;
  /** The module that is imported; `null` leaves it out. */
  readonly code?: string | null;
  /** More fields of package.json. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** The last part of a connector's name: `@dpone/connector-shop` -> `shop`. */
export const typeOf = (name: string): string => name.replace(/^.*connector-/, '').replace(/^.*\//, '');

/** The smallest source that the host accepts; it reads nothing, and carries the zod that it needs beside it. */
export const sourceCode = (id: string): string => `
import { z } from './zod.js';
const source = {
  $$type: '@dpone/Source', version: 'v1', summary: 'A source of tests.', connection: null,
  options: z.strictObject({}), table: 'none',
  capabilities: { lanes: ['rows'], cursors: [], partitions: false, snapshot: 'consistent' },
  example: { type: '${id}' }, create() { throw new Error('not made to be read'); },
};
export default { $$type: '@dpone/Plugin', version: 'v1', register(host) { host.source('${id}', source); } };
`;

/** Writes a plugin below a folder and packs it. It has no dependencies, so that installing it asks for no other package. */
export async function packPlugin(below: string, shape: PluginShape): Promise<PackedPlugin> {
  const { name, version = '1.0.0', more = {}, files = {} } = shape;
  const id = typeOf(name);
  const block = shape.block ?? { apiVersion: 1, extensions: './index.js', provides: [`source:${id}`] };
  const manifest: PluginManifest = {
    name,
    version,
    type: 'module',
    exports: { '.': { import: './index.js' }, './package.json': './package.json' },
    oclif: {},
    dpone: block,
    ...more,
  };
  const at = join(below, `${name.replace('/', '+')}@${version}`);
  const folder = join(at, 'package');
  const code = shape.code === undefined ? sourceCode(id) : shape.code;
  const all = { 'zod.js': await bundledZod(), ...files, ...(code === null ? {} : { 'index.js': code }) };
  for (const [path, text] of Object.entries({ ...all, 'package.json': JSON.stringify(manifest) })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { manifest, folder, tarball: await tar(at, `${name.replace('/', '-').replace('@', '')}-${version}.tgz`) };
}

/**
 * The connector of the template as a package that carries its own copy of the SDK and of zod: it moves rows, and nothing
 * of it is the host's.
 */
export async function packAcme(below: string, version = '1.0.0'): Promise<PackedPlugin> {
  const packed = await packPlugin(below, {
    name: '@dpone/connector-acme',
    version,
    block: { apiVersion: 1, extensions: './dist/index.js', provides: ['source:acme', 'sink:acme'] },
    code: null,
  });
  const bundle = await rolldown({
    input: join(root, 'templates/connector/dist/index.js'),
    platform: 'node',
    logLevel: 'silent',
  });
  await bundle.write({ dir: join(packed.folder, 'dist'), format: 'esm' });
  await bundle.close();
  return { ...packed, tarball: await tar(dirname(packed.folder), `dpone-connector-acme-${version}.tgz`) };
}

async function tar(at: string, file: string): Promise<string> {
  await promisify(execFile)('tar', ['czf', file, 'package'], { cwd: at });
  return join(at, file);
}

let zod: Promise<string> | undefined;

/** zod in one file, made once. */
function bundledZod(): Promise<string> {
  return (zod ??= (async () => {
    const bundle = await rolldown({ input: 'zod', cwd: root, platform: 'node', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    await bundle.close();
    return output[0].code;
  })());
}
