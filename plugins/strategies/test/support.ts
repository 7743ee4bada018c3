import {
  isDponeError,
  type DponeError,
  type SinkCapabilities,
  type SourceCapabilities,
  type StrategyInput,
} from '@dpone/sdk';
import { commonSchema, type CommonOptions } from '../dist/common-options.js';

export const SINK: SinkCapabilities = {
  lanes: ['rows'],
  finalize: ['replace_all', 'append', 'merge'],
  ddl: ['create_table'],
  checks: ['not_null', 'unique'],
  transactional: true,
  parallelStaging: 'process',
  framework: ['load_id'],
};

export const SOURCE: SourceCapabilities = { lanes: ['rows'], cursors: [], partitions: false, snapshot: 'consistent' };

type Given = Partial<Omit<StrategyInput<CommonOptions>, 'options'>> & {
  readonly options?: Readonly<Record<string, unknown>>;
};

/** An input as the engine makes it, with the options parsed. */
export const given = ({ options, ...rest }: Given = {}): StrategyInput<CommonOptions> => ({
  options: commonSchema.parse(options ?? {}),
  uniqueKey: [],
  source: SOURCE,
  sink: SINK,
  targetExists: true,
  ...rest,
});

/** The error that a call must throw. */
export function refusal(call: () => unknown): DponeError {
  try {
    call();
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
