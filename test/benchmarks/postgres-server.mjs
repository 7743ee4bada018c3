// The server and the tables that the Postgres cases measure on: started once, with settings for bulk loads.
import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from './measure.mjs';
import { DPONE, WORK } from './workspace.mjs';

const SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  maintenance_work_mem: '256MB',
  autovacuum: 'off',
};

const NARROW = `id bigint primary key, customer_id int not null, status text not null, amount numeric(12,2),
  qty smallint, note text, created_at timestamptz not null, paid boolean`;
const narrowRows = (rows) => `SELECT i, ((i::bigint * 7919) % 100000)::int,
  (array['new','paid','shipped','returned'])[1 + i % 4], CASE WHEN i % 17 = 0 THEN NULL ELSE (i % 100000) / 100.0 END,
  (i % 50)::smallint, 'order note number ' || i || ' ' || md5(i::text),
  timestamptz '2024-01-01' + i * interval '37 seconds', i % 3 = 0 FROM generate_series(1, ${rows}) AS i`;

const KINDS = [
  'int',
  'bigint',
  'text',
  'numeric(12,2)',
  'double precision',
  'date',
  'timestamp',
  'boolean',
  'text',
  'int',
];
const VALUES = [
  (c) => `(i * ${c + 3}) % 1000000`,
  (c) => `i::bigint * ${c + 1}`,
  (c) => `'value ' || ((i * ${c}) % 977)`,
  (c) => `((i * ${c + 7}) % 100000) / 100.0`,
  (c) => `i / ${c + 1}.7`,
  (c) => `date '2020-01-01' + (i * ${c}) % 2000`,
  (c) => `timestamp '2024-01-01' + i * interval '${c + 1} seconds'`,
  (c) => `(i + ${c}) % 3 = 0`,
  (c) => `CASE WHEN (i + ${c}) % 5 = 0 THEN NULL ELSE md5((i + ${c})::text) END`,
  (c) => `CASE WHEN (i + ${c}) % 4 = 0 THEN NULL ELSE i % ${c + 11} END`,
];
const wideColumns = Array.from({ length: 59 }, (_, c) => c);
const WIDE = `id bigint primary key, ${wideColumns.map((c) => `c${c} ${KINDS[c % KINDS.length]}`).join(', ')}`;
const wideRows = (rows) =>
  `SELECT i, ${wideColumns.map((c) => VALUES[c % VALUES.length](c)).join(', ')} FROM generate_series(1, ${rows}) AS i`;

export const TABLES = {
  narrow: { columns: NARROW, rows: 2_000_000, fill: narrowRows, index: 'customer_id' },
  wide: { columns: WIDE, rows: 200_000, fill: wideRows, index: 'c1' },
  large: { columns: NARROW, rows: 20_000_000, fill: narrowRows, index: 'customer_id' },
};

let running;

/** The server of all cases, stopped with the process. */
export async function benchServer() {
  running ??= (async () => {
    await runProcess(['psql', '--version']).catch(() => {
      throw new Error('bench: the Postgres cases compare with psql, which is not on the PATH');
    });
    const { startPostgres } = await import('@dpone/test-services');
    const major = Number(process.env.DPONE_BENCH_POSTGRES_MAJOR ?? 18);
    const server = await startPostgres({ major, settings: SETTINGS });
    const uri = server.uri('bench');
    await server.createDatabase('bench');
    const made = new Set();
    return {
      uri,
      sql: (text) => server.sql(text, 'bench'),
      /** Makes a source table `<name>` and an empty, indexed copy `<name>_target` of it. */
      table: async (name) => {
        if (made.has(name)) return TABLES[name];
        made.add(name);
        const { columns, rows, fill, index } = TABLES[name];
        await server.sql(
          `CREATE TABLE ${name} (${columns}); INSERT INTO ${name} ${fill(rows)}; CREATE INDEX ON ${name} (${index}); ` +
            `CREATE TABLE ${name}_target (LIKE ${name} INCLUDING ALL);`,
          'bench',
        );
        await server.sql(`VACUUM ANALYZE ${name}`, 'bench');
        return TABLES[name];
      },
      stop: () => server.stop(),
    };
  })();
  return running;
}

/** A shell line, for baselines that are pipes of psql. */
export const shell = (line, options) => runProcess(['bash', '-euo', 'pipefail', '-c', line], options);

/** A project with one manifest; `run` is a whole dpone process, with its processor time. */
export async function postgresProject(name, manifest) {
  const folder = join(WORK, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'load.json'), JSON.stringify(manifest));
  const command = [process.execPath, DPONE, 'run', 'load.json', '--format', 'json'];
  return { folder, run: (flags = []) => runProcess([...command, ...flags], { cwd: folder, memory: true }) };
}

/** Processor seconds of a command and its children, as the shell's `time` counts them. */
export function cpuSeconds(command, cwd) {
  return new Promise((resolve, reject) => {
    const line = `TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>/dev/null`;
    const child = spawn('bash', ['-c', line, 'bash', ...command], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', () => {
      const [user, system] = output.trim().split(' ').map(Number);
      resolve(user + system);
    });
  });
}
