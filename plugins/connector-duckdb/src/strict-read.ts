import { quoteLiteral, type BadRowPolicy, type FileSet, type Schema } from '@dpone/sdk';
import type { FileGroup } from './file-layout.js';
import type { FileScan } from './read-files.js';
import { firstMisread, unsplitError } from './rejects.js';
import type { Session } from './session.js';

/** The marker that a strict read throws at the first row that lost something; the row is looked up afterwards. */
const BAD_ROW_MARK = 'dpone:bad-row';

/** The first column's value, which stops the statement at a bad row where the load takes none. */
export function strictValue(scan: FileScan, badRows: BadRowPolicy): string {
  if (scan.exact === null || badRows === 'reject') return scan.values[0]!;
  return `CASE WHEN ${scan.exact} THEN ${scan.values[0]!} ELSE error(${quoteLiteral(BAD_ROW_MARK)}) END`;
}

/** What stopped a read: the first bad row with file, line and reason, or the error as it is. */
export async function explainBadRow(
  session: Session,
  error: unknown,
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
): Promise<unknown> {
  const unsplit = unsplitError(error, files);
  if (unsplit !== undefined) return unsplit;
  if (!(error instanceof Error) || !error.message.includes(BAD_ROW_MARK)) return error;
  try {
    return (await firstMisread(session, files, groups, schema)) ?? error;
  } catch (second) {
    return unsplitError(second, files) ?? second;
  }
}
