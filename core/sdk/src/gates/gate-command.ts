import { atomicWrite } from '../util/atomic-write.js';
import { orderedJson, orderedJsonLines } from '../util/stable-json.js';
import { ulid } from 'ulid';
import { asDponeError, fail } from '../errors/error.js';
import { redact } from '../util/redact.js';
import type { Logger } from '../contracts/context.js';
import { github, junit, sarif } from './ci-formats.js';
import type { GateContext, GateDefinition, GateFormat, GateReport } from './gate.js';
import { gateArgs, gateFlags, inputOf, type ArgMakers, type FlagMakers } from './gate-flags.js';
import type { GateHost } from './gate-host.js';
import { isStoredList } from './long-list.js';
import { pageHtml } from './page-html.js';
import { pageMarkdown } from './page-markdown.js';
import { runGate } from './run-gate.js';
import { pageOf } from './view.js';

/** What is used of oclif's configuration: hooks reach the program around a plugin. */
export interface ConfigLike {
  readonly version: string;
  runHook(event: string, options: object): Promise<{ readonly successes: readonly { readonly result: unknown }[] }>;
}

/** What is used of an oclif command. */
export interface CommandLike {
  readonly id?: string;
  readonly config: ConfigLike;
  parse(command: unknown): Promise<{ readonly flags: Record<string, unknown>; readonly args: Record<string, unknown> }>;
  log(text: string): void;
}

type CommandClass = abstract new (argv: string[], config: object) => CommandLike;

/** A plugin's own `@oclif/core`: handed over, so that this package needs no oclif and no two copies are compared. */
export interface OclifParts {
  readonly Command: object;
  readonly Flags: object;
  /** Only where the gate has arguments. */
  readonly Args?: object;
}

const FORMATS: readonly GateFormat[] = ['md', 'json', 'text', 'junit', 'sarif', 'github'];

/**
 * The command of a gate: flags from its input schema, its files in its folder, the report on stdout in the format asked
 * for; exit code 0 green, 1 red, 2 wrong usage or invalid input.
 * @example export default class ReleaseGate extends gateCommand({ Command, Flags }, releaseGate) {}
 */
export function gateCommand<I, R extends GateReport>(oclif: OclifParts, gate: GateDefinition<I, R>) {
  const makers = oclif.Flags as FlagMakers;
  abstract class GateCommand extends (oclif.Command as CommandClass) {
    /** The gate behind the command: its reference page is made from it. */
    static gate: object = gate;
    static summary = gate.summary;
    static description = gate.description;
    static args: Record<string, unknown> = gateArgs(gate.input, gate.args ?? [], oclif.Args as ArgMakers | undefined);
    static flags: Record<string, unknown> = {
      ...gateFlags(gate.input, makers, gate.args ?? []),
      format: makers.string({
        options: gate.formats ?? FORMATS,
        default: gate.format ?? 'md',
        description: 'What is printed: the page, the report, the verdict in a few lines, or what a CI system reads.',
      }),
      html: makers.string({ helpValue: 'FILE', description: 'Write the page as one HTML file, too.' }),
    };

    async run(): Promise<R> {
      try {
        // Spelled out: oclif spreads the class that it is given, and what a class inherits is not spread.
        const command = this.constructor as typeof GateCommand;
        const { flags, args } = await this.parse({ flags: command.flags, args: command.args });
        const report = await runGate(gate, await inputOf(gate.input, { ...flags, ...args }), contextOf(this.config));
        const page = pageOf(gate.view, report);
        if (typeof flags['html'] === 'string') await atomicWrite(flags['html'], pageHtml(page, report.passed));
        for (const name of waived(report)) log.warn(`The default requirement ${name} is waived by --require.`);
        // Never this.exit(): from an installed plugin its exception would be printed.
        process.exitCode = report.passed && report.blockers.length === 0 ? 0 : (gate.redExit ?? 1);
        const name = (this.id ?? gate.view.title).replaceAll(':', ' ');
        // A report that is too long for memory is too long for one text.
        if (flags['format'] === 'json' && Object.values(report).some(isStoredList))
          for (const piece of orderedJsonLines(gate.stdout?.(report) ?? report)) await print(piece);
        else
          this.log(
            printed(flags['format'] as GateFormat, name, gate, report, () => pageMarkdown(page), this.config.version),
          );
        return report;
      } catch (error) {
        // oclif's own usage errors carry their exit code already.
        if (typeof (error as { oclif?: unknown } | null)?.oclif === 'object') throw error;
        const known = asDponeError(error);
        throw Object.assign(known, { oclif: { exit: known.exit } });
      }
    }
  }
  return GateCommand;
}

function printed<I, R extends GateReport>(
  format: GateFormat,
  name: string,
  gate: GateDefinition<I, R>,
  report: R,
  page: () => string,
  version: string,
): string {
  switch (format) {
    case 'json':
      return orderedJson(gate.stdout?.(report) ?? report);
    case 'text':
      return gate.text?.(report) ?? verdictLines(report);
    case 'junit':
      return junit(name, gate.view, report);
    case 'sarif':
      return orderedJson(sarif(name, gate.view, report, version));
    case 'github':
      return github(name, gate.view, report);
    default:
      return page().trimEnd();
  }
}

/** Waits until it is taken, or the reader is gone: what is not taken would pile up in memory. */
const print = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });

const waived = (report: GateReport): readonly string[] =>
  Array.isArray(report['waived']) ? (report['waived'] as string[]) : [];

const verdictLines = ({ passed, blockers }: GateReport): string =>
  [passed ? 'passed' : 'not passed', ...blockers.map((blocker) => `- ${blocker}`)].join('\n');

const line = (level: string) => (message: string) => void process.stderr.write(`${level}: ${redact(message)}\n`);
const log: Logger = { debug: () => {}, info: line('info'), warn: line('warning'), error: line('error') };

/** The event by which a plugin's command asks for the program around it. */
export const GATE_HOST_HOOK = 'dpone:gate-host';

function contextOf(config: ConfigLike): GateContext {
  let host: Promise<GateHost> | undefined;
  const ctx: GateContext = {
    cwd: process.cwd(),
    env: process.env,
    clock: { now: () => new Date() },
    log,
    newId: () => ulid(),
    host: () => (host ??= openHost(config, ctx)),
  };
  return ctx;
}

async function openHost(config: ConfigLike, ctx: GateContext): Promise<GateHost> {
  const { successes } = await config.runHook(GATE_HOST_HOOK, { ctx });
  const [first] = successes;
  if (first === undefined) throw fail('DPONE_INTERNAL', 'This command runs outside of dpone.');
  return first.result as GateHost;
}
