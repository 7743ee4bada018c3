import { isJsonObject, type JsonObject } from '@dpone/sdk';

export interface StagingManifest {
  readonly uris: readonly string[];
  readonly format: string;
  readonly objectCount: number;
  readonly totalBytes: number | bigint;
  readonly blockers: readonly string[];
}

const BROKEN: StagingManifest = {
  uris: [],
  format: 'TSV',
  objectCount: 0,
  totalBytes: 0,
  blockers: ['manifest.invalid_or_missing'],
};

/** Judges a staging manifest, any JSON value: every object is whole, and what is declared adds up. */
export function judgeStaging(value: unknown): StagingManifest {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return BROKEN;
  const objects: readonly unknown[] = Array.isArray(value['objects']) ? (value['objects'] as unknown[]) : [];
  const declaredCount = wholeNumber(value['object_count']);
  const declaredBytes = wholeNumber(value['total_size_bytes']);
  const sizes = objects.map((object) => (isJsonObject(object) ? wholeNumber(object['size_bytes']) : undefined));
  const sum = sizes.reduce<bigint>((total, size) => total + (size ?? 0n), 0n);
  const broken = objects.length === 0 ? ['manifest.objects.empty'] : objects.flatMap(objectBlockers);
  // What a broken object lacks is told already: its sum would only tell it again.
  const blockers =
    broken.length > 0
      ? broken
      : [
          ...(differs(value, 'object_count', declaredCount, BigInt(objects.length))
            ? ['manifest.object_count.mismatch']
            : []),
          ...(differs(value, 'total_size_bytes', declaredBytes, sum) ? ['manifest.total_size_bytes.mismatch'] : []),
        ];
  const uris = objects.flatMap((object) => {
    const uri = isJsonObject(object) ? object['uri'] : undefined;
    return typeof uri === 'string' && uri !== '' ? [uri] : [];
  });
  const base = value['base_uri'];
  const format = value['file_format'];
  return {
    uris: uris.length > 0 ? uris : typeof base === 'string' && base !== '' ? [base] : [],
    format: typeof format === 'string' && format.trim() !== '' ? format.trim().toUpperCase() : 'TSV',
    objectCount: Number(declaredCount || objects.length),
    totalBytes: plain(declaredBytes ?? 0n),
    blockers,
  };
}

function objectBlockers(object: unknown, at: number): string[] {
  const place = `manifest.objects[${at}]`;
  if (!isJsonObject(object)) return [`${place}.invalid`];
  const { uri, sha256, size_bytes } = object as JsonObject & { uri?: unknown; sha256?: unknown; size_bytes?: unknown };
  const size = wholeNumber(size_bytes);
  return [
    ...(typeof uri === 'string' && uri.trim() !== '' ? [] : [`${place}.uri.invalid`]),
    ...(typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256) ? [] : [`${place}.sha256.invalid`]),
    ...(size !== undefined && size > 0n ? [] : [`${place}.size_bytes.invalid`]),
  ];
}

/** A declared figure that is there and not 0 must be right. */
function differs(value: JsonObject, key: string, declared: bigint | undefined, counted: bigint): boolean {
  if (value[key] === undefined || value[key] === null || declared === 0n) return false;
  return declared !== counted;
}

const wholeNumber = (value: unknown): bigint | undefined =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && value >= 0)
    ? BigInt(value)
    : undefined;

const plain = (value: bigint): number | bigint =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : value;
