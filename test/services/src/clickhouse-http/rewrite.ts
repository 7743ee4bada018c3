/** How a statement is run by the engine in this process, which has no network interface of its own. */
export type Rewritten =
  /** A result that is written into a pipe. */
  | { readonly kind: 'result'; readonly sql: (path: string) => string; readonly format: string }
  /** Rows that are read from a pipe or a file. */
  | {
      readonly kind: 'insert';
      /** `table`: into another one than the statement names. */
      readonly sql: (path: string, table?: string) => string;
      readonly format: string;
      /** The table whose rows are to be counted, where the engine does not say how many it took. */
      readonly countIn?: string;
    }
  /** `countIn`: as above. */
  | { readonly kind: 'plain'; readonly countIn?: string };

const FORMAT = /\bFORMAT\s+(\w+)\s*((?:SETTINGS\s+[\s\S]*)?);?\s*$/i;
/** `CHECK GRANT` has one too, and no FORMAT. */
const HAS_RESULT = /^\s*(?:\(\s*)*(?:WITH|SELECT|SHOW|DESCRIBE|DESC|EXPLAIN|EXISTS|CHECK)\b(?!\s+GRANT\b)/i;
const INPUT = /\binput\s*\(\s*('(?:[^'\\]|\\.|'')*')\s*\)/i;
/** Clients are told how many rows such an INSERT wrote. */
const READS_S3 = /^\s*INSERT\b[\s\S]*\bFROM s3\(/i;
const TARGET = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?((?:(?:`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|\w+)\.?)+)/i;

const literal = (path: string): string => `'${path}'`;

export function rewrite(sql: string, defaultFormat: string, hasData: boolean): Rewritten {
  const found = FORMAT.exec(sql);
  const format = found?.[1] ?? defaultFormat;
  const body = found === null ? sql.replace(/;\s*$/, '') : sql.slice(0, found.index);
  const settings = found?.[2] ?? '';
  if (hasData) return insert(body, format, settings);
  if (!HAS_RESULT.test(sql)) {
    const countIn = READS_S3.test(sql) ? TARGET.exec(sql)?.[1] : undefined;
    return { kind: 'plain', ...(countIn === undefined ? {} : { countIn }) };
  }
  return {
    kind: 'result',
    format,
    sql: (path) => `${body}\nINTO OUTFILE ${literal(path)} APPEND FORMAT ${format} ${settings}`,
  };
}

function insert(body: string, format: string, settings: string): Rewritten {
  const input = INPUT.exec(body);
  if (input === null)
    return {
      kind: 'insert',
      format,
      sql: (path) => `${body} FROM INFILE ${literal(path)} ${settings} FORMAT ${format}`,
    };
  const [whole, structure] = input;
  const countIn = TARGET.exec(body)?.[1];
  return {
    kind: 'insert',
    format,
    ...(countIn === undefined ? {} : { countIn }),
    sql: (path, table) => {
      const read = body.replace(whole, () => `file(${literal(path)}, '${format}', ${structure})`);
      const into = table === undefined ? read : read.replace(TARGET, `INSERT INTO ${table} `);
      return `${into} ${settings}`;
    },
  };
}

/** Formats that are read from their end, so that they need a file. */
export const needsFile = (format: string): boolean => /^(?:Parquet|ORC|Arrow)$/i.test(format);
