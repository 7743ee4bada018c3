import { parse } from 'node:path';

const NAMED = new Set([
  'artifact_index',
  'certification_history_index',
  'certification_report',
  'certification_suite',
  'connector_badges',
  'connector_marketplace',
  'data_contract_report',
  'evidence_chain_index',
  'ops_evidence_bundle',
  'ops_incident_pack',
  'release_gate',
  'security_audit',
  'slo_report',
  'strategy_certification_bundle',
]);

const ENDINGS = [
  ['__evidence_chain', 'evidence_chain'],
  ['__certification_history', 'certification_history'],
  ['__behavior', 'certification_behavior'],
] as const;

/** What kind of artifact a file is, by its name; the suffix without its dot where the name says nothing. */
export function artifactType(file: string): string {
  const { name, ext } = parse(file);
  if (NAMED.has(name)) return name;
  return ENDINGS.find(([ending]) => name.endsWith(ending))?.[1] ?? ext.slice(1).toLowerCase();
}
