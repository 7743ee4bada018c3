import { jsonInput } from '@dpone/sdk';
import { jsonObject } from './measurement.js';

/** `--metrics-json`, as every gate over measurements takes it. */
export const metricsInput = () =>
  jsonInput(jsonObject, 'What was measured, as a JSON object of names and numbers.', { nonFinite: true });

/** `--objectives-json`. */
export const objectivesInput = () =>
  jsonInput(jsonObject, 'What is asked: an object of names and {"max": n, "min": n}, or n for a maximum.', {
    nonFinite: true,
  });

/** `--baseline-json`. */
export const baselineInput = () =>
  jsonInput(
    jsonObject,
    'What was measured before: an object of names and {"value": n, "direction": "higher"|"lower"}, or n where higher is better.',
    { nonFinite: true },
  );
