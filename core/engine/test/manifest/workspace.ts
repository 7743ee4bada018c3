import { isDponeError, type DponeError } from '@dpone/sdk';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadManifest, type LoadOptions, type Manifest, type ProcessSpec } from '@dpone/engine';

/** The fixtures as they are in the source tree: the compiler copies no YAML. */
export const FIXTURES = fileURLToPath(new URL('../../test/manifest/fixtures', import.meta.url));

/** A folder with the files given, removed by `clean` whatever happened. */
export class Workspace {
  private constructor(readonly path: string) {}

  static async make(files: Readonly<Record<string, string>>): Promise<Workspace> {
    const path = await mkdtemp(join(tmpdir(), 'dpone-manifest-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
    return new Workspace(path);
  }

  load(file: string, options: LoadOptions = {}): Promise<Manifest> {
    return loadManifest(file, { workdir: this.path, env: {}, ...options });
  }

  clean(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** A manifest's text, loaded as `m.yml`. */
export async function loadText(text: string, options: LoadOptions = {}): Promise<Manifest> {
  const workspace = await Workspace.make({ 'm.yml': text });
  try {
    return await workspace.load('m.yml', options);
  } finally {
    await workspace.clean();
  }
}

/** The single process of a manifest's text. */
export const processOf = async (text: string, options: LoadOptions = {}): Promise<ProcessSpec> =>
  (await loadText(text, options)).processes[0]!;

/** The error that a promise ends with; anything but an error of dpone fails the test. */
export async function errorOf(promise: Promise<unknown>): Promise<DponeError> {
  try {
    await promise;
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A process in the single form with `more` put under it. */
export const single = (more = '', sink = '', source = ''): string =>
  `name: orders
source:
  type: files
  options:
    path: data/*.csv
${source}sink:
  type: duckdb
  connection: shop.duckdb
  table: raw.orders
${sink}${more}`;
