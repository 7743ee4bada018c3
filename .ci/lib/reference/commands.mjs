import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';
import { code, escapeProse, header, page, table } from './markdown.mjs';

const names = (id) => id.replaceAll(':', ' ');

function flagRows(command) {
  return Object.entries(command.flags ?? {})
    .filter(([, flag]) => flag.hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const short = flag.char === undefined ? '' : `-${flag.char}, `;
      const value = flag.type === 'boolean' ? '' : ` ${flag.helpValue ?? flag.options?.join('\\|') ?? 'VALUE'}`;
      const negated = flag.allowNo === true ? ` / --no-${name}` : '';
      // A gate's defaults are its schema's, which the adapter puts into the words that --help prints.
      const words = flag.summary ?? flag.description ?? '';
      const [, told, schemaDefault] = /^(.*?) \[default: (.*)\]$/s.exec(words) ?? [undefined, words];
      const given = flag.default ?? schemaDefault;
      const standard = flag.required === true ? 'required' : given === undefined ? '-' : code(String(given));
      return [code(`${short}--${name}${value}${negated}`), standard, told];
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

/** A value as a shell takes it. */
const shell = (value) => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);

/** The command line of a gate's example. */
function exampleLine(command, gate) {
  const parts = [`dpone ${names(command.id)}`];
  for (const key of gate.args ?? []) if (gate.example[key] !== undefined) parts.push(shell(String(gate.example[key])));
  for (const [key, value] of Object.entries(gate.example)) {
    if (gate.args?.includes(key)) continue;
    const flag = `--${key.replaceAll('_', '-')}`;
    if (value === true) parts.push(flag);
    else if (Array.isArray(value)) parts.push(...value.map((item) => `${flag} ${shell(String(item))}`));
    else if (typeof value === 'object' && value !== null)
      parts.push(...Object.entries(value).map(([name, item]) => `${flag} ${shell(`${name}=${item}`)}`));
    else if (value !== false) parts.push(`${flag} ${shell(String(value))}`);
  }
  return parts.join(' \\\n  ');
}

/** The page of one gate: what it decides, flags, an example, files, runbook. */
function gatePage(command, gate) {
  const flags = flagRows(command);
  const args = argumentRows(command);
  return page(
    header(`dpone ${names(command.id)}`, 'the gate and its command'),
    `${escapeProse(gate.summary)}.`,
    gate.description === undefined ? '' : escapeProse(gate.description),
    `\`\`\`text\n${exampleLine(command, gate)}\n\`\`\``,
    args.length === 0 ? '' : table(['argument', '', 'what it is'], args),
    table(['flag', 'default', 'what it does'], flags),
    gate.artifact === undefined
      ? ''
      : `Writes ${code(`${gate.artifact}.json`)} and ${code(`${gate.artifact}.md`)} into the folder of ${code(`--${(gate.folder ?? 'output_dir').replaceAll('_', '-')}`)}.`,
    'Exit codes: 0 green, 1 red, 2 wrong usage or invalid input, 3 the run itself failed.',
    gate.view.runbook === undefined
      ? ''
      : `## Runbook\n\n${gate.view.runbook.map((step, i) => `${i + 1}. ${escapeProse(step)}`).join('\n')}`,
  );
}

const gateFile = (command) => `${command.id.replaceAll(':', '-')}.md`;

/** docs/reference/commands.md and a page a gate, from the command classes themselves. */
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
  const gates = new Map();
  for (const command of commands) {
    const { gate } = await command.load();
    if (gate !== undefined) gates.set(command, gate);
  }
  const own = commands.filter((command) => !gates.has(command));
  const text = page(
    header('Commands', 'the command classes in core/cli/src/commands'),
    'Every command takes `--help`. Exit codes: 0 done, 1 a check says no, 2 wrong usage or invalid input, 3 the run failed.',
    table(
      ['command', 'what it does'],
      commands.map((command) => [
        gates.has(command)
          ? `[${names(command.id)}](gates/${gateFile(command)})`
          : `[${names(command.id)}](#dpone-${names(command.id).replaceAll(' ', '-')})`,
        clean(command.summary ?? command.description).split('\n')[0],
      ]),
    ),
    ...own.map(commandPart),
  );
  return [
    ['docs/reference/commands.md', text],
    ...[...gates].map(([command, gate]) => [`docs/reference/gates/${gateFile(command)}`, gatePage(command, gate)]),
  ];
}
