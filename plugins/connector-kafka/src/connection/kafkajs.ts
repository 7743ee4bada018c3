import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { KafkaConnection } from './settings.js';

/** A request of the protocol, as kafkajs's connections take it. */
export interface WireRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  /** The body behind the request's header. */
  readonly body: Buffer;
  readonly decode: (payload: Buffer) => T;
  readonly timeoutMs?: number;
}

/** What kafkajs's connections ask of a body. */
interface Encoder {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

interface Connections {
  readonly host: string;
  readonly port: number;
  send(protocol: {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
    response: { decode(raw: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> };
    requestTimeout?: number;
    logResponseError?: boolean;
  }): Promise<unknown>;
}

/** What is used of a broker of kafkajs. */
export interface Broker {
  readonly nodeId: number;
  readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>;
  readonly connectionPool: Connections;
  disconnect(): Promise<void>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: readonly { partitions: readonly { partition: number; offset: string }[] }[] }>;
  initProducerId(request: {
    transactionalId: string;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(
    request: ProducerIdentity & { topics: readonly { topic: string; partitions: readonly number[] }[] },
  ): Promise<unknown>;
  endTxn(request: ProducerIdentity & { transactionResult: boolean }): Promise<unknown>;
}

/** Who writes: the brokers refuse an older epoch of the same id. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface PartitionMetadata {
  readonly partitionErrorCode: number;
  readonly partitionId: number;
  readonly leader: number;
}

/** What is used of a cluster of kafkajs. */
export interface Cluster {
  readonly brokerPool: {
    readonly metadata?: { readonly clusterId: string };
    readonly seedBroker?: unknown;
    createSeedBroker(): Promise<void>;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  findBroker(node: { nodeId: number }): Promise<Broker>;
  findGroupCoordinator(of: { groupId: string; coordinatorType: number }): Promise<Broker>;
  removeBroker(address: { host: string; port: number }): void;
}

/** kafkajs's type of a coordinator of transactions. */
export const TRANSACTION_COORDINATOR = 1;

export interface Opened {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  readonly admin: Admin;
}

/**
 * kafkajs speaks to the brokers: sockets, TLS, SASL, metadata, versions, coordinators. Its consumer and producer are not
 * used: the consumer needs a group and never says how far it came where the end of a log holds nothing to deliver
 * (markers of transactions), both make an object of every record's every part, and neither fixes an end before it reads.
 * The cluster behind them is not public; it is asked for by the name of its factory, and the version is pinned.
 */
export async function openKafka(connection: KafkaConnection): Promise<Opened> {
  quietRequestQueue();
  const { tls, sasl } = connection;
  const kafka = new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: connection.connectTimeoutMs,
    requestTimeout: 60_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 2000 },
    ...(tls === undefined
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls.verify,
            ...(tls.ca === undefined ? {} : { ca: [await readFile(tls.ca, 'utf8')] }),
          },
        }),
    ...(sasl === undefined ? {} : { sasl: sasl as { mechanism: 'plain'; username: string; password: string } }),
  });
  const factory = Object.getOwnPropertySymbols(kafka).find((s) => s.description === 'private:Kafka:createCluster');
  if (factory === undefined) throw new Error('this version of kafkajs is not the one that dpone was made for');
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[factory]!;
  const cluster = make({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
  return { kafka, cluster, admin: kafka.admin() };
}

/** Sends a request of our own making over a broker's connection. */
export async function sendWire<T>(broker: Broker, wire: WireRequest<T>): Promise<T> {
  const { apiKey, apiVersion, apiName, body, decode, timeoutMs } = wire;
  return (await broker.connectionPool.send({
    request: { apiKey, apiVersion, apiName, encode: () => Promise.resolve({ buf: body, buffer: body }) },
    response: {
      decode: (raw) => Promise.resolve(decode(raw)),
      parse: (data) => Promise.resolve(data),
    },
    ...(timeoutMs === undefined ? {} : { requestTimeout: timeoutMs }),
    logResponseError: false,
  })) as T;
}

const require = createRequire(import.meta.url);

interface RequestQueue {
  readonly throttledUntil: number;
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let quiet = false;

/**
 * kafkajs 2.2.4 sets a timer into the past for every request that nothing holds back, of which Node 24 warns on the
 * terminal (https://github.com/tulios/kafkajs/issues/1751). Where nothing waits there is nothing to look at later.
 */
function quietRequestQueue(): void {
  if (quiet) return;
  quiet = true;
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue;
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
