import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';
import { code, header, page, table } from './markdown.mjs';

const names = (id) => id.replaceAll(':', ' ');

function flagRows(command) {
  return Object.entries(command.flags ?? {})
    .filter(([, flag]) => flag.hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const short = flag.char === undefined ? '' : `-${flag.char}, `;
      const value = flag.type === 'boolean' ? '' : ` ${flag.helpValue ?? flag.options?.join('\\|') ?? 'VALUE'}`;
      const negated = flag.allowNo === true ? ` / --no-${name}` : '';
      const standard =
        flag.required === true ? 'required' : flag.default === undefined ? '-' : code(String(flag.default));
      return [code(`${short}--${name}${value}${negated}`), standard, flag.summary ?? flag.description ?? ''];
    });
}

function argumentRows(command) {
  return Object.entries(command.args ?? {})
    .filter(([, argument]) => argument.hidden !== true)
    .map(([name, argument]) => [
      code(name.toUpperCase()),
      argument.required === true ? 'required' : '-',
      argument.description ?? '',
    ]);
}

const clean = (text) =>
  (text ?? '')
    .replaceAll('<%= config.bin %>', 'dpone')
    .replaceAll('<%= command.id %>', '')
    .replaceAll(/^\$ |[ \t]+$/gm, '')
    .trim();

function commandPart(command) {
  const flags = flagRows(command);
  const args = argumentRows(command);
  const examples = (command.examples ?? []).map((example) =>
    clean(
      typeof example === 'string'
        ? example.replaceAll('<%= command.id %>', names(command.id))
        : example.command.replaceAll('<%= command.id %>', names(command.id)),
    ),
  );
  const summary = clean(command.summary);
  const description = clean(command.description);
  return page(
    `## dpone ${names(command.id)}`,
    summary,
    description === summary ? '' : description,
    (command.aliases ?? []).length === 0
      ? ''
      : `Also: ${command.aliases.map((alias) => code(`dpone ${names(alias)}`)).join(', ')}.`,
    args.length === 0 ? '' : table(['argument', '', 'what it is'], args),
    flags.length === 0 ? '' : table(['flag', 'default', 'what it does'], flags),
    examples.length === 0 ? '' : `\`\`\`text\n${examples.join('\n')}\n\`\`\``,
  );
}

/** docs/reference/commands.md, from the command classes themselves. */
export async function commandPages() {
  const root = fromRoot('core/cli');
  const fromCli = createRequire(fromRoot('core/cli/package.json'));
  const { Config, settings } = await import(pathToFileURL(fromCli.resolve('@oclif/core')).href);
  settings.enableAutoTranspile = false;
  const config = await Config.load({ root, userPlugins: false, devPlugins: false });
  const commands = config.commands
    .filter((command) => command.hidden !== true && command.hiddenAliases?.includes(command.id) !== true)
    .filter((command) => command.aliases?.includes(command.id) !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const text = page(
    header('Commands', 'the command classes in core/cli/src/commands'),
    'Every command takes `--help`. Exit codes: 0 done, 1 a check says no, 2 wrong usage or invalid input, 3 the run failed.',
    table(
      ['command', 'what it does'],
      commands.map((command) => [
        `[${names(command.id)}](#dpone-${names(command.id).replaceAll(' ', '-')})`,
        clean(command.summary ?? command.description).split('\n')[0],
      ]),
    ),
    ...commands.map(commandPart),
  );
  return [['docs/reference/commands.md', text]];
}
