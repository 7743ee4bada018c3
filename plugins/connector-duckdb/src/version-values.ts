import { quoteIdent, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';

/** A staged row's values (`s`), with those of its version. */
export function versionValues(
  step: AddVersionsStep,
  program: LoadProgram,
  own: { readonly from: string; readonly to: string; readonly current: string },
): string {
  const values = new Map([
    [step.from, own.from],
    [step.to, own.to],
    [step.current, own.current],
  ]);
  return program.columns.map(({ name }) => values.get(name) ?? `s.${quoteIdent(name)}`).join(', ');
}
