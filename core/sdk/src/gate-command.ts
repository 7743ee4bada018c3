import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from './contracts/context.js';
import type { GateDefinition, GateReport } from './contracts/gate.js';
import { asDponeError, fail } from './errors/error.js';
import { gateFlags, inputOf, type FlagMakers } from './gate-flags.js';
import { atomicWrite } from './util/atomic-write.js';
import { redact } from './util/redact.js';
import { stableJson } from './util/stable-json.js';

/** What is used of an oclif command. */
interface CommandLike {
  parse(command: unknown): Promise<{ readonly flags: Record<string, unknown> }>;
  log(text: string): void;
}

type CommandClass = abstract new (argv: string[], config: object) => CommandLike;

/** A plugin's own `@oclif/core`: handed over, so that this package needs no oclif and no two copies are compared. */
export interface OclifParts {
  readonly Command: object;
  readonly Flags: object;
}

/**
 * The command of a gate: flags from its input schema, the artifact as `.json` and `.md` in `output_dir`, the page or
 * the report on stdout, exit code 0 green, 1 red, 2 wrong usage or invalid input. `--format` is `md` by default.
 * @example export default class ReleaseGate extends gateCommand({ Command, Flags }, releaseGate) {}
 */
export function gateCommand<I>(oclif: OclifParts, gate: GateDefinition<I>) {
  const makers = oclif.Flags as FlagMakers;
  abstract class GateCommand extends (oclif.Command as CommandClass) {
    static summary = gate.summary;
    static description = gate.description;
    static flags: Record<string, unknown> = {
      ...gateFlags(gate.input, makers),
      format: makers.string({
        options: ['md', 'json', 'text'],
        default: 'md',
        description: 'What is printed: the page, the report, or the verdict in a few lines.',
      }),
    };

    async run(): Promise<GateReport> {
      try {
        const { flags } = await this.parse(this.constructor);
        const input = gate.input.safeParse(inputOf(gate.input, flags));
        if (!input.success) throw fail('DPONE_USAGE', z.prettifyError(input.error).replaceAll(/\s*\n\s*/g, ' '));
        const report = await gate.evaluate(input.data, { cwd: process.cwd(), clock: { now: () => new Date() }, log });
        const page = gate.markdown(report);
        await writeArtifact(gate, input.data, report, page);
        // Never this.exit(): from an installed plugin its exception would be printed.
        process.exitCode = report.passed && report.blockers.length === 0 ? 0 : 1;
        const format = flags['format'];
        this.log(
          format === 'json'
            ? JSON.stringify(report, null, 2)
            : format === 'text'
              ? verdictLines(report)
              : page.trimEnd(),
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

async function writeArtifact<I>(gate: GateDefinition<I>, input: I, report: GateReport, page: string): Promise<void> {
  const folder = (input as { readonly output_dir?: unknown }).output_dir;
  if (gate.artifact === undefined || typeof folder !== 'string') return;
  try {
    await Promise.all([
      atomicWrite(join(folder, `${gate.artifact}.json`), `${stableJson(report)}\n`),
      atomicWrite(join(folder, `${gate.artifact}.md`), `${page.trimEnd()}\n`),
    ]);
  } catch (error) {
    throw fail('DPONE_ARTIFACT_WRITE', `The artifact ${gate.artifact} could not be written.`, {
      where: folder,
      cause: error,
    });
  }
}

const verdictLines = ({ passed, blockers }: GateReport): string =>
  [passed ? 'passed' : 'not passed', ...blockers.map((blocker) => `- ${blocker}`)].join('\n');

const line = (level: string) => (message: string) => void process.stderr.write(`${level}: ${redact(message)}\n`);
const log: Logger = { debug: () => {}, info: line('info'), warn: line('warning'), error: line('error') };
