/**
 * The texts in which a server says values, made the same everywhere: what a role, a database or PGOPTIONS set otherwise
 * does not change what is read. https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const SETTINGS: Readonly<Record<string, string>> = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'iso_8601',
  timezone: 'UTC',
  // Shortest text that is read back as the same number (server 12 and later): any value above 0.
  extra_float_digits: '3',
  bytea_output: 'hex',
  xmloption: 'content',
  standard_conforming_strings: 'on',
};

/** What {@link settingsStatement} answers with. */
export interface SessionState {
  readonly in_recovery: boolean;
  readonly read_only: boolean;
}

/**
 * Sets a session up and says what kind of server it is, in one round trip: one statement, because a replication
 * connection takes no more at once.
 */
export function settingsStatement(more: Readonly<Record<string, string>>): string {
  const sets = Object.entries({ ...SETTINGS, ...more }).map(
    ([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`,
  );
  return `SELECT pg_catalog.pg_is_in_recovery() AS in_recovery, pg_catalog.current_setting('transaction_read_only') = 'on' AS read_only, ${sets.join(', ')}`;
}

/** Escaped so that it means the same whether or not a server takes backslashes for escapes. */
const literal = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
};

/** Why a server is not of the kind asked for, or undefined. */
export function attributeProblem(wanted: string, { in_recovery, read_only }: SessionState): string | undefined {
  if (wanted === 'read-write' && (in_recovery || read_only)) return 'its sessions are read-only';
  if (wanted === 'read-only' && !in_recovery && !read_only) return 'its sessions are not read-only';
  if (wanted === 'primary' && in_recovery) return 'it is a standby';
  if (wanted === 'standby' && !in_recovery) return 'it is not a standby';
  return undefined;
}
