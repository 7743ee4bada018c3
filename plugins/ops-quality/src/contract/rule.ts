/** What a rule makes of the rows: how many there are, and how many break it. */
export interface Tally {
  readonly rows: number;
  readonly bad: number;
}

/** One rule over rows that go by one after the other. */
export interface Rule {
  readonly code: string;
  /** Columns whose values it looks at, in the order in which `bad` gets them. */
  readonly columns: readonly string[];
  /** Whether a row breaks it: absent is undefined. Without it no row is looked at. */
  readonly bad?: (values: readonly unknown[]) => boolean;
  /** Counts rows whose values have come before, instead: with `null`s as values, or without them. */
  readonly repeated?: 'nulls_count' | 'nulls_do_not_count';
  readonly passes: (tally: Tally) => boolean;
  readonly message: (tally: Tally) => string;
  /** What to do when it is red. */
  readonly action: string;
  /** A breach that is only told. Default: it makes the gate red. */
  readonly warns?: boolean;
}

const noneBad = ({ bad }: Tally): boolean => bad === 0;

/** Counted rows in a sentence. */
const counted = (what: string) => (tally: Tally) => `${tally.bad} of ${tally.rows} rows ${what}.`;

/** A rule that no row may break. */
export const eachRow = (
  rule: Pick<Rule, 'code' | 'columns' | 'action'> & {
    readonly bad: NonNullable<Rule['bad']>;
    readonly what: string;
  },
): Rule => ({ ...rule, passes: noneBad, message: counted(rule.what) });

export const isNull = (value: unknown): boolean => value === null || value === undefined;

export const required = (column: string, known: ReadonlySet<string> | undefined): Rule =>
  known === undefined
    ? {
        code: `required_columns.${column}`,
        columns: [column],
        bad: ([value]) => value === undefined,
        passes: ({ rows, bad }) => rows > 0 && bad === 0,
        message: counted(`lack the column ${column}`),
        action: MISSING,
      }
    : {
        code: `required_columns.${column}`,
        columns: [],
        passes: () => known.has(column),
        message: () => `The source ${known.has(column) ? 'has' : 'lacks'} the column ${column}.`,
        action: MISSING,
      };

const MISSING = 'Add the column at the source, let the schema evolve, or change the contract together with its users.';

export const notNull = (column: string): Rule =>
  eachRow({
    code: `not_null.${column}`,
    columns: [column],
    bad: ([value]) => isNull(value),
    what: `have no ${column}`,
    action: 'Fill the column at the source, or allow NULL in the contract.',
  });

export const unique = (columns: readonly string[], repeated: NonNullable<Rule['repeated']>): Rule => ({
  code: `unique.${columns.join(',')}`,
  columns,
  repeated,
  passes: noneBad,
  message: counted(`repeat ${columns.join(', ')}`),
  action: 'Remove what comes twice, or name more columns as the key.',
});

export const minRows = (least: number | bigint): Rule => ({
  code: 'min_rows',
  columns: [],
  passes: ({ rows }) => rows >= least,
  message: ({ rows }) => `There are ${rows} rows; at least ${least} are asked for.`,
  action: 'Look at filters, pages, credentials and the state of the load: something keeps rows away.',
});

export const maxNullRatio = (column: string, bound: number): Rule => ({
  code: `max_null_ratio.${column}`,
  columns: [column],
  bad: ([value]) => isNull(value),
  passes: ({ rows, bad }) => (rows === 0 ? 0 <= bound : bad / rows <= bound),
  message: counted(`have no ${column}; the part may be ${bound}`),
  action: 'Find out since when values are missing, or set another bound with a reason.',
});

export const EMPTY: Rule = {
  code: 'contract.empty',
  columns: [],
  passes: () => true,
  message: () => 'The contract asks for nothing.',
  action: 'Add rules to the contract.',
};
