import type { CursorKind, SourceCapabilities } from '../contracts/source.js';

/** What a source keeps of its own where no cursor is named: the list of files that were taken, or offsets. */
export const ownCursor = ({ cursors }: Pick<SourceCapabilities, 'cursors'>): CursorKind | undefined =>
  cursors.find((kind) => kind === 'new_files' || kind === 'offsets');
