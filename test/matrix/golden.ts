import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PairPlan } from './plan-pair.js';

/** The plans of one source: what it has no type for, and each pair. */
export interface SourceGolden {
  readonly source: string;
  readonly no_type_for: readonly string[];
  readonly sinks: Readonly<Record<string, PairPlan>>;
}

const path = (source: string): string =>
  fileURLToPath(new URL(`../../../test/matrix/golden/${source}.json`, import.meta.url));

export const readGolden = (source: string): SourceGolden | undefined =>
  existsSync(path(source)) ? (JSON.parse(readFileSync(path(source), 'utf8')) as SourceGolden) : undefined;

/** Whether this run writes what it finds, as the other pages of the specs are written. */
export const WRITES = process.env['DPONE_WRITE_PAGES'] !== undefined;

/** Writes what was planned over what was; pairs that could not be planned here stay as they are. */
export function writeGolden(golden: SourceGolden): void {
  const sinks = { ...readGolden(golden.source)?.sinks, ...golden.sinks };
  const sorted = Object.fromEntries(
    Object.keys(sinks)
      .toSorted()
      .map((sink) => [sink, sinks[sink]]),
  );
  writeFileSync(path(golden.source), `${JSON.stringify({ ...golden, sinks: sorted }, null, 2)}\n`);
}
