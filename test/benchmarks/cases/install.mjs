import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, runProcess } from '../measure.mjs';
import { ROOT, WORK } from '../workspace.mjs';

const LIMIT_MB = 400;
const CONNECTOR = 'connector-clickhouse';
const compiled = (name) => import(pathToFileURL(join(ROOT, `test/.test-dist/install/${name}.js`)).href);

/** Bytes of what lies below a folder; a link counts as nothing. */
async function bytesOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

/** An empty project. */
async function project(options) {
  await mkdir(options.cwd);
  await runProcess(['npm', 'init', '-y'], options);
}

/** The drivers alone, in the versions that the connectors have: what a script of one's own would install. */
async function drivers() {
  const wanted = {
    'connector-duckdb': '@duckdb/node-api',
    'connector-postgres': 'pg',
    [CONNECTOR]: '@clickhouse/client',
  };
  return Promise.all(
    Object.entries(wanted).map(async ([plugin, name]) => {
      const { dependencies } = JSON.parse(await readFile(join(ROOT, 'plugins', plugin, 'package.json'), 'utf8'));
      return `${name}@${dependencies[name]}`;
    }),
  );
}

/** dpone and one connector, from a registry on this machine, into an empty folder; npm's own cache is warm. */
export const installCase = {
  name: 'install',
  what: 'npm install dpone, then dpone plugins install of ClickHouse, warm cache',
  baseline: 'npm install @duckdb/node-api pg @clickhouse/client',
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
      const samples = [];
      let [subjectBytes, baselineBytes] = [0, 0];
      // The first round fills the cache and is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        const options = (name) => {
          const cwd = join(folder, `${name}-${round}`);
          const env = {
            HOME: folder,
            DPONE_DATA_DIR: join(cwd, 'data'),
            DPONE_CONFIG_DIR: join(cwd, 'config'),
            DPONE_CACHE_DIR: join(cwd, 'cache'),
            npm_config_cache: join(folder, 'npm'),
            npm_config_registry: registry.url,
            npm_config_audit: 'false',
          };
          return { cwd, env };
        };
        const bare = options('drivers');
        await project(bare);
        const baseline = await runProcess(['npm', 'install', '--ignore-scripts', ...(await drivers())], bare);
        const whole = options('dpone');
        await project(whole);
        const cli = await runProcess(['npm', 'install', '--ignore-scripts', 'dpone'], whole);
        const dpone = join(whole.cwd, 'node_modules/dpone/bin/dpone.js');
        const install = [process.execPath, dpone, 'plugins', 'install', `@dpone/${CONNECTOR}`];
        const plugin = await runProcess(install, whole);
        if (round > 0)
          samples.push({ subject: cli.seconds + plugin.seconds, plugin: plugin.seconds, baseline: baseline.seconds });
        [subjectBytes, baselineBytes] = [await bytesOf(whole.cwd), await bytesOf(bare.cwd)];
        for (const { cwd } of [bare, whole]) await rm(cwd, { recursive: true });
      }
      const [mb, bareMb] = [subjectBytes, baselineBytes].map((bytes) => bytes / 1024 / 1024);
      return {
        rounds,
        subject_seconds: median(samples.map(({ subject }) => subject)),
        baseline_seconds: median(samples.map(({ baseline }) => baseline)),
        times_baseline: median(samples.map(({ subject, baseline }) => subject / baseline)),
        installed_mb: mb,
        baseline_mb: bareMb,
        size_of_baseline: mb / bareMb,
        samples,
        met: mb < LIMIT_MB,
      };
    } finally {
      await registry.stop();
    }
  },
};
