import { jsonInput } from '@dpone/sdk';
import { jsonObject } from './measurement.js';
import { baselineFiguresOf, figuresOf } from './run-figures.js';

/** `--metrics-json`, as every gate over measurements takes it. */
export const metricsInput = () =>
  jsonInput(
    jsonObject.transform(figuresOf),
    'What was measured: a JSON object of names and numbers, or what `dpone run --format json` printed.',
    { nonFinite: true },
  );

/** `--objectives-json`. */
export const objectivesInput = () =>
  jsonInput(jsonObject, 'What is asked: an object of names and {"max": n, "min": n}, or n for a maximum.', {
    nonFinite: true,
  });

/** `--baseline-json`. */
export const baselineInput = () =>
  jsonInput(
    jsonObject.transform(baselineFiguresOf),
    'What was measured before: an object of names and {"value": n, "direction": "higher"|"lower"}, or n where higher is better; or what `dpone run --format json` printed then.',
    { nonFinite: true },
  );
