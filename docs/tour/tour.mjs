// npm start: two days of a shop, loaded by the ordinary CLI. Every command is printed as it is run, as a process of
// its own, in docs/tour/out.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateShop } from './generate-shop.mjs';
import { prove } from './prove.mjs';
import { dpone, heading, say } from './terminal.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OUT = join(HERE, 'out');
const DATA = join(OUT, 'data');
const COLUMNS = 80;

/** The data of an earlier tour is kept where the generator has not changed since; everything else starts anew. */
async function prepare() {
  const generator = createHash('sha256')
    .update(await readFile(join(HERE, 'generate-shop.mjs')))
    .digest('hex');
  const stamp = join(DATA, '.generator');
  for (const name of existsSync(OUT) ? await readdir(OUT) : [])
    if (name !== 'data') await rm(join(OUT, name), { recursive: true });
  await mkdir(OUT, { recursive: true });
  await cp(join(HERE, 'manifests'), join(OUT, 'manifests'), { recursive: true });
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === generator) {
    say('The data of the last tour is still there and is used again.');
    return JSON.parse(await readFile(join(DATA, 'expected.json'), 'utf8'));
  }
  const started = Date.now();
  const expected = await generateShop(DATA);
  await writeFile(stamp, generator);
  say(`Wrote two days of a shop to data/ in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  return expected;
}

async function showQuarantine() {
  const folder = join(OUT, '.dpone/quarantine');
  const files = existsSync(folder) ? await readdir(folder) : [];
  for (const file of files) {
    say(`.dpone/quarantine/${file}, why each row is there:`);
    for (const line of (await readFile(join(folder, file), 'utf8')).trim().split('\n')) {
      const { reason, diagnostics } = JSON.parse(line);
      say(`  line ${diagnostics.line}  ${reason}`.slice(0, COLUMNS));
    }
  }
}

const run = (...args) => dpone(args, OUT);

async function tour() {
  const started = Date.now();
  heading('A shop: orders as CSV.gz, order items as Parquet, customers as JSON Lines');
  const expected = await prepare();

  heading('Day 1: everything, by full_refresh, into a DuckDB file that is not there yet');
  await run('plan', 'manifests/orders-day1.yml');
  await run('run', 'manifests/orders-day1.yml');
  await run('run', 'manifests/order_items-day1.yml');
  await run('run', 'manifests/customers-day1.yml');

  heading('Day 2: changed, new and bad orders, by incremental_merge');
  await run('plan', 'manifests/orders-day2.yml');
  await run('run', 'manifests/orders-day2.yml');
  await run('run', 'manifests/order_items-day2.yml');
  await run('run', 'manifests/customers-day2.yml');

  heading('What dpone remembers');
  await run('state', 'inspect', 'manifests/orders-day2.yml');
  await run('history', 'manifests/orders-day2.yml');

  heading('What it set aside');
  await showQuarantine();

  heading('Proof: the tables against sums computed from the generating formulas');
  const proven = await prove(join(OUT, 'shop.duckdb'), expected);

  const at = relative(process.cwd(), OUT);
  heading(`Done in ${((Date.now() - started) / 1000).toFixed(0)} s. Where everything is: ${at}`);
  say('  shop.duckdb          the tables; __dpone__loads has a receipt of each load');
  say('  .dpone/quarantine    the rows that were set aside');
  say('  .dpone/load-packages a record of each load');
  say('  manifests, data      what went in');
  say('');
  say(`Three commands to try next, in ${at}:`);
  say('  npx dpone run manifests/orders-day2.yml      nothing new: nothing is done');
  say('  npx dpone preview manifests/orders-day1.yml  the first rows, typed');
  say('  npx dpone init                               a manifest for your own files');
  return proven;
}

try {
  process.exitCode = (await tour()) ? 0 : 1;
} catch (error) {
  console.error(`tour: ${error.message}`);
  process.exitCode = 1;
}
