import { expect } from 'chai';
import { imports, packages, sources, type Package } from './packages.js';

/** What each room may import of this workspace. */
function allowed({ folder, room }: Package): readonly string[] {
  if (room !== 'core') return ['@dpone/sdk'];
  return (
    {
      'core/sdk': [],
      'core/engine': ['@dpone/sdk'],
      'core/testkit': ['@dpone/sdk', '@dpone/engine'],
      'core/cli': ['@dpone/sdk', '@dpone/engine'],
    }[folder] ?? []
  );
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const NODE = /^node:/;

/** Imports of a source that break an arrow: another package of ours, a package that is not a dependency, or a path out of the package. */
export function broken(pkg: Package, path: string, text: string): string[] {
  const depth = path.slice(pkg.folder.length).split('/').length - 3;
  return imports(text).filter((specifier) => {
    if (NODE.test(specifier)) return false;
    if (specifier.startsWith('.')) return (specifier.match(/\.\.\//g)?.length ?? 0) > depth;
    const name = packageOf(specifier);
    if (name === pkg.name) return true;
    if (name === 'dpone' || name.startsWith('@dpone/')) return !allowed(pkg).includes(name);
    return pkg.manifest.dependencies?.[name] === undefined;
  });
}

describe('arrows between packages', () => {
  for (const pkg of packages) {
    it(`${pkg.folder} imports what it may, and only what it depends on`, () => {
      for (const { path, text } of sources(pkg.folder)) expect(broken(pkg, path, text), path).to.eql([]);
    });

    it(`${pkg.folder} depends at run time on what it may`, () => {
      const ours = Object.keys(pkg.manifest.dependencies ?? {}).filter(
        (name) => name === 'dpone' || name.startsWith('@dpone/'),
      );
      // The CLI ships the built-in plugins, and imports none of them: the test above holds that.
      const shipped = pkg.folder === 'core/cli' ? packages.filter((p) => p.room === 'plugins').map((p) => p.name) : [];
      expect(ours.filter((name) => ![...allowed(pkg), ...shipped].includes(name))).to.eql([]);
      expect(Object.keys(pkg.manifest.peerDependencies ?? {})).to.eql([]);
    });
  }

  it('would see a broken arrow', () => {
    const plugin = packages.find((p) => p.room === 'plugins')!;
    const at = `${plugin.folder}/src/x.ts`;
    for (const text of [
      "import { run } from '@dpone/engine';",
      "export * from 'dpone';",
      "const x = await import('@dpone/strategies');",
      "import type { Y } from '../../../core/engine/src/y.js';",
      "import z from 'not-a-dependency';",
    ])
      expect(broken(plugin, at, text), text).to.have.length(1);
    expect(broken(plugin, at, "import { fail } from '@dpone/sdk';\n// from '@dpone/engine'\nimport './y.js';")).to.eql(
      [],
    );
  });
});
