/** UTC with microseconds, which are left out where there are none: `2026-01-01T10:00:00.000001+00:00`. */
export function isoTimestamp(moment: Date | bigint): string {
  // A bigint is nanoseconds since the epoch, as file systems give them.
  const micros = typeof moment === 'bigint' ? moment / 1000n : BigInt(moment.getTime()) * 1000n;
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`;
}
