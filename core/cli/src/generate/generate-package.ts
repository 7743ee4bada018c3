import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fail } from '@dpone/sdk';
import { namesOf, renamed, type Names } from './names.js';

export const KINDS = ['connector', 'strategy', 'gate'] as const;
export type Kind = (typeof KINDS)[number];

export interface GenerateRequest {
  readonly kind: Kind;
  readonly name: string;
  /** The npm name; `dpone-<kind>-<name>` where absent. */
  readonly packageName?: string | undefined;
  /** The new folder; one named like the package, in the current folder, where absent. */
  readonly out?: string | undefined;
}

export interface Generated {
  readonly kind: Kind;
  readonly name: string;
  readonly package: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** What is made by building and installing: not part of a template. */
const MADE = new Set(['node_modules', 'dist', '.test-dist', 'oclif.manifest.json']);

/** Writes a package from a template: placeholder names replaced, and nothing of this repository left in it. */
export async function generatePackage(cliRoot: string, request: GenerateRequest): Promise<Generated> {
  const names = namesOf(request.name);
  const packageName = request.packageName ?? `dpone-${request.kind}-${names.id}`;
  if (!/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/.test(packageName))
    throw fail('DPONE_USAGE', `"${packageName}" is no name of an npm package.`, { where: '--package' });
  const folder = resolve(request.out ?? packageName.replace(/^.*\//, ''));
  await mustBeFree(folder);
  const template = await templateFolder(cliRoot, request.kind);
  const files: string[] = [];
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { flag: 'wx' });
    files.push(path);
  };
  for (const path of await filesOf(template)) {
    const text = await readFile(join(template, path), 'utf8');
    await put(renamed(path, names), adapted(path, text, request.kind, packageName, names));
  }
  await put('.gitignore', 'node_modules/\ndist/\n.test-dist/\n.tsbuildinfo\noclif.manifest.json\n*.tgz\n');
  return { kind: request.kind, name: names.id, package: packageName, folder, files: files.sort() };
}

async function mustBeFree(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : null));
  if (there === null || there.length > 0)
    throw fail('DPONE_FILE_EXISTS', `${folder} is there already and is not an empty folder.`, {
      where: '--out',
      remedy: 'Choose another folder with --out.',
    });
}

/** At the root of a checkout, whatever an earlier pack left in it; beside the code in an installed dpone. */
async function templateFolder(cliRoot: string, kind: Kind): Promise<string> {
  // What the compiler reads is not published. Two folders up from an installed dpone is the user's own project.
  const isCheckout = await stat(join(cliRoot, 'tsconfig.json')).then(
    () => true,
    () => false,
  );
  const folder = join(cliRoot, isCheckout ? '../../templates' : 'templates', kind);
  if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) return folder;
  throw fail('DPONE_INTERNAL', `The template for a ${kind} is not in this installation of dpone.`, { where: cliRoot });
}

async function filesOf(template: string): Promise<string[]> {
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(template, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(/[\\/]/).some((part) => MADE.has(part) || part.endsWith('.tsbuildinfo')));
}

interface TsConfig {
  readonly references?: readonly { readonly path: string }[];
}

function adapted(path: string, text: string, kind: Kind, packageName: string, names: Names): string {
  const plain = renamed(text, names).replaceAll(`@dpone/template-${kind}`, packageName);
  if (path === 'package.json') {
    const manifest = JSON.parse(plain) as Record<string, unknown>;
    delete manifest['private'];
    return `${JSON.stringify(manifest, null, 2)}\n`;
  }
  if (!path.endsWith('tsconfig.json')) return plain;
  // The SDK is an installed package here, not a project beside this one.
  const { references, ...config } = JSON.parse(plain) as TsConfig;
  const own = references?.filter((reference) => !reference.path.includes('/core/')) ?? [];
  return `${JSON.stringify(own.length === 0 ? config : { ...config, references: own }, null, 2)}\n`;
}
