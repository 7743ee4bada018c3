import { fail } from '@dpone/sdk';
import type { FormatOf, ValueFormat } from '../value-format.js';

/** Messages whose schemas a registry holds. */
export function registryFormat({ ctx }: FormatOf): Promise<ValueFormat> {
  return Promise.reject(fail('DPONE_CAPABILITY', `message_format ${ctx.options.message_format} is not read yet`));
}
