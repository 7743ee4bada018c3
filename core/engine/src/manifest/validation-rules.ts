import type { Manifest } from './manifest.js';
import type { ProcessSpec } from './process-spec.js';
import type { ParsedValidation } from './schema/batch-schema.js';

export interface NamingIssue {
  readonly severity: 'ERROR' | 'WARNING' | 'INFO';
  readonly code: string;
  readonly selector: string;
  readonly message: string;
}

type Report = (severity: NamingIssue['severity'] | undefined, code: string, message: string) => void;

/** Where processes break the rules of `validation:`; nothing where there are none. */
export function namingIssues(manifest: Manifest): NamingIssue[] {
  const rules = manifest.validation;
  if (rules === null) return [];
  return manifest.processes.flatMap((process) => {
    const found: NamingIssue[] = [];
    const selector = process.selector ?? process.name;
    const report: Report = (severity, code, message) =>
      void found.push({ severity: severity ?? 'ERROR', code, selector, message });
    names(process, rules, report);
    const options = optionsOf(process);
    labels(options['table_labels'], rules, report);
    description(options['table_description'], process, rules, report);
    technicalColumns(process, rules, report);
    return found;
  });
}

function optionsOf(process: ProcessSpec): Readonly<Record<string, unknown>> {
  const sink = process.raw['sink'] as Readonly<Record<string, unknown>> | undefined;
  return (sink?.['options'] ?? {}) as Readonly<Record<string, unknown>>;
}

function names(process: ProcessSpec, rules: ParsedValidation, report: Report): void {
  const { schema, name } = process.sink.table;
  if (rules.dataset_pattern !== undefined && schema !== undefined && !fits(rules.dataset_pattern, schema, report))
    report('ERROR', 'NAMING_DATASET_PATTERN', `sink.table.schema "${schema}" does not fit ${rules.dataset_pattern}`);
  if (rules.table_pattern !== undefined && !fits(rules.table_pattern, name, report))
    report('ERROR', 'NAMING_TABLE_PATTERN', `sink.table.name "${name}" does not fit ${rules.table_pattern}`);
}

function labels(value: unknown, rules: ParsedValidation, report: Report): void {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const required = rules.required_labels ?? [];
  const missing = required.filter((label) => !Object.hasOwn(given, label));
  if (missing.length > 0)
    report(
      rules.missing_labels_severity ?? 'WARNING',
      'META_LABELS_MISSING',
      `labels are missing: ${missing.join(', ')}`,
    );
  const severity = rules.invalid_label_value_severity;
  for (const [label, raw] of Object.entries(given)) {
    const text = raw === null ? '' : typeof raw === 'string' ? raw.trim() : JSON.stringify(raw);
    if (text === '') {
      if (required.includes(label)) report(severity, 'META_LABEL_VALUE_EMPTY', `the label ${label} is empty`);
      continue;
    }
    const forbidden = (rules.forbidden_label_values?.[label] ?? []).map((one) => String(one).trim().toLowerCase());
    if (forbidden.includes(text.toLowerCase()))
      report(severity, 'META_LABEL_VALUE_FORBIDDEN', `the label ${label} must not be "${text}"`);
    const pattern = rules.label_value_patterns?.[label];
    if (pattern !== undefined && !fits(pattern, text, report))
      report(severity, 'META_LABEL_VALUE_PATTERN', `the label ${label} "${text}" does not fit ${pattern}`);
  }
}

function description(value: unknown, process: ProcessSpec, rules: ParsedValidation, report: Report): void {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') {
    if (rules.require_table_description === true)
      report(
        rules.missing_description_severity ?? 'WARNING',
        'META_DESCRIPTION_MISSING',
        'the table has no description',
      );
    return;
  }
  const severity = rules.invalid_description_severity;
  for (const pattern of rules.description_required_regex ?? [])
    if (!fits(pattern, text, report, 'anywhere'))
      report(severity, 'META_DESCRIPTION_REQUIRED_REGEX', `the description does not show ${pattern}`);
  for (const pattern of rules.description_forbidden_regex ?? [])
    if (fits(pattern, text, report, 'anywhere'))
      report(severity, 'META_DESCRIPTION_FORBIDDEN_REGEX', `the description shows ${pattern}`);
  const table = process.source.table;
  if (rules.require_source_path_in_description !== true || table === undefined) return;
  const path = [table.schema, table.name].filter((part) => part !== undefined).join('/');
  if (!text.includes(path))
    report(severity, 'META_DESCRIPTION_SOURCE_PATH', `the description does not name the source table ${path}`);
}

function technicalColumns(process: ProcessSpec, rules: ParsedValidation, report: Report): void {
  const policy = rules.technical_columns ?? (rules.require_technical_columns === true ? 'required' : 'optional');
  const severity = rules.technical_columns_severity;
  if (policy === 'required' && !process.lineage.enabled)
    report(severity, 'TECHNICAL_COLUMNS_DISABLED', 'framework columns are required and off');
  if (policy === 'forbidden' && process.lineage.enabled)
    report(severity, 'TECHNICAL_COLUMNS_FORBIDDEN', 'framework columns are forbidden and on');
}

/** Whether a pattern fits: from the beginning of a name, or anywhere in a description. Flags in front, `(?im)`, are understood. */
function fits(pattern: string, text: string, report: Report, where: 'start' | 'anywhere' = 'start'): boolean {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = flags === null ? pattern : pattern.slice(flags[0].length);
  try {
    const multiline = where === 'anywhere' ? 'm' : '';
    const expression = new RegExp(
      where === 'start' ? `^(?:${body})` : body,
      [...new Set(`${flags?.[1] ?? ''}${multiline}u`)].join(''),
    );
    return expression.test(text);
  } catch {
    report('ERROR', 'VALIDATION_BAD_REGEX', `${pattern} is no regular expression`);
    return where === 'start';
  }
}
