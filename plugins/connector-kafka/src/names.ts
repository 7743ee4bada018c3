import { join } from 'node:path';
import { fail, type TableRef } from '@dpone/sdk';
import type { SinkOptions } from './options.js';

/** Every name that a load of a topic uses. */
export interface SinkNames {
  readonly topic: string;
  /** Receipts, states, columns and the lock of the topic. */
  readonly ledger: string;
  /** Who writes the messages of a load; one at a time, whoever it is. */
  readonly loader: string;
  /** Who writes the lock. */
  readonly locker: string;
  /** The folder of the stagings of this topic on this machine. */
  readonly stagings: string;
}

/** https://github.com/apache/kafka/blob/4.3.1/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const LEGAL = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

export function sinkNames(options: SinkOptions, table: TableRef, workdir: string): SinkNames {
  const topic = options.topic ?? table.name;
  if (!LEGAL.test(topic))
    throw fail('DPONE_MANIFEST_INVALID', `${JSON.stringify(topic)} is no name of a topic`, {
      where: 'sink.topic',
      remedy: 'Topics have letters, digits, `.`, `_` and `-`, 249 at most: set sink.topic.',
    });
  const ledger = options.ledger_topic ?? `__dpone__.${topic}`;
  if (!LEGAL.test(ledger) || ledger === topic)
    throw fail('DPONE_MANIFEST_INVALID', `${ledger} cannot hold the receipts of ${topic}`, {
      where: 'sink.options.ledger_topic',
      remedy: 'Choose another name, 249 letters at most.',
    });
  return {
    topic,
    ledger,
    loader: `dpone.load.${ledger}`,
    locker: `dpone.lock.${ledger}`,
    stagings: join(workdir, '.dpone', 'kafka', topic),
  };
}

export const stagingFolder = (names: Pick<SinkNames, 'stagings'>, loadId: string): string =>
  join(names.stagings, `__dpone__stg_${loadId}`);
