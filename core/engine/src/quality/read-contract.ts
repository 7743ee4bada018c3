import { fail } from '@dpone/sdk';
import { odcsDocument, type OdcsObject, type OdcsServiceLevel } from '@dpone/sdk/odcs';
import { resolve } from 'node:path';
import { issuesError } from '../manifest/issue.js';
import type { QualityContract } from '../manifest/process-spec.js';
import { originAt, place, plain, type MapNode, type Path } from '../manifest/read/node.js';
import { displayPath, readMap } from '../manifest/read/read-document.js';
import { zodIssues } from '../manifest/schema/zod-issues.js';

/** An object of an Open Data Contract, and where each of its parts was written. */
export interface OdcsContract {
  readonly object: OdcsObject;
  readonly rules: QualityContract['rules'];
  readonly on: QualityContract['on'];
  readonly levels: readonly OdcsServiceLevel[];
  /** What service levels are about that do not say it. */
  readonly defaultElement: string | undefined;
  /** `contracts/orders.yaml:12:5` of a path within the object. */
  placeOf(path: Path): string;
  /** The same of a path within the document. */
  placeOfRoot(path: Path): string;
}

/**
 * Reads the contract that a manifest names. A path stands relative to the project.
 * @throws DPONE_FILE_NOT_FOUND, DPONE_FILE_UNREADABLE, DPONE_MANIFEST_SYNTAX, DPONE_MANIFEST_INVALID with the line
 */
export async function readOdcsContract(given: QualityContract, workdir: string, where: string): Promise<OdcsContract> {
  const path = resolve(workdir, given.path);
  const file = displayPath(path, workdir);
  if (!/\.(ya?ml|json)$/i.test(path))
    throw fail('DPONE_MANIFEST_INVALID', `${file} is no contract: its name ends in none of .yaml, .yml, .json`, {
      where,
    });
  const root = await readMap(path, file, 'manifest');
  const parsed = odcsDocument.safeParse(plain(root));
  if (!parsed.success) throw issuesError(zodIssues(parsed.error.issues, root));
  const at = objectIndex(parsed.data.schema, given.object, where);
  return {
    object: parsed.data.schema[at]!,
    rules: given.rules,
    on: given.on,
    levels: parsed.data.slaProperties,
    defaultElement: parsed.data.slaDefaultElement,
    placeOfRoot: (within) => place(originOf(root, within)),
    placeOf: (within) => place(originOf(root, ['schema', at, ...within])),
  };
}

const originOf = (root: MapNode, path: Path): ReturnType<typeof originAt> => originAt(root, path);

function objectIndex(objects: readonly OdcsObject[], wanted: string | undefined, where: string): number {
  const fits = ({ name, physicalName }: OdcsObject): boolean =>
    wanted === undefined || name === wanted || physicalName === wanted;
  const found = objects.flatMap((object, i) => (fits(object) ? [i] : []));
  if (found.length === 1) return found[0]!;
  throw fail(
    'DPONE_MANIFEST_INVALID',
    found.length === 0 ? `the contract describes no object ${wanted}` : 'the contract describes several objects',
    { where, remedy: `Name one with object: ${objects.map((o) => o.name).join(', ')}.` },
  );
}
