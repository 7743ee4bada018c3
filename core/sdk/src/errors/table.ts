/**
 * Who must act when an error is met: `user` (the input is wrong), `transient` (the same call may go through later and
 * is retried), `terminal` (it will fail again until something outside dpone changes), `verdict` (a check said no).
 */
export type Consequence = 'user' | 'transient' | 'terminal' | 'verdict';

export interface ErrorSpec {
  /** What the code means, for the reference page. */
  readonly meaning: string;
  readonly consequence: Consequence;
  /** 1 red verdict, 2 wrong usage or invalid input, 3 the run failed. */
  readonly exit: 1 | 2 | 3;
  /** What to do, where a call gives no better remedy of its own. */
  readonly remedy: string;
}

const user = (meaning: string, remedy: string): ErrorSpec => ({ meaning, consequence: 'user', exit: 2, remedy });
const terminal = (meaning: string, remedy: string): ErrorSpec => ({
  meaning,
  consequence: 'terminal',
  exit: 3,
  remedy,
});
const transient = (meaning: string, remedy: string): ErrorSpec => ({
  meaning,
  consequence: 'transient',
  exit: 3,
  remedy,
});
const verdict = (meaning: string, remedy: string): ErrorSpec => ({ meaning, consequence: 'verdict', exit: 1, remedy });

