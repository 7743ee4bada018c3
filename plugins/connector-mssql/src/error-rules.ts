import type { ErrorCode } from '@dpone/sdk';
import type { Doing, ServerError } from './errors.js';

interface Verdict {
  readonly code: ErrorCode;
  readonly remedy?: string;
}

type Rule = (doing: Doing) => Verdict;

const always = (code: ErrorCode, remedy?: string): Rule => {
  const verdict: Verdict = remedy === undefined ? { code } : { code, remedy };
  return () => verdict;
};
const asDoing =
  (remedy: string): Rule =>
  ({ code }) => ({ code, remedy });
const missing: Rule = (doing) => ({ code: doing.missing ?? doing.code });
const value: Rule = ({ code }) => ({ code: code === 'DPONE_SOURCE_READ' ? code : 'DPONE_VALUE_OUT_OF_RANGE' });

const CONSTRAINT = "The target's own constraint refuses the rows: mend them at the source, or change the constraint.";
const AGAIN = 'Run again: the load was undone as a whole.';
const SPACE = 'Make room in the filegroup or the log of the database, then run again.';
const GRANT = 'Grant what is named to the user of the connection; `dpone check` lists what a load needs.';

/** By number: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
const RULES: Readonly<Record<number, Rule>> = {
  207: missing,
  208: missing,
  220: value,
  229: always('DPONE_PRIVILEGE_MISSING', GRANT),
  230: always('DPONE_PRIVILEGE_MISSING', GRANT),
  262: always('DPONE_PRIVILEGE_MISSING', GRANT),
  297: always('DPONE_PRIVILEGE_MISSING', GRANT),
  300: always('DPONE_PRIVILEGE_MISSING', GRANT),
  515: asDoing(CONSTRAINT),
  547: asDoing(CONSTRAINT),
  916: always('DPONE_AUTH_FAILED', 'The login may not open the database: make a user for it there.'),
  1088: always('DPONE_PRIVILEGE_MISSING', GRANT),
  1101: always('DPONE_DISK_FULL', SPACE),
  1105: always('DPONE_DISK_FULL', SPACE),
  1205: always('DPONE_CONNECTION_FAILED', `The server chose this load as the victim of a deadlock. ${AGAIN}`),
  1222: asDoing('Somebody else holds the table: run again later, or raise lock_timeout_ms.'),
  2601: asDoing(CONSTRAINT),
  2627: asDoing(CONSTRAINT),
  2628: value,
  // A schema that is not there, or that one may not use: a load makes the schemas that it needs.
  2760: (doing) =>
    doing.missing === undefined ? { code: 'DPONE_PRIVILEGE_MISSING', remedy: GRANT } : { code: doing.missing },
  2812: missing,
  3906: always('DPONE_TARGET_READ_ONLY', 'The database is read-only: connect to the primary.'),
  3952: always(
    'DPONE_CAPABILITY',
    'ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON; or set source.options.isolation: table_lock.',
  ),
  3960: always('DPONE_SOURCE_CHANGED', 'Run again.'),
  3961: always('DPONE_SOURCE_CHANGED', 'The table was altered while it was read: run again.'),
  4060: always('DPONE_AUTH_FAILED', 'Check the name of the database, and that the login may open it.'),
  4701: missing,
  4978: asDoing('See the cause.'),
  8115: value,
  8152: value,
  9002: always('DPONE_DISK_FULL', SPACE),
  18456: always('DPONE_AUTH_FAILED', 'Check user and password, and that the login may open the database.'),
};

/** What an error of the server means for whoever must act. */
export function errorRule(error: ServerError, doing: Doing): Verdict {
  return RULES[error.number]?.(doing) ?? { code: doing.code };
}
