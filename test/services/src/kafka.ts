import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaJars, kafkaUnavailable } from './kafka-binaries.js';
import type { KafkaFacts, KafkaProcessOptions } from './kafka-process.js';
import { supervise } from './supervise.js';
import { given } from './given.js';

/** A running Kafka. */
export interface KafkaServer {
  /** `host:port`, as `bootstrap_servers` takes it. */
  readonly brokers: string;
  /** Whether it came by `DPONE_TEST_KAFKA_BROKERS`; such a one cannot be stopped, killed or restarted. */
  readonly given: boolean;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL; `restart()` brings it back with the data that it had written. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  log(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The brokers that the environment gives the tests by `DPONE_TEST_KAFKA_BROKERS`, or nothing. */
export const givenKafka = (): string | undefined => given('DPONE_TEST_KAFKA_BROKERS');

/** Why no Kafka can be had here; undefined where one can. Fetches the broker on a machine's first call. */
export async function kafkaMissing(): Promise<string | undefined> {
  if (givenKafka() !== undefined) return undefined;
  const why = await kafkaUnavailable();
  if (why !== undefined) return why;
  return kafkaJars().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Starts a broker of the test's own; it ends with `stop()`, or when the test process does, in whatever way. */
export async function startKafka(options: KafkaProcessOptions = {}): Promise<KafkaServer> {
  const given = givenKafka();
  if (given !== undefined) return connectGiven(given);
  const service = supervise<KafkaFacts>(new URL('./kafka-process.js', import.meta.url), options);
  const { port, folder } = await service.start().catch(async (error: unknown) => {
    await service.remove();
    throw error;
  });
  return {
    brokers: `127.0.0.1:${port}`,
    given: false,
    stop: () => service.remove(),
    kill: () => service.kill(),
    async restart() {
      await service.stop();
      await service.start();
    },
    log: () => readFile(join(folder, 'server.log'), 'utf8'),
    [Symbol.asyncDispose]: () => service.remove(),
  };
}

const refuse = (what: string) => (): Promise<never> =>
  Promise.reject(
    new Error(`the brokers of DPONE_TEST_KAFKA_BROKERS cannot be ${what} by a test: they are not the test's`),
  );

const connectGiven = (brokers: string): KafkaServer => ({
  brokers,
  given: true,
  stop: async () => {},
  kill: refuse('killed'),
  restart: refuse('restarted'),
  log: refuse('asked for their log'),
  [Symbol.asyncDispose]: async () => {},
});

let shared: Promise<KafkaServer> | undefined;

/** The broker that all tests of this process share; the first call starts it, it ends with the process. */
export const sharedKafka = (): Promise<KafkaServer> => (shared ??= startKafka());
