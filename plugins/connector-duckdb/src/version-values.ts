import { quoteIdent, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';
import { versionValue } from '@dpone/sdk/connector';

/** A staged row's values (`s`), with those of its version. */
export function versionValues(
  step: AddVersionsStep,
  program: LoadProgram,
  own: { readonly from: string; readonly to: string; readonly current: string },
): string {
  const value = (name: string): string =>
    versionValue(name, step, own.from, own.to, own.current) ?? `s.${quoteIdent(name)}`;
  return program.columns.map(({ name }) => value(name)).join(', ');
}
