import { isJsonObject, type ExactJson } from '@dpone/sdk';
import { measurementOf } from './measurement.js';

type Figures = Readonly<Record<string, ExactJson>>;

const numberOf = (value: ExactJson | undefined): number => Number(measurementOf(value) ?? NaN);

/**
 * What a run measured, where the object is what `dpone run --format json` printed; any other object as it is. A run that
 * failed has no speed, only a rate of failures.
 */
export function figuresOf(given: Figures): Figures {
  const { result, run_id: id, passed } = given;
  if (id === undefined || result === undefined || !isJsonObject(result)) return given;
  const [rows, seconds] = [numberOf(result['extracted_rows']), numberOf(result['duration_seconds'])];
  if (passed !== true) return { failure_rate: 1 };
  return {
    ...(rows > 0 && seconds > 0 ? { throughput_rows_per_second: Math.round(rows / seconds) } : {}),
    duration_seconds: seconds,
    failure_rate: 0,
  };
}

/** The same as a baseline: of an earlier run its speed alone, which says all that its duration would. */
export function baselineFiguresOf(given: Figures): Figures {
  const figures = figuresOf(given);
  if (figures === given) return given;
  const { throughput_rows_per_second: speed } = figures;
  return speed === undefined ? {} : { throughput_rows_per_second: speed };
}
