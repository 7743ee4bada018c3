import { toUSVString } from 'node:util';
import { rowsOf, cellText, type GateView } from './view.js';
import type { GateReport } from './gate.js';

/** What a continuous-integration system is told: a check a row that is green, a problem a blocker. */
interface Checks {
  readonly green: readonly string[];
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
}

function checksOf(view: GateView, report: GateReport): Checks {
  const green = (view.tables ?? []).flatMap(({ of, columns }) =>
    rowsOf(report, of)
      .filter((row) => row['passed'] === true)
      .map((row) => cellText(row[Object.values(columns)[0] ?? ''])),
  );
  const warnings = [...texts(report['warnings']), ...texts(report['waived']).map((name) => `waived: ${name}`)];
  return { green, blockers: report.blockers, warnings };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? (value as unknown[]).map(cellText) : []);

const XML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** An XML attribute's text; what XML 1.0 cannot hold becomes U+FFFD. */
const attribute = (text: string): string =>
  toUSVString(text)
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll(/[&<>"\n\r\t]/g, (char) => XML[char]!);

/** JUnit XML, as CI systems read it: https://github.com/testmoapp/junitxml */
export function junit(name: string, view: GateView, report: GateReport): string {
  const { green, blockers } = checksOf(view, report);
  const suite = attribute(`dpone ${name}`);
  const cases = [
    ...green.map((check) => `    <testcase classname="${suite}" name="${attribute(check)}"/>`),
    ...blockers.map(
      (blocker) =>
        `    <testcase classname="${suite}" name="${attribute(blocker)}">\n      <failure message="${attribute(blocker)}" type="blocker"/>\n    </testcase>`,
    ),
  ];
  if (cases.length === 0) cases.push(`    <testcase classname="${suite}" name="verdict"/>`);
  const counts = `tests="${cases.length}" failures="${blockers.length}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${suite}" ${counts}>
  <testsuite name="${suite}" ${counts}>
${cases.join('\n')}
  </testsuite>
</testsuites>`;
}

/** SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarif(name: string, view: GateView, report: GateReport, version: string): unknown {
  const { blockers, warnings } = checksOf(view, report);
  const rule = name.replaceAll(' ', '/');
  const result = (level: 'error' | 'warning', text: string) => ({
    ruleId: rule,
    level,
    message: { text },
    locations: [{ logicalLocations: [{ fullyQualifiedName: text }] }],
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'dpone', version, rules: [{ id: rule, shortDescription: { text: `dpone ${view.title}` } }] },
        },
        results: [...blockers.map((text) => result('error', text)), ...warnings.map((text) => result('warning', text))],
      },
    ],
  };
}

/** Annotations of GitHub Actions, a line each: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function github(name: string, view: GateView, report: GateReport): string {
  const { blockers, warnings } = checksOf(view, report);
  const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const title = data(`dpone ${name}`).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const lines = [
    ...blockers.map((text) => `::error title=${title}::${data(text)}`),
    ...warnings.map((text) => `::warning title=${title}::${data(text)}`),
  ];
  if (blockers.length === 0) lines.push(`::notice title=${title}::passed`);
  return lines.join('\n');
}
