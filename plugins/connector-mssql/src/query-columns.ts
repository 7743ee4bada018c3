import { fail, type Column } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { textLiteral } from './sql.js';
import { canonicalType, SYSTEM } from './types.js';

/** The columns of a query, as the server describes them without running it (https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-first-result-set-transact-sql). */
export async function queryColumns(session: Session, query: string, doing: Doing): Promise<Column[]> {
  const described = await session.rows(`EXEC sp_describe_first_result_set @tsql = ${textLiteral(query)}`, doing);
  const visible = described.filter((row) => row['is_hidden'] !== true);
  if (visible.length === 0)
    throw fail('DPONE_OPTION_CONFLICT', 'options.query gives no columns', { where: 'source.options.query' });
  return visible.map((row, i) => {
    const name = row['name'];
    if (typeof name !== 'string' || name === '')
      throw fail('DPONE_OPTION_CONFLICT', `column ${i + 1} of options.query has no name`, {
        where: 'source.options.query',
        remedy: 'Name it: SELECT ... AS name.',
      });
    const type = ((row['system_type_name'] ?? row['user_type_name'] ?? '') as string).toLowerCase();
    const native = type === 'timestamp' ? 'rowversion' : type;
    return {
      name,
      type: canonicalType(native) ?? { kind: 'string' },
      nullable: row['is_nullable'] !== false,
      native: { system: SYSTEM, type: native },
    };
  });
}
