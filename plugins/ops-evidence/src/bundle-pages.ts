import { isJsonObject, pageMarkdown, pageOf, type GateReport } from '@dpone/sdk';

/** The page of a contract report that a bundle brings along. */
export const contractPage = (report: GateReport): string =>
  pageMarkdown(
    pageOf(
      {
        title: 'data contract report',
        facts: ['mode', 'passed'],
        tables: [{ of: 'results', columns: { check: 'code', status: 'passed', action: 'action' } }],
      },
      report,
    ),
  );

/** The page of the catalogue that a bundle brings along. */
export const marketplacePage = (report: GateReport): string => {
  const { connectors } = report;
  const entries = isJsonObject(connectors) ? Object.values(connectors).filter(isJsonObject) : [];
  return pageMarkdown(
    pageOf(
      {
        title: 'connector marketplace',
        facts: [],
        sections: () => [
          {
            head: ['connector', 'status', 'capabilities', 'docs'],
            rows: entries.map((entry) => [entry['connector'], entry['status'], entry['capabilities'], entry['docs']]),
          },
        ],
      },
      report,
    ),
  );
};
