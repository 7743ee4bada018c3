/** A path as it was typed, less `.` segments and doubled slashes; an empty one is `.`. Nothing is resolved. */
export function plainPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const start = path.startsWith('/') ? '/' : '';
  return parts.length === 0 ? start || '.' : start + parts.join('/');
}

/** `root` and a path below it, without a `./` in front. */
export const below = (root: string, relative: string): string =>
  root === '.' ? relative : root === '/' ? `/${relative}` : `${root}/${relative}`;
