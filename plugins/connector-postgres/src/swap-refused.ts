import type { LoadProgram } from '@dpone/sdk';
import type { TableFacts } from './table-facts.js';

/**
 * Why staging cannot honestly take the target's place, as the end of a sentence that begins with it; null where it can.
 * What a new table can be given again is not a reason; what belongs to others, hangs on this very table, or would do
 * something else for the rows of a swap than for rows that are inserted, is.
 */
export function swapRefused(facts: TableFacts, staged: readonly string[], program: LoadProgram): string | null {
  for (const reason of [whatItIs, whatHangsOnIt, whatActsOnRows, whoseItIs, whatCannotBeRebuilt]) {
    const found = reason(facts);
    if (found !== null) return found;
  }
  const missing = facts.columns.filter((c) => !staged.includes(c.name));
  if (missing.length > 0) return `the load does not fill ${names(missing.map((c) => c.name))}`;
  // The rename holds the table for itself, so no other session could count its rows meanwhile.
  if (program.changes.some((change) => change.kind === 'rename_column')) return 'a column of it is renamed';
  if (program.changes.some((change) => change.kind === 'drop_column')) return 'a column of it is dropped';
  if (program.changes.some((change) => change.kind === 'create_table'))
    return 'the table came into being after the load was planned';
  return null;
}

const names = (list: readonly string[]): string => list.join(', ');

function whatItIs(facts: TableFacts): string | null {
  if (facts.kind !== 'table') return `it is a ${facts.kind}`;
  if (facts.persistence === 'u') return 'it is unlogged';
  if (facts.persistence === 't') return 'it is temporary';
  if (facts.ofType !== null) return `it is a table of type ${facts.ofType}`;
  if (facts.accessMethod !== null) return `it is stored by access method ${facts.accessMethod}`;
  if (facts.extension !== null) return `it belongs to extension ${facts.extension}`;
  if (facts.parents.length > 0) return `it belongs to ${names(facts.parents)} as a partition or by inheritance`;
  if (facts.children.length > 0) return `${names(facts.children)} inherit from it`;
  return null;
}

function whatHangsOnIt(facts: TableFacts): string | null {
  if (facts.dependents.length > 0) return `it is used by ${names(facts.dependents)}`;
  // Others are told of a truncated table row by row, and of one in its place not at all.
  if (facts.publications.length > 0) return `it is in publication ${names(facts.publications)}`;
  if (facts.subscribed) return 'a subscription writes to it';
  if (facts.securityLabels) return 'it has security labels';
  return null;
}

function whatActsOnRows(facts: TableFacts): string | null {
  if (facts.triggers.length > 0) return `it has trigger ${names(facts.triggers)}`;
  if (facts.keysDisabled) return 'triggers that keep its foreign keys are disabled';
  if (facts.rules.length > 0) return `it has rule ${names(facts.rules)}`;
  if (facts.policies.length > 0) return `it has row security policy ${names(facts.policies)}`;
  if (facts.rowSecurity) return 'it has row security';
  if (facts.identity.length > 0) return `it has identity column ${names(facts.identity)}`;
  const generated = facts.columns.filter((c) => c.generated === true);
  if (generated.length > 0) return `it has generated column ${names(generated.map((c) => c.name))}`;
  return null;
}

function whoseItIs(facts: TableFacts): string | null {
  const { owner } = facts;
  if (!owner.ours) return `it belongs to ${owner.name}, of which ${owner.user} is no member`;
  if (!owner.mayCreate) return `its owner ${owner.name} may not create tables in its schema`;
  const foreign = facts.referencedBy.find((reference) => !reference.ours);
  if (foreign !== undefined) return `${foreign.table}, which refers to it by ${foreign.name}, belongs to somebody else`;
  const passed = facts.grants.find((grant) => grant.grantor !== null);
  if (passed !== undefined) return `${passed.grantee} has privileges from ${passed.grantor}, not from its owner`;
  const statistics = facts.statistics.find((s) => !s.ownedByTableOwner);
  if (statistics !== undefined) return `its statistics ${statistics.name} belong to somebody else`;
  return null;
}

function whatCannotBeRebuilt(facts: TableFacts): string | null {
  const invalid = facts.indexes.find((index) => !index.valid);
  if (invalid !== undefined) return `its index ${invalid.name} is not valid`;
  const unread = facts.indexes.find((index) => index.definition === null);
  if (unread !== undefined) return `the definition of its index ${unread.name} is not of a known form`;
  return null;
}