/** Every error of dpone and its plugins. `docs/reference/errors.md` is generated from it. */
export const ERRORS = {
  DPONE_USAGE: user('A flag or argument is missing, unknown or malformed.', 'Run the command with --help.'),
  DPONE_FILE_NOT_FOUND: user('A file named on the command line or in a manifest is not there.', 'Check the path.'),
  DPONE_FILE_UNREADABLE: user(
    'A file is there but cannot be read.',
    'Check its permissions and that it is a regular file.',
  ),
  DPONE_FILE_EXISTS: user('A file that would be written is there already.', 'Choose another path or pass --force.'),
  DPONE_MANIFEST_SYNTAX: user('A manifest is not valid YAML or JSON.', 'Mend the syntax at the place named.'),
  DPONE_MANIFEST_INVALID: user(
    'A manifest does not fit the schema.',
    'Mend the key named; docs/reference/manifest.md lists them all.',
  ),
  DPONE_MANIFEST_UNKNOWN_KEY: user(
    'A manifest has a key that nothing reads.',
    'Remove the key or spell it as suggested.',
  ),
  DPONE_MANIFEST_TEMPLATE: user(
    'A template expression of a manifest cannot be rendered.',
    'Define the variable or mend the expression.',
  ),
  DPONE_MANIFEST_VARIABLE: user(
    'A manifest refers to an environment variable that is not set.',
    'Set the variable, or give a default: ${NAME:-default}.',
  ),
  DPONE_SELECTOR: user(
    'A selector fits no process of the manifest, or more than one process needs one.',
    'Pass --selector with one of the names listed.',
  ),
  DPONE_DEPENDENCY_CYCLE: user(
    'Processes of a manifest depend on each other in a circle.',
    'Remove one of the dependencies named.',
  ),
  DPONE_TYPE_UNKNOWN: user(
    'A manifest names a source, sink, strategy or other type that no installed plugin provides.',
    'Install the plugin that provides it.',
  ),
  DPONE_OPTION_CONFLICT: user(
    'Two options exclude each other, or one needs another that is absent.',
    'Change one of the options named.',
  ),
  DPONE_CAPABILITY: user(
    'The source or sink cannot do what the strategy or an option needs.',
    'Choose one of the alternatives named.',
  ),
  DPONE_CONNECTION_INVALID: user('A connection is not fully described.', 'Set what is missing.'),
  DPONE_SECRET_NOT_FOUND: user(
    'A secret that a connection refers to does not exist.',
    'Set the variable or secret named.',
  ),
  DPONE_NO_LANE: user(
    'No lane carries every column from this source to this sink without loss.',
    'Leave out, cast or map the columns named.',
  ),
  DPONE_SCHEMA_BREAKING: user(
    'The source no longer fits the target and no allowed change mends it.',
    'Change the target, or the schema_evolution options, as the message says.',
  ),
  DPONE_PREDICATE_INVALID: user('A predicate cannot be read.', 'Write it as the message says.'),
  DPONE_INPUT_INVALID: user(
    'An input file or value of a command is not of the expected form.',
    'Mend it at the place named.',
  ),
  DPONE_RUN_NOT_RESUMABLE: user('A run cannot be gone on with.', 'Begin a new one: dpone run.'),
  DPONE_PLUGIN_INVALID: user(
    'A plugin hands over something that the host cannot use.',
    "Tell the plugin's author, or install another version.",
  ),
  DPONE_PLUGIN_INCOMPATIBLE: user(
    'A plugin was written for another version of the plugin contract.',
    'Install the version named.',
  ),
  DPONE_PLUGIN_DUPLICATE: user('Two plugins provide the same type.', 'Uninstall one of the two.'),
  DPONE_PLUGIN_FAILED: terminal(
    'A plugin threw, or did not answer in time, while it was loaded.',
    'See the cause; reinstall the plugin or tell its author.',
  ),
  DPONE_PLUGIN_REFUSED: user(
    'The install policy does not allow this plugin.',
    'Add it to the allow list if you trust it.',
  ),
  DPONE_PLUGIN_INSTALL: terminal(
    'A plugin could not be installed, updated or removed; what was installed before is unchanged.',
    'See the cause.',
  ),
  DPONE_PLUGIN_NOT_FOUND: user(
    'No plugin of this name is published or installed.',
    'Check the name; unscoped names are only taken with npm: in front.',
  ),
  DPONE_NODE_VERSION: user('Node.js is too old.', 'Install Node.js 22.12 or newer.'),
  DPONE_CONNECTION_FAILED: transient('A system cannot be reached.', 'Check that it runs, and the address.'),
  DPONE_AUTH_FAILED: terminal('A system refused the credentials.', 'Check user and password.'),
  DPONE_PRIVILEGE_MISSING: terminal('The user of a connection lacks a privilege.', 'Grant what is named.'),
  DPONE_SOURCE_NOT_FOUND: terminal('The table, file, topic or object to read does not exist.', 'Check its name.'),
  DPONE_SOURCE_READ: terminal('Reading the source failed.', 'See the cause.'),
  DPONE_SOURCE_CHANGED: transient(
    'The source changed while it was read, so the read is not one consistent state.',
    'Run again.',
  ),
  DPONE_ROW_INVALID: terminal(
    'A row of the source cannot be read as its declared type.',
    'Mend the row, widen the type, or set schema_contract.enforcement: quarantine.',
  ),
  DPONE_VALUE_OUT_OF_RANGE: terminal(
    'A value does not fit the type of the target column.',
    'Widen the column, or set schema_contract.enforcement: quarantine.',
  ),
  DPONE_SINK_WRITE: terminal('Writing to the sink failed; the target is unchanged.', 'See the cause.'),
  DPONE_DISK_FULL: terminal(
    'No space is left where the load writes; the target is unchanged.',
    'Free space and run again.',
  ),
  DPONE_TARGET_READ_ONLY: terminal(
    'The target cannot be written.',
    'Check permissions and that it is not opened read-only.',
  ),
  DPONE_TARGET_LOCKED: transient(
    'Another load holds the target.',
    'Wait for it to end, or pass a longer --lock-timeout.',
  ),
  DPONE_TARGET_CHANGED: transient(
    "The target's columns changed while a load of it was staged; the load has changed nothing.",
    'Run again.',
  ),
  DPONE_CHUNK_POISONED: terminal(
    'Chunks of a backfill are set aside, because they failed for a lasting reason or too often; the others are committed.',
    'Mend what is named, then tell them to be tried again: dpone backfill retry.',
  ),
  DPONE_BACKFILL_STOPPED: verdict(
    'A backfill is paused or was cancelled before all of its chunks were loaded.',
    'Let it go on, or begin anew: dpone backfill --help.',
  ),
  DPONE_FENCED: terminal(
    'Another worker took over this load; this one has changed nothing.',
    'Nothing: the newer worker goes on.',
  ),
  DPONE_WORKER_DIED: transient(
    'A process that carried out a part of a load ended before its end; the target is unchanged.',
    'Run again; if it dies again, see whether the machine has the memory for so many processes.',
  ),
  DPONE_COUNT_MISMATCH: terminal(
    'The rows counted at the source and at the target differ; the target is unchanged.',
    'Run again; if it stays, report it with the two counts.',
  ),
  DPONE_QUALITY_FAILED: verdict('A quality rule with `fail` is red; the target is unchanged.', 'See the rules named.'),
  DPONE_DUPLICATE_KEY: verdict(
    'Staged rows share a value of unique_key; the target is unchanged.',
    'Make the key unique at the source, or choose a wider unique_key.',
  ),
  DPONE_ARTIFACT_WRITE: terminal('An artifact could not be written.', 'Check the folder named and its permissions.'),
  DPONE_RUNNER_FAILED: terminal(
    'The command that loads the cases of a certification ended without a record of its run.',
    'Read what it printed.',
  ),
  DPONE_CANCELLED: terminal('The run was interrupted; the target is unchanged.', 'Run again when ready.'),
  DPONE_INTERNAL: terminal(
    'A fault of dpone itself.',
    'Report it with the output of the same command under DPONE_DEBUG=1.',
  ),
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;
