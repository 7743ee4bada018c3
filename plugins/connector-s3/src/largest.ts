import type { CanonicalType, Codec, FileSet } from '@dpone/sdk';

/** The largest value of a column in files, as text; null where there is none. One value a row comes into JavaScript. */
export async function largestValue(
  codec: Codec,
  files: FileSet,
  column: { readonly name: string; readonly type: CanonicalType },
  signal: AbortSignal,
): Promise<string | null> {
  const schema = { columns: [{ ...column, nullable: true }] };
  let largest: unknown = null;
  // One by one: with known columns a single text file is read as it is, of several each header would be guessed at.
  for (const path of files.paths)
    for await (const batch of codec.read({ ...files, paths: [path] }, schema, signal))
      for (const value of batch.columns[0] ?? [])
        if (value !== null && (largest === null || isLess(largest, value, column.type))) largest = value;
  return largest === null ? null : `${largest as string | number | bigint}`;
}

function isLess(a: unknown, b: unknown, type: CanonicalType): boolean {
  if (type.kind !== 'decimal') return (a as string) < (b as string);
  return decimal(a as string, type.scale) < decimal(b as string, type.scale);
}

/** A decimal's text as the integer of its smallest unit. */
function decimal(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(scale, '0'));
  return text.startsWith('-') ? -units : units;
}
