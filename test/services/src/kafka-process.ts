import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { JvmProcess, listens } from './jvm-process.js';
import { kafkaJars } from './kafka-binaries.js';
import type { Service } from './service.js';

/** Where the broker is. */
export interface KafkaFacts {
  readonly port: number;
  /** Holds `server.log` and `data/`. */
  readonly folder: string;
}

export interface KafkaProcessOptions {
  /** Where the broker listens, where that must be known before it runs. */
  readonly port?: number;
  /** Where clients are told to connect, where it is not the broker's own port (a proxy before it). */
  readonly advertisedPort?: number;
}

/** Small and quick to start: a broker of a test lives for minutes. */
const JAVA = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** One broker that is its own controller (KRaft), with a data folder of its own. */
class KafkaProcess implements Service {
  readonly #jvm = new JvmProcess('kafka');
  readonly #options: KafkaProcessOptions;
  #port: number | undefined;

  constructor(options: KafkaProcessOptions) {
    this.#options = options;
  }

  async start(): Promise<KafkaFacts> {
    const libs = join(await kafkaJars(), 'libs', '*');
    const folder = await this.#jvm.folder();
    const config = join(folder, 'server.properties');
    if (this.#port === undefined) {
      this.#port = this.#options.port ?? (await freePort());
      await writeFile(config, properties(folder, this.#port, await freePort(), this.#options));
      const format = ['-cp', libs, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', config];
      await promisify(execFile)('java', [...JAVA, ...format]);
    }
    const port = this.#port;
    await this.#jvm.launch([...JAVA, '-cp', libs, 'kafka.Kafka', config], () => listens(port));
    return { port, folder };
  }

  stop(): Promise<void> {
    return this.#jvm.stop();
  }

  kill(): Promise<void> {
    return this.#jvm.kill();
  }

  remove(): Promise<void> {
    return this.#jvm.remove();
  }
}

/** https://kafka.apache.org/documentation/#brokerconfigs: one broker, few partitions of its own, no waiting for others. */
const properties = (folder: string, port: number, controller: number, options: KafkaProcessOptions): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.advertisedPort ?? port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '2',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '2',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    // Compaction and retention are tested: they must not wait for minutes.
    'log.cleaner.backoff.ms': '500',
    'log.retention.check.interval.ms': '1000',
    // Messages of tests bear times of years ago.
    'log.retention.ms': '-1',
    'log.cleaner.dedupe.buffer.size': '16777216',
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

export const createService = (options: unknown): Service => new KafkaProcess(options as KafkaProcessOptions);
