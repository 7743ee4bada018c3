import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, runProcess } from '../measure.mjs';
import { ROOT, WORK } from '../workspace.mjs';

const LIMIT_MB = 400;
const compiled = (name) => import(pathToFileURL(join(ROOT, `test/.test-dist/install/${name}.js`)).href);

/** Bytes of what lies below a folder; a link counts as nothing. */
async function bytesOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

/** dpone and one connector, from a registry on this machine, into an empty folder; npm's own cache is warm. */
export const installCase = {
  name: 'install',
  what: 'npm install dpone, then dpone plugins install of one connector, warm cache',
  baseline: '-',
  target: `less than ${LIMIT_MB} MB on disk`,
  large: true,
  async run({ rounds }) {
    const [{ startRegistry }, { packPublished, npmRegistry }] = await Promise.all([
      compiled('registry'),
      compiled('published-packages'),
    ]);
    const folder = join(WORK, 'install');
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, 'packed'), { recursive: true });
    const registry = await startRegistry((await npmRegistry()).url);
    try {
      for (const one of await packPublished(join(folder, 'packed'))) await registry.publish(one);
      const seconds = [];
      let bytes = 0;
      // The first round fills the cache and is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        const project = join(folder, `project-${round}`);
        await mkdir(project);
        const env = {
          HOME: folder,
          DPONE_DATA_DIR: join(project, 'data'),
          DPONE_CONFIG_DIR: join(project, 'config'),
          DPONE_CACHE_DIR: join(project, 'cache'),
          npm_config_cache: join(folder, 'npm'),
          npm_config_registry: registry.url,
          npm_config_audit: 'false',
        };
        const options = { cwd: project, env };
        await runProcess(['npm', 'init', '-y'], options);
        const cli = await runProcess(['npm', 'install', '--ignore-scripts', 'dpone'], options);
        const dpone = join(project, 'node_modules/dpone/bin/dpone.js');
        const plugin = await runProcess(
          [process.execPath, dpone, 'plugins', 'install', '@dpone/connector-clickhouse'],
          options,
        );
        if (round > 0) seconds.push(cli.seconds + plugin.seconds);
        bytes = await bytesOf(project);
        await rm(project, { recursive: true });
      }
      const mb = bytes / 1024 / 1024;
      return { subject_seconds: median(seconds), installed_mb: mb, met: mb < LIMIT_MB };
    } finally {
      await registry.stop();
    }
  },
};
