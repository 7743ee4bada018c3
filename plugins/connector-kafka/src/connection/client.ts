import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { fail } from '@dpone/sdk';
import { isConnectionError, isRetriable, kafkaError, type Doing } from '../errors.js';
import {
  openKafka,
  sendWire,
  TRANSACTION_COORDINATOR,
  type Broker,
  type Cluster,
  type WireRequest,
} from './kafkajs.js';
import type { KafkaConnection } from './settings.js';

/** What only committed transactions show, and what every record shows. */
export const ISOLATION = { read_uncommitted: 0, read_committed: 1 } as const;
export type Isolation = keyof typeof ISOLATION;

export const EARLIEST = -2;
export const LATEST = -1;

/** How long an answer is waited for while brokers restart or leaders move. */
const PATIENCE_MS = 60_000;

/** A cluster, as the source and the sink use it. */
export class KafkaClient {
  readonly #cluster: Cluster;
  readonly #admin: Admin;
  readonly #signal: AbortSignal;
  #adminOpen: Promise<void> | undefined;

  private constructor(cluster: Cluster, admin: Admin, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#admin = admin;
    this.#signal = signal;
  }

  static async connect(connection: KafkaConnection, doing: Doing, signal: AbortSignal): Promise<KafkaClient> {
    const { cluster, admin } = await openKafka(connection);
    try {
      await cluster.connect();
    } catch (error) {
      await cluster.disconnect().catch(() => undefined);
      throw kafkaError(error, doing);
    }
    return new KafkaClient(cluster, admin, signal);
  }

  /** The cluster's own id; two clusters never share one. */
  get clusterId(): string {
    return this.#cluster.brokerPool.metadata?.clusterId ?? '';
  }

  /** The topic's partitions in order, or null where there is no such topic. */
  async partitions(topic: string, doing: Doing): Promise<readonly number[] | null> {
    return this.patient(doing, async () => {
      try {
        await this.#cluster.addTargetTopic(topic);
        await this.#cluster.refreshMetadata();
      } catch (error) {
        if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return null;
        throw error;
      }
      const found = this.#cluster.findTopicPartitionMetadata(topic);
      return found.map((p) => p.partitionId).toSorted((a, b) => a - b);
    });
  }

  /** The offset of each partition at a time in ms, `EARLIEST` or `LATEST` (what this isolation may read up to). */
  async offsets(
    topic: string,
    partitions: readonly number[],
    at: number,
    isolation: Isolation,
    doing: Doing,
  ): Promise<Map<number, number>> {
    return this.patient(doing, async () => {
      const found = new Map<number, number>();
      for (const [nodeId, own] of this.#byLeader(topic, partitions)) {
        const broker = await this.#cluster.findBroker({ nodeId });
        const { responses } = await broker.listOffsets({
          replicaId: -1,
          isolationLevel: ISOLATION[isolation],
          topics: [{ topic, partitions: own.map((partition) => ({ partition, timestamp: at })) }],
        });
        for (const response of responses)
          for (const { partition, offset } of response.partitions) found.set(partition, Number(offset));
      }
      return found;
    });
  }

  /** Sends a request to the leader of a partition. */
  async toLeader<T>(topic: string, partition: number, wire: (broker: Broker) => WireRequest<T>): Promise<T> {
    const [[nodeId] = []] = this.#byLeader(topic, [partition]);
    if (nodeId === undefined) throw fail('DPONE_SOURCE_NOT_FOUND', `${topic} has no partition ${partition}`);
    const broker = await this.#cluster.findBroker({ nodeId });
    try {
      return await sendWire(broker, wire(broker));
    } catch (error) {
      if (isConnectionError(error)) await this.#forget(broker);
      throw error;
    }
  }

  /**
   * A connection of kafkajs that broke in the middle of an answer keeps what came of it, and takes it for the beginning
   * of the next one. Only another connection is of use.
   */
  async #forget(broker: Broker): Promise<void> {
    const { host, port } = broker.connectionPool;
    await broker.disconnect().catch(() => undefined);
    this.#cluster.removeBroker({ host, port });
    const pool = this.#cluster.brokerPool;
    // With its last broker it forgets whom to ask for the others.
    if (pool.seedBroker === undefined) await pool.createSeedBroker();
  }

  /** Runs something with the broker that coordinates a transactional id. */
  async withCoordinator<T>(transactionalId: string, run: (broker: Broker) => Promise<T>): Promise<T> {
    const coordinatorType = TRANSACTION_COORDINATOR;
    const broker = await this.#cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType });
    try {
      return await run(broker);
    } catch (error) {
      if (isConnectionError(error)) await this.#forget(broker);
      throw error;
    }
  }

  /** Tries again, with fresh metadata, as long as the error is one that passes. */
  async patient<T>(doing: Doing, run: () => Promise<T>): Promise<T> {
    const until = Date.now() + PATIENCE_MS;
    for (let wait = 50; ; wait = Math.min(wait * 2, 2000)) {
      try {
        return await run();
      } catch (error) {
        if (!isRetriable(error) || this.#signal.aborted || Date.now() > until) throw kafkaError(error, doing);
        await sleep(wait);
        await this.#cluster.refreshMetadata().catch(() => undefined);
      }
    }
  }

  /** kafkajs's own administration: topics, their settings, records to delete. */
  async admin<T>(doing: Doing, run: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      await (this.#adminOpen ??= this.#admin.connect());
      return await run(this.#admin);
    } catch (error) {
      throw kafkaError(error, doing);
    }
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect().catch(() => undefined);
    if (this.#adminOpen !== undefined) await this.#admin.disconnect().catch(() => undefined);
  }

  #byLeader(topic: string, partitions: readonly number[]): Map<number, number[]> {
    const leaders = new Map(
      this.#cluster.findTopicPartitionMetadata(topic).map((p) => [p.partitionId, p.leader] as const),
    );
    const grouped = new Map<number, number[]>();
    for (const partition of partitions) {
      const leader = leaders.get(partition);
      if (leader === undefined || leader < 0)
        throw Object.assign(new Error(`partition ${partition} of ${topic} has no leader now`), { retriable: true });
      grouped.set(leader, [...(grouped.get(leader) ?? []), partition]);
    }
    return grouped;
  }
}
