import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compare, median, runProcess } from '../measure.mjs';
import { benchServer, postgresProject, shell } from '../postgres-server.mjs';
import { ROOT, WORK } from '../workspace.mjs';

const TRANSFER = fileURLToPath(new URL('../kafka-transfer.mjs', import.meta.url));
const ROWS = 1_000_000;
const PARTITIONS = 3;
const MEMORY_MB = 400;

const COLUMNS = `id bigint, customer_id int, status text, amount numeric(12,2), qty int, note text,
  created_at timestamptz, paid boolean`;
const FILL = `SELECT id, customer_id, status, coalesce(amount, 1.5), qty, left(note, 34) || md5(note), created_at, paid
  FROM narrow WHERE id <= ${ROWS}`;
/** What dpone makes of a row, so that both send the same bytes. */
const JSON_OF = `json_build_object('id', id, 'customer_id', customer_id, 'status', status, 'amount', amount, 'qty', qty,
  'note', note, 'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'paid', paid)`;
const TYPES = `id bigint,customer_id int,status text,amount decimal(12,2),qty int,note text,created_at timestamp(6) with time zone,paid boolean`;
const columns = TYPES.split(/,(?![0-9])/).map((one) => {
  const [name, ...type] = one.split(' ');
  return { name, type: type.join(' ') };
});

const postgres = (uri, table) => ({ type: 'postgres', connection: uri, table: { schema: 'public', name: table } });
const transfer = (how, kafka, topic, what) => runProcess([process.execPath, TRANSFER, how, kafka.brokers, topic, what]);

/** A project that has the Kafka plugin. */
async function project(name, manifest) {
  const made = await postgresProject(name, manifest);
  await mkdir(join(made.folder, 'node_modules/@dpone'), { recursive: true });
  await symlink(join(ROOT, 'plugins/connector-kafka'), join(made.folder, 'node_modules/@dpone/connector-kafka'));
  const dependencies = { '@dpone/connector-kafka': '0.1.0' };
  await writeFile(join(made.folder, 'package.json'), JSON.stringify({ name, private: true, dependencies }));
  return made;
}

let bus;
/** The broker, the rows as a table, as JSON Lines and as CSV, and a topic that holds them; made once. */
const bench = () =>
  (bus ??= (async () => {
    const { openKafka } = await import('@dpone/test-services');
    const kafka = await openKafka();
    const server = await benchServer();
    await server.table('narrow');
    await server.sql(`CREATE TABLE events (${COLUMNS}); INSERT INTO events ${FILL}`);
    await server.sql('VACUUM ANALYZE events');
    const lines = join(WORK, 'kafka-events.jsonl');
    const csv = join(WORK, 'kafka-events.csv');
    await mkdir(WORK, { recursive: true });
    await shell(
      `psql -qXAt '${server.uri}' -c "copy (select ${JSON_OF.replaceAll('"', '\\"')} from events order by id) to stdout" | sed 's/" : /":/g; s/, "/,"/g' > ${lines}`,
    );
    await shell(`psql -qX '${server.uri}' -c "copy events to stdout csv" > ${csv}`);
    const topic = 'bench-events';
    await kafka.create(topic, PARTITIONS);
    await transfer('produce', kafka, topic, lines);
    return { kafka, server, lines, csv, topic };
  })());

const kafkaCase = (name, { what, baseline, limit, run }) => ({
  name: `kafka-${name}`,
  group: 'kafka',
  what,
  baseline,
  target: `at most ${limit} x the time of the baseline, ${MEMORY_MB} MB`,
  async run({ rounds }) {
    const peaks = [];
    const measured = await run(await bench(), rounds, (result) => {
      peaks.push(result.peakBytes / 2 ** 20);
      return result;
    });
    const peak = median(peaks);
    const met = measured.times_baseline <= limit && peak <= MEMORY_MB;
    return { rows: ROWS, ...measured, peak_mb: peak, met };
  },
});

async function assertRows(found, what) {
  if (Number(found) !== ROWS) throw new Error(`bench: ${what} holds ${found} rows, not ${ROWS}`);
}

const toPostgres = kafkaCase('to-postgres', {
  what: 'Kafka to Postgres, 1,000,000 JSON messages of 200 bytes, 3 partitions',
  baseline: 'the slower of: a bare kafkajs consumer of them all; psql COPY of the same rows from CSV',
  limit: 1.5,
  async run({ kafka, server, topic, csv }, rounds, note) {
    await server.sql(`CREATE TABLE events_copied (${COLUMNS})`);
    const subject = await project('kafka-to-postgres', {
      name: 'events',
      source: { type: 'kafka', connection: kafka.brokers, topic, options: { metadata: [], columns } },
      sink: { ...postgres(server.uri, 'events_loaded'), strategy: { mode: 'full_refresh' } },
    });
    const copy = `psql -qX '${server.uri}' -c "\\copy events_copied from '${csv}' csv"`;
    const measured = await compare({
      rounds,
      prepare: async () => {
        await server.sql('TRUNCATE events_copied; CHECKPOINT');
        await server.sql('DROP TABLE IF EXISTS events_loaded');
      },
      baseline: async () => {
        const [consumed, copied] = [await transfer('consume', kafka, topic, String(ROWS)), await shell(copy)];
        return consumed.seconds > copied.seconds ? consumed : copied;
      },
      subject: async () => {
        const result = note(await subject.run());
        const [{ n }] = await server.sql('SELECT count(*) AS n FROM events_loaded');
        await assertRows(n, 'the table');
        return result;
      },
    });
    return measured;
  },
});

const fromPostgres = kafkaCase('from-postgres', {
  what: 'Postgres to Kafka, 1,000,000 rows as JSON messages of 200 bytes, 3 partitions',
  baseline: 'a bare kafkajs producer of the same messages from a file, best batch size',
  limit: 1.2,
  async run({ kafka, server, lines }, rounds, note) {
    let round = 0;
    const made = async () => {
      const topic = `bench-out-${round++}`;
      // kafkajs's own way to wait fails where a broker under load has not heard of the topic yet.
      await kafka.admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: PARTITIONS }] });
      await setTimeout(1000);
      return topic;
    };
    let topic;
    return compare({
      rounds,
      prepare: async () => {
        if (topic !== undefined) await kafka.admin.deleteTopics({ topics: [topic] });
        topic = await made();
      },
      baseline: () => transfer('produce', kafka, topic, lines),
      subject: async () => {
        const subject = await project('kafka-from-postgres', {
          name: 'events',
          source: postgres(server.uri, 'events'),
          sink: {
            type: 'kafka',
            connection: kafka.brokers,
            topic,
            options: { lineage: false },
            strategy: { mode: 'full_refresh' },
          },
        });
        const result = note(await subject.run());
        const offsets = await kafka.admin.fetchTopicOffsets(topic);
        // A marker ends the transaction in each partition.
        await assertRows(offsets.reduce((sum, { high }) => sum + Number(high), 0) - offsets.length, 'the topic');
        return result;
      },
    });
  },
});

export const KAFKA_CASES = [toPostgres, fromPostgres];

export const stopBroker = async () => (await bus)?.kafka.close();
