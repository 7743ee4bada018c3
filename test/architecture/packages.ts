import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Package {
  /** `core/sdk` */
  readonly folder: string;
  readonly name: string;
  readonly room: 'core' | 'plugins' | 'templates';
  readonly manifest: {
    readonly name: string;
    readonly license?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
    readonly exports?: Readonly<Record<string, unknown>>;
    readonly dpone?: { readonly provides: readonly string[]; readonly extensions: string };
  };
}

/** Every package of the workspace that has a package.json, in a fixed order. */
export const packages: readonly Package[] = (['core', 'plugins', 'templates'] as const).flatMap((room) =>
  readdirSync(join(root, room))
    .sort()
    .filter((name) => existsSync(join(root, room, name, 'package.json')))
    .map((name) => {
      const folder = `${room}/${name}`;
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Package['manifest'];
      return { folder, name: manifest.name, room, manifest };
    }),
);

/** The TypeScript sources of a package, relative to the root, with their text. */
export function sources(folder: string): { readonly path: string; readonly text: string }[] {
  const src = join(root, folder, 'src');
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(root.length), text: readFileSync(path, 'utf8') }));
}

/** The modules that a source imports, statically or not, types included. */
export function imports(text: string): string[] {
  const found = withoutComments(text).matchAll(/(?:(?<!\.)\bfrom|\bimport)\s*\(?\s*['"]([@.\w][^'"\s]*)['"]/g);
  return [...found].map((match) => match[1]!);
}

/** The text less its comments; strings are kept. */
export const withoutComments = (text: string): string =>
  text.replaceAll(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1');
