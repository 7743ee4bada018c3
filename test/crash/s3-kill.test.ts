import s3 from '@dpone/connector-s3';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { freshBucket, s3Missing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject } from '../support/temp-project.js';
import { firstLoad } from './first-load.js';
import { csv, day1, day2, day2New, type Order } from './shop.js';
import { expectCleanBucket, put } from './s3-shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];
const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';

interface S3Scenario {
  readonly name: string;
  /** The target's key or prefix. */
  readonly target: string;
  readonly options: string;
  readonly mode: string;
  /** What lies in the bucket before the first load (none where that one is killed), and what comes before the second. */
  readonly first: readonly Order[] | null;
  readonly second: { readonly key: string; readonly orders: readonly Order[] };
  readonly expected: readonly Order[];
}

const SCENARIOS: readonly S3Scenario[] = [
  {
    name: 'objects that were not taken yet, appended below a prefix',
    target: 'lake/orders/',
    options: 'incremental_strategy: new_files',
    mode: 'incremental_append',
    first: day1,
    second: { key: 'in/2.csv', orders: day2New },
    expected: [...day1, ...day2New],
  },
  {
    name: 'full_refresh of a prefix',
    target: 'lake/orders/',
    options: '',
    mode: 'full_refresh',
    first: day1,
    second: { key: 'in/1.csv', orders: day2 },
    expected: day2,
  },
  {
    name: 'full_refresh of one object, first load',
    target: 'lake/orders.parquet',
    options: '',
    mode: 'full_refresh',
    first: null,
    second: { key: 'in/1.csv', orders: day2 },
    expected: day2,
  },
];

const missing = await s3Missing();

describe('a load from S3 to S3 killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(60_000);
  before(async function () {
    if (missing !== undefined) this.skip();
    this.timeout(1_800_000);
    await (await freshBucket()).drop();
  });
  for (const scenario of SCENARIOS)
    describe(scenario.name, () => {
      for (const step of PROTOCOL_STEPS)
        it(`killed at ${step}, the next run ends right`, async () => {
          await using bucket = await freshBucket();
          const { target, options, mode, first, second, expected } = scenario;
          const project = tempProject({
            'orders.yml': `
name: orders
source: {type: s3, connection: "${bucket.uri}", options: {path: in/, columns: ${COLUMNS}, ${options}}}
sink: {type: s3, connection: "${bucket.uri}", table: orders, options: {path: ${target}}, strategy: {mode: ${mode}}}
`,
          });
          linkPlugins(project, 'connector-s3');
          try {
            if (first !== null) {
              await put(bucket, 'in/1.csv', csv(first));
              await firstLoad(project, s3);
            }
            await put(bucket, second.key, csv(second.orders));
            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');
            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await expectCleanBucket(bucket, project, target, expected);
          } finally {
            project.remove();
          }
        });
    });
});
