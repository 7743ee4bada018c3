import { fail, type TableRef } from '@dpone/sdk';
import { onCluster, type Design } from './design.js';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { tableLabel, tableName, text } from './sql.js';
import { isReplicated, type TableFacts } from './table-facts.js';

/**
 * Refuses what would lose rows on other servers: a load makes its table out of the parts of one server, so all of them
 * must be replicas of one shard, and all of them must take part in the exchange. Says who takes part.
 */
export async function assertCluster(
  session: Session,
  target: TableRef,
  facts: TableFacts | null,
  design: Design,
  doing: Doing,
): Promise<string> {
  const label = tableLabel(target);
  if (design.cluster === undefined) {
    if (facts !== null && isReplicated(facts)) await assertAlone(session, target, doing);
    return 'this server alone';
  }
  const [row] = await session.rows(
    `SELECT count() AS hosts, uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = ${text(design.cluster)}`,
    doing,
  );
  const [hosts, shards] = [Number(row!['hosts']), Number(row!['shards'])];
  if (hosts === 0)
    throw fail('DPONE_CONNECTION_INVALID', `the server knows no cluster ${design.cluster}`, {
      where: 'sink.options.cluster',
    });
  if (shards > 1)
    throw fail('DPONE_CAPABILITY', `the cluster ${design.cluster} has ${shards} shards, each with other rows`, {
      where: 'sink.options.cluster',
      remedy: "Load each shard's own table by a process of its own, without options.cluster.",
    });
  if (hosts > 1 && !design.replicated)
    throw fail('DPONE_CAPABILITY', `${label} is not replicated: ${hosts} servers would not have the same rows`, {
      where: 'sink.options.engine',
      remedy: 'Use a Replicated engine, or leave options.cluster out.',
    });
  return `${hosts} hosts;${onCluster(design)}`;
}

/** A replicated table without a cluster's name: its other replicas would keep the table that this one gives away. */
async function assertAlone(session: Session, target: TableRef, doing: Doing): Promise<void> {
  const replicas = await session.count(
    `SELECT max(total_replicas) FROM system.replicas WHERE database = ${text(target.schema!)} AND table = ${text(target.name)}`,
    doing,
  );
  if (replicas <= 1) return;
  throw fail('DPONE_CAPABILITY', `${tableLabel(target)} has ${replicas} replicas, and an exchange is one server's`, {
    where: 'sink.options.cluster',
    remedy: 'Name the cluster of its replicas in options.cluster.',
  });
}

/** This server's copy of a replicated table has what the others have: its parts are what a load goes on from. */
export const catchUp = (design: Design, table: TableRef): string[] =>
  design.replicated ? [`SYSTEM SYNC REPLICA ${tableName(table)}`] : [];

/** Every server's copy has what this one's has. */
export const catchUpAll = (design: Design, table: TableRef): string[] =>
  design.replicated && design.cluster !== undefined
    ? [`SYSTEM SYNC REPLICA${onCluster(design)} ${tableName(table)}`]
    : [];
