import { asDponeError, fail, isDponeError, nearest, type DponeError } from '@dpone/sdk';

interface OclifError {
  readonly message: string;
  readonly oclif?: { readonly exit?: number };
  readonly code?: string;
  /** What the parser of a command was given. */
  readonly parse?: { readonly input?: { readonly flags?: object } };
}

const FILE_CODES: Readonly<Record<string, 'DPONE_FILE_NOT_FOUND' | 'DPONE_FILE_UNREADABLE' | 'DPONE_DISK_FULL'>> = {
  ENOENT: 'DPONE_FILE_NOT_FOUND',
  EACCES: 'DPONE_FILE_UNREADABLE',
  EISDIR: 'DPONE_FILE_UNREADABLE',
  ENOSPC: 'DPONE_DISK_FULL',
};

/** Anything that a command threw as a dpone error: oclif's own complaints about flags and names are wrong usage. */
export function asCommandError(error: unknown, commands: readonly string[] = []): DponeError {
  if (isDponeError(error)) return error;
  const { message, oclif, code } = error as OclifError;
  if (oclif !== undefined && typeof message === 'string') {
    const unknown = /^command (.*) not found$/.exec(message)?.[1];
    if (unknown !== undefined) return unknownCommand(unknown, commands);
    const lines = message.split('\n').map((line) => line.trim().replace(/^(\w+)\s{2,}(.*?)\.?$/, '$1 ($2)'));
    // What oclif says of several complaints, it says of one, too.
    const [what = '', ...rest] = lines.filter((line) => line !== '' && !/^The following errors? occurred:$/.test(line));
    // A note on flags that take several values stands under every complaint, whether such a flag was given or not.
    const details = rest
      .filter((line) => !/^(See more help|Note: --|Alternatively, you can use)/.test(line))
      .join('; ');
    const hint = flagMeantBy(what, Object.keys((error as OclifError).parse?.input?.flags ?? {}));
    // No cause: this is what the error said, in other words.
    return fail('DPONE_USAGE', inOurWords(what, details) + hint);
  }
  if (code !== undefined && FILE_CODES[code] !== undefined) return fail(FILE_CODES[code], message, { cause: error });
  return asDponeError(error);
}

/** A flag as it is written on the command line; what a value has to be behind its flag. */
function inOurWords(what: string, details: string): string {
  const missing = [what, details].filter((text) => text !== '').join('; ');
  if (what.startsWith('Missing required flag '))
    return missing.replaceAll('Missing required flag ', 'Missing required flag --');
  if (what.startsWith('Missing ')) return [what.replace(/:$/, ''), details].filter((text) => text !== '').join(': ');
  const flag = /^Parsing (--\S+)$/.exec(what)?.[1];
  if (flag !== undefined) return `${flag}: ${details}`;
  return [what, details].filter((text) => text !== '').join(' ');
}

/** What was meant by a flag that does not exist. */
function flagMeantBy(what: string, flags: readonly string[]): string {
  const flag = /^Nonexistent flag: --(\S+)/.exec(what)?.[1];
  const meant = flag === undefined ? undefined : nearest(flag, flags);
  return meant === undefined ? '' : `. Did you mean --${meant}?`;
}

/** oclif takes the arguments behind an unknown command for parts of its name; one or two words are a name here. */
function unknownCommand(asked: string, commands: readonly string[]): DponeError {
  const words = asked.split(':');
  const names = commands.map((id) => id.replaceAll(':', ' '));
  const topic = names.some((name) => name.startsWith(`${words[0]} `));
  const name = words.slice(0, topic ? 2 : 1).join(' ');
  if (names.includes(name)) {
    const surplus = words.slice(topic ? 2 : 1).join(' ');
    return fail('DPONE_USAGE', `"${name}" takes no argument; this is one too many: ${surplus}.`, {
      remedy: `dpone help ${name} shows how it is called.`,
    });
  }
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return fail('DPONE_USAGE', `"${name}" is no command of dpone.${hint}`, {
    remedy: 'dpone help lists the commands.',
  });
}
