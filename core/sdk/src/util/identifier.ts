/** A SQL identifier in double quotes (the SQL standard; DuckDB, Postgres, and others), inner quotes doubled. */
export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A SQL string literal in single quotes, inner quotes doubled. */
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;
