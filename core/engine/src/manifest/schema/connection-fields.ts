import { z } from 'zod';
import { text } from './field.js';

/** The keys by which a side, or a state store, says how its system is reached. */
export const connectionFields = {
  connection: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())], {
      error: 'must be a URI, a path or a map of values',
    })
    .optional()
    .describe(
      'How to reach the system: a URI or path (`postgres://${PGUSER}:${PGPASSWORD}@host/db`, `warehouse.duckdb`), or a map of values. Excludes `connection_id`.',
    ),
  connection_type: text()
    .optional()
    .describe(
      'Where the values of `connection_id` come from: `env`, `params`, or another secrets provider that a plugin brings. Default `env` where `connection_id` is given.',
    ),
  connection_id: z
    .preprocess(
      // `params` takes a JSON object; a map in YAML is the same thing.
      (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
      text(),
    )
    .optional()
    .describe(
      'Name of the connection. With `env` the variables are its upper-case form plus `_HOST`, `_PORT`, `_DATABASE`, `_USERNAME`, `_PASSWORD`, `_URL` and so on; with `params` it is itself a JSON object of values.',
    ),
  vault_path: text().optional().describe('Path of the secret; given to the secrets provider.'),
  vault_mount_point: text().optional().describe('Mount point of the secret store; given to the secrets provider.'),
} as const;

const WHOLE = /^[^.]+$/;
const QUALIFIED = /^([^.]+)\.([^.]+)$/;

/** A table as `schema.name`, `name` or `{schema, name}`. */
export const table = () =>
  z
    .union(
      [
        z
          .string()
          .refine(
            (value) => WHOLE.test(value) || QUALIFIED.test(value),
            'must be `name` or `schema.name`; a name that holds a dot is written as {schema: ..., name: ...}',
          ),
        z.strictObject(
          {
            schema: text()
              .optional()
              .describe('Schema, dataset or database of the table; the default one where absent.'),
            name: text().describe('Name of the table.'),
          },
          {
            error: (issue) =>
              issue.code === 'unrecognized_keys'
                ? `"${issue.keys.join('", "')}" is no known key; known are schema, name`
                : undefined,
          },
        ),
      ],
      { error: 'must be a name, `schema.name` or {schema, name}' },
    )
    .transform((value): { schema?: string; name: string } => {
      if (typeof value !== 'string')
        return value.schema === undefined ? { name: value.name } : { schema: value.schema, name: value.name };
      const parts = QUALIFIED.exec(value);
      return parts === null ? { name: value } : { schema: parts[1]!, name: parts[2]! };
    });
