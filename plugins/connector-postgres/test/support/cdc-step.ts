import type { Json, SourceRead } from '@dpone/sdk';
import { laneRows, type Row } from '@dpone/testkit';
import { request, useSource, type SourceOf } from './use-source.js';

export interface CdcStep {
  readonly rows: readonly Row[];
  readonly state: Json;
}

interface StepOptions {
  readonly columns?: readonly string[];
  /** How the load ends: `killed` is an end of which the source is told nothing. Default: committed. */
  readonly ends?: 'committed' | 'undone' | 'killed';
  /** Called once the read is open, before its data is asked for. */
  readonly opened?: (read: SourceRead) => Promise<void>;
}

/** One load by the cursor cdc, as the engine does it. */
export const cdcStep = (of: SourceOf, state: Json, options: StepOptions = {}): Promise<CdcStep> =>
  useSource(of, async (source, c) => {
    const { columns, ends = 'committed' } = options;
    const change = { scope: { cursor: 'cdc' }, state, ...(columns === undefined ? {} : { columns }) } as const;
    const read = await source.open(request(change));
    try {
      await options.opened?.(read);
      const rows: Row[] = [];
      for (const partition of read.partitions) {
        const lane = { id: 'rows', transport: 'rows' } as const;
        rows.push(...(await laneRows(await read.data(partition, lane), lane, c.ctx)));
      }
      await read.verify();
      const { advance } = read;
      const after = advance.kind === 'value' ? (JSON.parse(JSON.stringify(advance.state)) as Json) : state;
      if (ends !== 'killed') await read.settled?.(ends);
      return { rows, state: after };
    } finally {
      await read.close();
    }
  });

/** What the events make of a table that held `before`, by its key. */
export function replay(events: readonly Row[], before: ReadonlyMap<string, Row>, key = 'id'): Map<string, Row> {
  const rows = new Map(before);
  for (const event of events) {
    const id = String(event[key]);
    const old = event['_cdc_old_key'] as string | null;
    const former = old === null ? id : String((JSON.parse(old) as Record<string, unknown>)[key]);
    const own = Object.entries(event).filter(([name]) => !name.startsWith('_cdc_'));
    switch (event['_cdc_op']) {
      case 'read':
      case 'insert':
        if (rows.has(id)) throw new Error(`${id} comes twice`);
        rows.set(id, Object.fromEntries(own));
        break;
      case 'update': {
        const last = rows.get(former);
        if (last === undefined) throw new Error(`${former} is updated and was never there`);
        const unchanged = JSON.parse((event['_cdc_unchanged'] as string | null) ?? '[]') as string[];
        rows.delete(former);
        rows.set(
          id,
          Object.fromEntries(own.map(([name, value]) => [name, unchanged.includes(name) ? last[name] : value])),
        );
        break;
      }
      case 'delete':
        if (!rows.delete(id)) throw new Error(`${id} is deleted and was never there`);
        break;
      case 'truncate':
        rows.clear();
        break;
      default:
        throw new Error(`what is ${String(event['_cdc_op'])}?`);
    }
  }
  return rows;
}

export const noRows: ReadonlyMap<string, Row> = new Map();
