import { redact, redactDeep, type Logger } from '@dpone/sdk';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** Logs go to stderr, a line each, redacted. `DPONE_LOG_LEVEL` (default warn) says from which level on. */
export function stderrLogger(env: Readonly<Record<string, string | undefined>>): Logger {
  const wanted = env['DPONE_LOG_LEVEL'] as Level | undefined;
  const least = LEVELS.indexOf(wanted !== undefined && LEVELS.includes(wanted) ? wanted : 'warn');
  const at =
    (level: Level) =>
    (message: string, fields?: Record<string, unknown>): void => {
      if (LEVELS.indexOf(level) < least) return;
      const more = fields === undefined ? '' : ` ${JSON.stringify(redactDeep(fields))}`;
      process.stderr.write(`${level}: ${redact(message)}${more}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
