import { placeOf } from '../manifest/place-of.js';
import type { ProcessSpec } from '../manifest/process-spec.js';

/** A key of a process and where it was written: `orders.yml:12:5 sink.strategy.unique_key`. */
export const whereOf = (spec: Pick<ProcessSpec, 'manifest' | 'places'>, path: string): string =>
  `${placeOf(spec, path)} ${path}`;
