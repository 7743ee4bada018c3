import type { Json } from '@dpone/sdk';

const part = (variable: string): string => `{{ ${variable}|dpone_snake }}`;
const orUnknown = (variable: string): string => `{{ ${variable}|default('unknown') }}`;

const LABELS = ['layer', 'src', 'db', 'schema', 'host', 'type', 'ingest'];
const PLACEHOLDERS = ['unknown', 'tbd', 'todo', 'unset', 'none', 'null', 'n_a', 'na'];
const PLACEHOLDER = `(${PLACEHOLDERS.join('|')})`;
/** The lines of a table's description, by which catalogues find source, owner, contact and SLA. */
const LINES = ['Источник', 'Владелец', 'Контакт', 'SLA'] as const;

const layer = "layer|default('landing')";
const schema = "src_schema|default('default')";

/** The convention `landing_raw_v1`: dataset `landing__<system>__<database>`, table `<schema>__<table>`, labels and description. */
export const landingRawV1: Json = {
  vars: { layer: 'landing', ingest: 'dpone' },
  naming: {
    sink_dataset: `${part(layer)}__${part('src_system')}__${part('src_database')}`,
    sink_table: `${part(schema)}__${part('src_table')}`,
    task_group: `${part('src_system')}__${part('src_database')}`,
    process_name: `${part(schema)}_${part('src_table')}__{{ sink.strategy.mode }}`,
    labels: {
      layer: part(layer),
      src: part('src_system'),
      db: part('src_database'),
      schema: part(schema),
      host: part("host|default('unknown')"),
      type: part("type|default(source.type|default('unknown'))"),
      ingest: part("ingest|default('dpone')"),
      pii: '{{ pii|default(None) }}',
      gdpr: '{{ gdpr|default(None) }}',
    },
    sink_table_description: [
      `${LINES[0]}: ${orUnknown('host')}/{{ src_database }}/{{ source.table.schema|default(${schema}) }}/{{ source.table.name|default(src_table) }}`,
      `${LINES[1]}: ${orUnknown('owner_team')}`,
      `${LINES[2]}: ${orUnknown('owner_contact')}`,
      `${LINES[3]}: ${orUnknown('sla')}`,
    ].join('\n'),
  },
  defaults: { sink: { options: { apply_table_metadata: true, technical_columns: 'required' } } },
  validation: {
    dataset_pattern: '^landing__[a-z][a-z0-9_]*__[a-z][a-z0-9_]*$',
    table_pattern: '^[a-z][a-z0-9_]*__[a-z][a-z0-9_]*$',
    required_labels: LABELS,
    require_table_description: true,
    technical_columns: 'required',
    technical_columns_severity: 'ERROR',
    missing_labels_severity: 'ERROR',
    missing_description_severity: 'ERROR',
    invalid_label_value_severity: 'ERROR',
    invalid_description_severity: 'ERROR',
    forbidden_label_values: { host: PLACEHOLDERS, type: PLACEHOLDERS },
    label_value_patterns: Object.fromEntries(LABELS.map((label) => [label, '^[a-z0-9_]+$'])),
    description_required_regex: LINES.map((line) => `(?im)^${line}:\\s*.+$`),
    description_forbidden_regex: LINES.map(
      (line, i) => `(?im)^${line}:\\s*${PLACEHOLDER}${i === 0 ? '(/|\\s|$)' : '\\s*$'}`,
    ),
    require_source_path_in_description: true,
  },
};
