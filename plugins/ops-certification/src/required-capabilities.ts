import type { InstalledPlugin } from '@dpone/sdk';
import { catalogueOf } from './catalogue.js';

/** What each system has to prove before it is called certified. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  postgres: [
    'full_refresh',
    'incremental_append',
    'incremental_merge',
    'replace',
    'xmin_state',
    'schema_evolution',
    '15m_stress',
    'soak_24h',
  ],
  mssql: [
    'full_refresh',
    'incremental_append',
    'incremental_merge',
    'replace',
    'state',
    'bcp_import',
    'bcp_queryout',
    'schema_evolution',
    '15m_stress',
  ],
  clickhouse: ['full_refresh', 'incremental_append', 'replace', 'http_bulk_ingest', '15m_stress'],
  rest: ['full_refresh', 'incremental_cursor', 'pagination', 'auth', 'state'],
};

/** A connector that can be certified. */
export interface Certifiable {
  readonly connector: string;
  readonly capabilities: readonly string[];
  /** Whether it is certified where none is named. */
  readonly byDefault: boolean;
}

/** Connectors with requirements of their own, then what else is installed, with the capabilities that it declares. */
export function certifiable(plugins: readonly InstalledPlugin[]): Certifiable[] {
  const others = Object.values(catalogueOf(plugins)).filter(
    ({ connector, installed }) => installed && !Object.hasOwn(REQUIRED, connector),
  );
  return [
    ...Object.entries(REQUIRED).map(([connector, capabilities]) => ({ connector, capabilities, byDefault: true })),
    ...others.map(({ connector, capabilities }) => ({ connector, capabilities, byDefault: false })),
  ];
}
