// node kafka-transfer.mjs produce|consume <brokers> <topic> <lines file, or number of messages>: kafkajs alone, for baselines.
import { open } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

const [, , how, brokers, topic, what] = process.argv;
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, clientId: 'bench' });
/** Messages of one request: more make it slower again, as fewer do. */
const BATCH = Number(process.env.BATCH ?? 5000);
const PARTITIONS = 3;

if (how === 'produce') {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const file = await open(what);
  let messages = [];
  let sent = 0;
  let before = Promise.resolve();
  const send = async () => {
    // The next request is made while this one is on its way.
    await before;
    before = producer.send({ topic, messages, acks: -1 });
    sent += messages.length;
    messages = [];
  };
  for await (const value of file.readLines()) {
    messages.push({ value, partition: messages.length % PARTITIONS });
    if (messages.length === BATCH) await send();
  }
  if (messages.length > 0) await send();
  await before;
  await producer.disconnect();
  console.log(sent);
} else {
  const wanted = Number(what);
  const consumer = kafka.consumer({
    groupId: `bench-${process.pid}-${Date.now()}`,
    maxBytesPerPartition: 8 << 20,
    maxBytes: 32 << 20,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: PARTITIONS,
    eachBatch: async ({ batch }) => {
      seen += batch.messages.length;
      if (seen >= wanted) done();
    },
  });
  await all;
  console.log(seen);
  await consumer.disconnect();
}
