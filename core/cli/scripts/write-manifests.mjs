// Writes oclif.manifest.json beside every package with commands, so that a command costs the import of one module.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';

settings.enableAutoTranspile = false;
const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const packages = [
  join(workspace, 'core/cli'),
  ...['plugins', 'templates'].flatMap((folder) => folders(join(workspace, folder))),
];

function folders(path) {
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

for (const root of packages) {
  const file = join(root, 'package.json');
  if (!existsSync(file) || JSON.parse(readFileSync(file, 'utf8')).oclif === undefined) continue;
  const plugin = new Plugin({
    root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
    type: 'core',
  });
  await plugin.load();
  writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
}
