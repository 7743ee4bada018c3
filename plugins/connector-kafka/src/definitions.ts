import { defineSink, defineSource } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import {
  connection,
  sinkOptions,
  sourceOptions,
  type KafkaConnection,
  type SinkOptions,
  type SourceOptions,
} from './options.js';

// The driver is loaded when something is created, not when a plugin is listed or a plan is checked.

export const kafkaSource = defineSource<KafkaConnection, SourceOptions>({
  summary: 'Messages of a Kafka topic, from where the last load ended to where the topic ends now',
  connection,
  options: sourceOptions,
  table: 'optional',
  capabilities: sourceCapabilities,
  example: {
    type: 'kafka',
    connection: 'kafka://localhost:9092',
    topic: 'clicks',
    options: { message_format: 'json' },
  },
  create: async (ctx) => new (await import('./source.js')).KafkaSource(ctx),
});

export const kafkaSink = defineSink<KafkaConnection, SinkOptions>({
  summary: 'Messages of a Kafka topic: each load is one transaction',
  connection,
  options: sinkOptions,
  table: 'optional',
  capabilities: sinkCapabilities,
  example: {
    type: 'kafka',
    connection: 'kafka://localhost:9092',
    topic: 'orders',
    strategy: { mode: 'incremental_append' },
    options: { key: 'id' },
  },
  create: async (ctx) => new (await import('./sink.js')).KafkaSink(ctx),
});
