import { quoteIdent } from '@dpone/sdk';
import { ACL } from './facts-sql.js';
import { textLiteral } from './sql.js';
import type { GrantFacts, TableFacts } from './table-facts.js';

/**
 * Fails as a serialization failure does, where the table is another one by now or somebody granted or revoked
 * something: neither waits for any lock before ours.
 */
export function assertSameRights(table: string, facts: TableFacts): string {
  const now = `(SELECT ${ACL} FROM pg_catalog.pg_class AS c WHERE c.oid = ${facts.oid} AND c.oid = ${textLiteral(table)}::pg_catalog.regclass)`;
  const said = `${table} or its privileges have changed`.replaceAll('%', '%%');
  return `DO ${textLiteral(
    `BEGIN IF ${now} IS DISTINCT FROM ${textLiteral(facts.acl)} THEN ` +
      `RAISE EXCEPTION ${textLiteral(said)} USING ERRCODE = 'serialization_failure'; END IF; END`,
  )}`;
}

export const ownerStatements = (table: string, facts: TableFacts): string[] =>
  facts.owner.isUser ? [] : [`ALTER TABLE ${table} OWNER TO ${facts.owner.name}`];

/** Exactly the privileges of the old table, whatever `ALTER DEFAULT PRIVILEGES` gave to the new one. */
export function grantStatements(table: string, facts: TableFacts): string[] {
  const { name } = facts.owner;
  if (facts.defaultGrants && facts.givenByDefault.length === 0) return [];
  const others = facts.givenByDefault.filter((role) => role !== name);
  return [
    `REVOKE ALL ON TABLE ${table} FROM ${[name, ...others].join(', ')}`,
    ...(facts.defaultGrants ? [`GRANT ALL ON TABLE ${table} TO ${name}`] : []),
    ...facts.grants.map((grant) => grantStatement(table, grant)),
  ];
}

function grantStatement(table: string, grant: GrantFacts): string {
  const of = grant.column === null ? '' : ` (${quoteIdent(grant.column)})`;
  const privileges = grant.privileges.map((privilege) => `${privilege}${of}`).join(', ');
  return `GRANT ${privileges} ON TABLE ${table} TO ${grant.grantee}${grant.grantable ? ' WITH GRANT OPTION' : ''}`;
}
