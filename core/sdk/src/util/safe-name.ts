/** A file name made of a release's or run's name: what is no letter, digit, `.`, `_` or `-` of ASCII becomes one `_`. */
export function safeName(name: string, otherwise: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').replaceAll(/^[._-]+|[._-]+$/g, '');
  return safe === '' ? otherwise : safe;
}
