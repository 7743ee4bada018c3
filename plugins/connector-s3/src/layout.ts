import { fail, type Compression, type FileTarget } from '@dpone/sdk';
import type { S3Connection } from './connection/settings.js';
import { endingOf, formatOfName, KNOWN_ENDINGS, writeFormat, type FilesLane } from './formats.js';
import { locate, uriOf } from './location.js';
import type { SinkOptions } from './options.js';

const STAGING = '__dpone__stg_';

/** Where everything of one target lies: keys of one bucket. */
export interface Layout {
  /** `s3://bucket/orders/` */
  readonly label: string;
  readonly bucket: string;
  /** The key of the one object, or the prefix of the objects, which ends in `/` or is empty. */
  readonly target: string;
  readonly single: boolean;
  readonly lane: FilesLane;
  readonly compression: Compression;
  readonly format: FileTarget['format'];
  /** The prefix of receipts, states, the lock and staging of this target. */
  readonly meta: string;
}

export function layoutOf(options: SinkOptions, connection: S3Connection): Layout {
  const { bucket, key } = locate(options.path, connection, 'sink.options.path');
  const name = key.split('/').findLast((part) => part !== '') ?? '';
  const folder = key === '' || key.endsWith('/') || !name.slice(1).includes('.');
  const named = formatOfName(folder ? '' : name);
  const lane = options.format === 'auto' ? (named.lane ?? (folder ? 'parquet' : undefined)) : options.format;
  if (lane === undefined)
    throw fail('DPONE_OPTION_CONFLICT', `the ending of ${options.path} names no format`, {
      where: 'sink.options.format',
      remedy: `Set sink.options.format to csv, tsv, jsonl or parquet. Endings that name one: ${KNOWN_ENDINGS}.`,
    });
  if (lane === 'parquet' && named.compression !== 'none')
    throw fail('DPONE_OPTION_CONFLICT', `parquet is compressed inside: ${options.path} would be packed twice`, {
      where: 'sink.options.path',
      remedy: `Name it ${name.replace(/\.[^.]+$/, '')}, and set sink.options.compression: ${named.compression}.`,
    });
  const target = folder && key !== '' && !key.endsWith('/') ? `${key}/` : key;
  const plain = folder ? target.slice(0, -1) : target;
  const parent = plain.includes('/') ? plain.slice(0, plain.lastIndexOf('/') + 1) : '';
  return {
    label: uriOf({ bucket, key: target }),
    bucket,
    target,
    single: !folder,
    lane,
    compression: options.compression === 'auto' ? named.compression : options.compression,
    format: writeFormat(options),
    // The root of a bucket has no name of its own.
    meta: `${parent}_dpone/${plain.slice(parent.length) || '_root'}/`,
  };
}

/** The prefix of one load's staging: what was uploaded for it, and how the load is decided. */
export const stagingPrefix = ({ meta }: Layout, loadId: string): string => `${meta}${STAGING}${loadId}/`;

/** The prefix of every load's staging. */
export const anyStaging = ({ meta }: Layout): string => `${meta}${STAGING}`;

/** The load that a key of staging belongs to. */
export const stagedLoad = (layout: Layout, key: string): string => key.slice(anyStaging(layout).length).split('/')[0]!;

/** The final key of a part: the target itself, or a key that no other load gives. */
export const partKey = (layout: Layout, loadId: string, part: number): string =>
  layout.single
    ? layout.target
    : `${layout.target}part-${loadId}-${String(part).padStart(5, '0')}${endingOf(layout.lane, layout.compression)}`;

export const fileTarget = (layout: Layout, path: string): FileTarget => ({
  lane: layout.lane,
  path,
  compression: layout.compression,
  format: layout.format,
});
