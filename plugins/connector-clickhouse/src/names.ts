import type { TableRef } from '@dpone/sdk';
import { tableName } from './sql.js';

/** Tables that dpone keeps in the target's database. */
export interface MetaNames {
  readonly loads: string;
  readonly state: string;
  readonly locks: string;
  readonly intents: string;
}

export const META_TABLES = ['__dpone__loads', '__dpone__state', '__dpone__locks', '__dpone__intents'] as const;

export const STAGING_PREFIX = '__dpone__stg_';
const REJECTS = '__rejects';
const NEXT = '__next';
const OLD = '__old';
const MADE = '__made';
const EVENTS = '__events';
const EFFECTS = '__effects';
const CHAIN = '__chain';

export function metaNames(target: TableRef): MetaNames {
  const at = (name: string): string => tableName({ ...target, name });
  return {
    loads: at('__dpone__loads'),
    state: at('__dpone__state'),
    locks: at('__dpone__locks'),
    intents: at('__dpone__intents'),
  };
}

/** Every table of one load. */
export interface LoadTables {
  readonly rows: TableRef;
  readonly rejects: TableRef;
  /** What takes the target's place, and afterwards what the target was. */
  readonly next: TableRef;
  /** What the target was, where two tables cannot be exchanged at once. */
  readonly old: TableRef;
  /** Rows that finalize works out of staging before it changes anything, and the steps on the way to them. */
  readonly made: TableRef;
  readonly events: TableRef;
  readonly effects: TableRef;
  readonly chain: TableRef;
}

export function loadTables(loadId: string, target: TableRef, stagingSchema?: string): LoadTables {
  const name = `${STAGING_PREFIX}${loadId}`;
  const staging = { ...target, ...(stagingSchema === undefined ? {} : { schema: stagingSchema }) };
  return {
    rows: { ...staging, name },
    rejects: { ...staging, name: `${name}${REJECTS}` },
    next: { ...target, name: `${name}${NEXT}` },
    old: { ...target, name: `${name}${OLD}` },
    made: { ...staging, name: `${name}${MADE}` },
    events: { ...staging, name: `${name}${EVENTS}` },
    effects: { ...staging, name: `${name}${EFFECTS}` },
    chain: { ...staging, name: `${name}${CHAIN}` },
  };
}

/** The load that a table belongs to, by its name. */
export const loadOfTable = (name: string): string =>
  name
    .slice(STAGING_PREFIX.length)
    .replace(new RegExp(`(?:${REJECTS}|${NEXT}|${OLD}|${MADE}|${EVENTS}|${EFFECTS}|${CHAIN})$`), '');
