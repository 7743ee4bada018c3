import type { AddVersionsStep } from '../contracts/load-program.js';

/** The value of a version's own columns, as SQL; undefined for the others. */
export function versionValue(
  name: string,
  step: AddVersionsStep,
  from: string,
  to: string,
  current: string,
): string | undefined {
  if (name === step.from) return from;
  if (name === step.to) return to;
  return name === step.current ? current : undefined;
}
