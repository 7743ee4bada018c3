import { pageMarkdown, pageOf, type GateReport, type GateView } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { github, junit, sarif } from '../../dist/gates/ci-formats.js';
import { pageHtml } from '../../dist/gates/page-html.js';

const view: GateView = {
  title: 'release gate',
  facts: ['release', 'passed'],
  tables: [{ of: 'items', columns: { artifact: 'name', status: 'passed', path: 'path' } }],
  runbook: ['Open it.'],
};
const report = (more: Record<string, unknown> = {}): GateReport => ({
  schema_version: 'x',
  passed: true,
  blockers: [],
  release: 'v1',
  items: [{ name: 'a', passed: true, path: 'a.json' }],
  ...more,
});
const anyText = fc.string({ unit: 'binary', maxLength: 20 });

describe('the page of a report', () => {
  it('has heading, facts, table, blockers, runbook', () => {
    expect(pageMarkdown(pageOf(view, report()))).to.equal(`# dpone release gate

- Release: \`v1\`
- Passed: \`pass\`

| artifact | status | path |
| --- | --- | --- |
| a | pass | a.json |

## Blockers

- none

## Runbook

1. Open it.
`);
  });

  it('stays the same table, list and facts whatever a text holds', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, blocker) => {
        const page = pageMarkdown(
          pageOf(view, report({ release: name, items: [{ name, passed: false, path: name }], blockers: [blocker] })),
        );
        const lines = page.split(/\n/);
        expect(lines.filter((line) => line.startsWith('| '))).to.have.lengthOf(3);
        for (const line of lines.filter((text) => text.startsWith('| ')))
          expect(line.replaceAll('\\\\', '').replaceAll('\\|', '').split('|')).to.have.lengthOf(5);
        expect(lines.filter((line) => line.startsWith('- '))).to.have.lengthOf(3);
      }),
    );
  });

  it('is HTML that no text breaks out of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const html = pageHtml(pageOf(view, report({ release: `<script>${text}</script>`, blockers: [text] })), false);
        expect(html.match(/<(\/?)([a-z][a-z0-9]*)/g)!.every((tag) => !/script|img|iframe/.test(tag))).to.equal(true);
        expect(html).to.include("default-src 'none'");
      }),
    );
  });
});

describe('what CI systems read', () => {
  it('JUnit: well-formed, a test a green row, a failure a blocker, whatever a text holds', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      isArray: (tag) => tag === 'testcase',
    });
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), (blockers) => {
        const text = junit('ops release-gate', view, report({ passed: blockers.length === 0, blockers }));
        expect(XMLValidator.validate(text)).to.equal(true);
        const suite = (
          parser.parse(text) as {
            testsuites: { testsuite: { tests: string; failures: string; testcase: { failure?: unknown }[] } };
          }
        ).testsuites.testsuite;
        expect(Number(suite.failures)).to.equal(blockers.length);
        expect(suite.testcase).to.have.lengthOf(Number(suite.tests));
        expect(suite.testcase.filter(({ failure }) => failure !== undefined)).to.have.lengthOf(blockers.length);
      }),
    );
    expect(junit('x', { title: 'x', facts: [] }, report({ items: [] }))).to.include('tests="1" failures="0"');
  });

  it('SARIF: errors for blockers, warnings for what is waived', () => {
    const { runs } = sarif(
      'ops release-gate',
      view,
      report({ blockers: ['a.missing'], waived: ['docs'] }),
      '1.0.0',
    ) as {
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { ruleId: string; level: string; message: object }[];
      }[];
    };
    const [{ tool, results }] = runs as [(typeof runs)[0]];
    expect(results.map(({ ruleId, level, message }) => ({ ruleId, level, message }))).to.eql([
      { ruleId: 'ops/release-gate', level: 'error', message: { text: 'a.missing' } },
      { ruleId: 'ops/release-gate', level: 'warning', message: { text: 'waived: docs' } },
    ]);
    expect(tool.driver.rules.map(({ id }) => id)).to.eql(['ops/release-gate']);
  });

  it('GitHub: a line a blocker, escaped', () => {
    expect(github('ops release-gate', view, report({ blockers: ['a\n::error::b', '100%'] }))).to.equal(
      '::error title=dpone ops release-gate::a%0A::error::b\n::error title=dpone ops release-gate::100%25',
    );
    expect(github('ops x', view, report())).to.equal('::notice title=dpone ops x::passed');
  });
});
