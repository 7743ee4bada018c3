import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, type Compression, type FileTarget } from '@dpone/sdk';
import { endingOf, formatOfName, KNOWN_ENDINGS, writeFormat, type FilesLane } from './formats.js';
import type { SinkOptions } from './options.js';

const STAGING = '.__dpone__stg_';
const ULID_LENGTH = 26;

/** Where everything of one target lies. */
export interface Layout {
  /** As the manifest names it. */
  readonly label: string;
  /** Absolute: the file, or the folder of part files. */
  readonly target: string;
  readonly single: boolean;
  readonly lane: FilesLane;
  readonly compression: Compression;
  readonly format: FileTarget['format'];
  /** The folder in which the target lies: staging beside it is on the same file system. */
  readonly parent: string;
  /** Receipts, states, locks and the intent of this target. */
  readonly meta: string;
}

export function layoutOf(options: SinkOptions, workdir: string): Layout {
  const target = resolve(workdir, options.path);
  const name = basename(target);
  const folder = options.path.endsWith('/') || isFolder(target) || !name.slice(1).includes('.');
  const named = formatOfName(folder ? '' : name);
  const lane = options.format === 'auto' ? (named.lane ?? (folder ? 'parquet' : undefined)) : options.format;
  if (lane === undefined)
    throw fail('DPONE_OPTION_CONFLICT', `the ending of ${options.path} names no format`, {
      where: 'sink.options.format',
      remedy: `Set sink.options.format to csv, tsv, jsonl or parquet. Endings that name one: ${KNOWN_ENDINGS}.`,
    });
  const compression = options.compression === 'auto' ? named.compression : options.compression;
  if (lane === 'parquet' && named.compression !== 'none')
    throw fail('DPONE_OPTION_CONFLICT', `parquet is compressed inside: ${options.path} would be packed twice`, {
      where: 'sink.options.path',
      remedy: `Name it ${name.replace(/\.[^.]+$/, '')}, and set sink.options.compression: ${named.compression}.`,
    });
  const parent = dirname(target);
  return {
    label: options.path,
    target,
    single: !folder,
    lane,
    compression,
    format: writeFormat(options),
    parent,
    meta: join(parent, '_dpone', name),
  };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The hidden folder of one load's staging; the target's name is in it, because targets lie side by side. */
export const stagingPath = (layout: Layout, loadId: string): string =>
  join(layout.parent, `${STAGING}${loadId}.${basename(layout.target)}`);

/** The load whose staging a folder of the target's parent is; undefined where it is none of this target's. */
export function stagedLoad(layout: Layout, name: string): string | undefined {
  if (!name.startsWith(STAGING)) return undefined;
  const rest = name.slice(STAGING.length);
  return rest.slice(ULID_LENGTH) === `.${basename(layout.target)}` ? rest.slice(0, ULID_LENGTH) : undefined;
}

/** The final path of a part: the target itself, or a name that no other load gives. */
export const partPath = (layout: Layout, loadId: string, part: number): string =>
  layout.single
    ? layout.target
    : join(
        layout.target,
        `part-${loadId}-${String(part).padStart(5, '0')}${endingOf(layout.lane, layout.compression)}`,
      );

export const fileTarget = (layout: Layout, path: string): FileTarget => ({
  lane: layout.lane,
  path,
  compression: layout.compression,
  format: layout.format,
});
