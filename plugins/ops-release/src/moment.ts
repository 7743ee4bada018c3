import { z } from 'zod';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?(?:\d{2})?)?)?$/i;

/** An ISO 8601 moment as milliseconds since the epoch: a day alone is its midnight, and no zone is UTC. */
export function parseMoment(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}`;
  const date = new Date(`${local}Z`);
  // A day that no calendar has becomes another one.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== `${local}Z`) return undefined;
  return date.getTime() - offsetMinutes(zone) * 60_000;
}

function offsetMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** A flag with a moment, which is kept as it was typed. */
export const momentInput = (description: string) =>
  z
    .string()
    .refine((text) => parseMoment(text) !== undefined, 'this is no ISO 8601 time, like 2026-03-01T12:00:00Z')
    .optional()
    .describe(description);
