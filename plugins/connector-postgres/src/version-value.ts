import type { AddVersionsStep } from '@dpone/sdk';

/** The value of a version's own columns; null for the others. */
export function versionValue(
  name: string,
  step: AddVersionsStep,
  from: string,
  to: string,
  current: string,
): string | null {
  if (name === step.from) return from;
  if (name === step.to) return to;
  return name === step.current ? current : null;
}
