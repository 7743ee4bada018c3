import { fail, type Json, type ReadRequest } from '@dpone/sdk';
import type { ListedFile } from './listing.js';
import type { SourceOptions } from './options.js';

/** The state of the cursor `new_files`: what was taken, by name; size in bytes and time in nanoseconds as text. */
interface TakenState {
  readonly files: Readonly<Record<string, readonly [size: number, mtimeNs: string]>>;
}

export interface NewFiles {
  readonly files: readonly ListedFile[];
  /** What is taken once these are. */
  readonly state: Json;
}

/**
 * The files that no committed load has taken. A file is known by its name; one whose size or time is not as it was
 * taken has changed: its rows cannot be told from those taken already, so it is read again whole where rows are matched
 * by key, and stops the load where they are only added. A taken file that is gone stays known, so that it is not taken
 * again when it comes back.
 */
export function newFiles(
  listed: readonly ListedFile[],
  request: Pick<ReadRequest, 'state' | 'mayRepeat'>,
  policy: SourceOptions['changed_files'],
): NewFiles {
  const taken = takenOf(request.state);
  const files = listed.filter((file) => {
    const [size, mtime] = Object.hasOwn(taken, file.name) ? taken[file.name]! : [];
    return size !== file.size || mtime !== String(file.mtimeNs);
  });
  const changed = files.filter((file) => Object.hasOwn(taken, file.name));
  const rereads = policy === 'reread' || (policy === 'auto' && request.mayRepeat === true);
  if (changed.length > 0 && !rereads) throw changedError(changed, policy);
  const state: TakenState = {
    files: { ...taken, ...Object.fromEntries(files.map((f) => [f.name, [f.size, String(f.mtimeNs)]])) },
  };
  return { files, state: state as unknown as Json };
}

function takenOf(state: Json): TakenState['files'] {
  if (state === null) return {};
  const files = (state as unknown as Partial<TakenState>).files;
  if (typeof files === 'object' && files !== null) return files;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is no list of taken files', {
    remedy: 'Begin anew: dpone state reset <manifest> --yes.',
  });
}

function changedError(changed: readonly ListedFile[], policy: SourceOptions['changed_files']): Error {
  const names = changed.slice(0, 3).map((f) => f.name);
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  const why = policy === 'fail' ? 'changed_files is fail' : 'this load adds rows and cannot tell those that it has';
  return fail('DPONE_SOURCE_READ', `taken before and changed since: ${names.join(', ')}${more}; ${why}`, {
    where: 'source.options.changed_files',
    remedy:
      'Put what is new into a new file; or load with incremental_merge, which matches rows by key; or set changed_files: reread, which adds the rows of the changed file once more.',
  });
}
