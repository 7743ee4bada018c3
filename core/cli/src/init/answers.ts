import { fail, type Json } from '@dpone/sdk';
import type { InitAnswers } from '@dpone/engine';
import type { Session } from '../session.js';

/** The flags of `dpone init`. */
export interface InitFlags {
  readonly 'source-type'?: string | undefined;
  readonly 'sink-type'?: string | undefined;
  readonly 'source-connection'?: string | undefined;
  readonly 'sink-connection'?: string | undefined;
  readonly 'source-schema'?: string | undefined;
  readonly 'source-table'?: string | undefined;
  readonly 'target-schema'?: string | undefined;
  readonly 'target-table'?: string | undefined;
  readonly 'source-option'?: readonly string[] | undefined;
  readonly 'sink-option'?: readonly string[] | undefined;
  readonly strategy?: string | undefined;
  readonly 'unique-key'?: readonly string[] | undefined;
  readonly 'cursor-column'?: string | undefined;
  readonly name?: string | undefined;
  readonly out?: string | undefined;
  readonly force?: boolean;
}

export interface CompleteAnswers extends InitAnswers {
  readonly out: string;
  readonly force: boolean;
}

/** The flags, and on a terminal the user's answers to what they leave open. Elsewhere what is missing is an error. */
export async function completeAnswers(session: Session, flags: InitFlags): Promise<CompleteAnswers> {
  const asked = process.stdin.isTTY && process.stdout.isTTY ? await ask(session, flags) : {};
  const all: InitFlags = { ...defined(flags), ...asked };
  const missing = (['source-type', 'sink-type', 'out'] as const).filter((name) => all[name] === undefined);
  if (missing.length > 0)
    throw fail('DPONE_USAGE', `missing ${missing.map((name) => `--${name}`).join(', ')}`, {
      remedy: `Pass ${missing.length === 1 ? 'it' : 'them'}, or run dpone init on a terminal and be asked. Sources: ${session.registry.ids('source').join(', ')}; sinks: ${session.registry.ids('sink').join(', ')}.`,
    });
  return {
    ...defined({
      sourceConnection: all['source-connection'],
      sinkConnection: all['sink-connection'],
      sourceTable: tableName(all['source-schema'], all['source-table']),
      sinkTable: tableName(all['target-schema'], all['target-table']),
      strategy: all.strategy,
      uniqueKey: all['unique-key'],
      cursorColumn: all['cursor-column'],
      name: all.name,
    }),
    sourceType: all['source-type']!,
    sinkType: all['sink-type']!,
    sourceOptions: options('--source-option', all['source-option']),
    sinkOptions: options('--sink-option', all['sink-option']),
    out: all.out!,
    force: all.force ?? false,
  };
}

async function ask(session: Session, flags: InitFlags): Promise<InitFlags> {
  const { input, select } = await import('@inquirer/prompts');
  const choice = async (message: string, kind: 'source' | 'sink' | 'strategy', preset?: string): Promise<string> =>
    select({ message, choices: [...session.registry.ids(kind)], ...(preset === undefined ? {} : { default: preset }) });
  const answers: Record<string, unknown> = {};
  const put = async (name: keyof InitFlags, question: () => Promise<unknown>): Promise<void> => {
    if (flags[name] === undefined) answers[name] = await question();
  };
  await put('source-type', () => choice('Where do the rows come from?', 'source'));
  const type = flags['source-type'] ?? String(answers['source-type']);
  if (type === 'files') {
    if (flags['source-option'] === undefined && flags['source-connection'] === undefined)
      answers['source-option'] = [
        `path=${await input({ message: 'Which files? (a path or a pattern)', default: 'data/*.csv' })}`,
      ];
  } else {
    await put('source-connection', () => input({ message: 'Source connection: URI, path or id', required: true }));
    await put('source-table', () => input({ message: 'Source table', required: true }));
  }
  await put('sink-type', () => choice('Where do they go?', 'sink'));
  await put('sink-connection', () =>
    input({ message: 'Target connection: URI, path or id', default: 'warehouse.duckdb' }),
  );
  await put('target-table', () => input({ message: 'Target table', required: true }));
  await put('strategy', () => choice('How are they loaded?', 'strategy', 'full_refresh'));
  if ((flags.strategy ?? answers['strategy']) === 'incremental_merge' && flags['unique-key'] === undefined)
    answers['unique-key'] = (
      await input({ message: 'Columns that identify a row, separated by commas', required: true })
    )
      .split(',')
      .map((c) => c.trim());
  await put('out', () => input({ message: 'Write the manifest to', default: 'manifest.yml' }));
  return answers;
}

const tableName = (schema: string | undefined, name: string | undefined): string | undefined =>
  name === undefined || schema === undefined ? name : `${schema}.${name}`;

/** `key=value` pairs; a value that is JSON (true, 3, ["a"]) is taken as such. */
function options(flag: string, pairs: readonly string[] = []): Record<string, Json> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw fail('DPONE_USAGE', `${flag} takes KEY=VALUE, not "${pair}"`);
      const value = pair.slice(at + 1);
      try {
        return [pair.slice(0, at), JSON.parse(value) as Json];
      } catch {
        return [pair.slice(0, at), value];
      }
    }),
  );
}

/** The object less its undefined values. */
const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
