import { fail } from '@dpone/sdk';
import type { Workload } from './counts.js';

export const MOST_ROWS = 100_000;

/**
 * How a matrix is run. `mock_contract` loads nothing; the others load for real: `mock_local` between systems that need
 * no server, `real_local` on servers of this machine, `vendor_live` on servers that run elsewhere.
 */
export const MATRIX_MODES = ['mock_contract', 'mock_local', 'real_local', 'vendor_live'] as const;
export type MatrixMode = (typeof MATRIX_MODES)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How many rows, and how many of them change: flag before environment before what is usual.
 * @throws DPONE_USAGE, DPONE_INPUT_INVALID for what is out of range or no number.
 */
export function workloadOf(rowCount: number | undefined, env: Environment): Workload {
  const rows =
    rowCount ?? numberOf(env, 'DPONE_MATRIX_MOCK_ROW_COUNT') ?? numberOf(env, 'DPONE_MATRIX_ROW_COUNT') ?? 10_000;
  if (!Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS)
    throw fail('DPONE_USAGE', `The row count is a whole number from 1 to ${MOST_ROWS}; this is ${rows}.`, {
      where: '--row-count',
    });
  const changeRatio = ratioOf(env, 'DPONE_MATRIX_CHANGE_RATIO', 0.2);
  const deleteRatio = ratioOf(env, 'DPONE_MATRIX_DELETE_RATIO', 0.05);
  if (deleteRatio > changeRatio)
    throw fail('DPONE_INPUT_INVALID', 'More rows are deleted than change.', { where: 'DPONE_MATRIX_DELETE_RATIO' });
  return { rows, changeRatio, deleteRatio };
}

function numberOf(env: Environment, name: string): number | undefined {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) throw fail('DPONE_INPUT_INVALID', 'This is no number.', { where: name });
  return number;
}

function ratioOf(env: Environment, name: string, standard: number): number {
  const ratio = numberOf(env, name) ?? standard;
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw fail('DPONE_INPUT_INVALID', `A ratio is from 0 to 1; this is ${ratio}.`, { where: name });
}

/** The mode that the environment names. @throws DPONE_USAGE for one that there is not. */
export function modeOf(env: Environment): MatrixMode {
  const named = env['DPONE_MATRIX_RUN_MODE'] || 'mock_contract';
  const mode = MATRIX_MODES.find((one) => one === named);
  if (mode !== undefined) return mode;
  throw fail('DPONE_USAGE', `There is no run mode ${named}.`, {
    where: 'DPONE_MATRIX_RUN_MODE',
    remedy: `Name one of: ${MATRIX_MODES.join(', ')}.`,
  });
}
