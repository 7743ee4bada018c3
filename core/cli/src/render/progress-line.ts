import type { RunEvent } from '@dpone/engine';
import { count, duration, size } from './units.js';

type Progress = Extract<RunEvent, { type: 'progress' }>;

/** `orders  [#####-----]  52 %  1,040,000 rows  410,000 rows/s  31.2 MB/s  ETA 2.4 s`, at most `width` columns. */
export function progressLine(event: Progress, seconds: number, width: number): string {
  const share = shareOf(event);
  // A byte lane counts its rows when it has ended.
  const counted = event.rows > 0 || event.bytes === 0;
  const parts = [counted ? `${count(event.rows)} rows` : size(event.bytes)];
  if (seconds > 0) {
    if (counted) parts.push(`${count(event.rows / seconds)} rows/s`);
    if (event.bytes > 0) parts.push(`${size(event.bytes / seconds)}/s`);
    if (share !== undefined && share > 0.02 && share < 1)
      parts.push(`ETA ${duration((seconds * (1 - share)) / share)}`);
  }
  const figures = parts.join('  ');
  const name = event.process.length > 20 ? `${event.process.slice(0, 19)}…` : event.process;
  const percent = share === undefined ? '' : ` ${String(Math.floor(share * 100)).padStart(3)} %`;
  const room = width - name.length - percent.length - figures.length - 6;
  const bar = room >= 8 ? `  ${barOf(share, Math.min(room, 24))}` : '';
  return `${name}${bar}${percent}  ${figures}`.slice(0, width);
}

function shareOf(event: Progress): number | undefined {
  if (event.total_bytes !== undefined && event.total_bytes > 0 && event.bytes > 0)
    return Math.min(1, event.bytes / event.total_bytes);
  if (event.total_rows !== undefined && event.total_rows > 0) return Math.min(1, event.rows / event.total_rows);
  return undefined;
}

function barOf(share: number | undefined, width: number): string {
  if (share === undefined) return `[${'·'.repeat(width)}]`;
  const full = Math.round(share * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
}
