/** `12,345,678`. */
export const count = (n: number): string => Math.round(n).toLocaleString('en-US');

/** `1 row`, `2,000 rows`. */
export const rowsText = (n: number): string => `${count(n)} ${Math.round(n) === 1 ? 'row' : 'rows'}`;

/** Bytes as `12.3 MB` (10^6). */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds as `4.2 s`, `1:05`, `2:03:04`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  const two = (n: number): string => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
