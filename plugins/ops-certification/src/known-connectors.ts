import { fail, nearest } from '@dpone/sdk';
import type { Certifiable } from './required-capabilities.js';

/** @throws DPONE_USAGE that names every connector that is not known, and those that are */
export function refuseUnknownConnectors(given: readonly string[], all: readonly Certifiable[]): void {
  const known = all.map(({ connector }) => connector);
  const unknown = [...new Set(given)].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw unknownConnectors(unknown, known, '--connector');
}

/** @throws DPONE_USAGE where `CONNECTOR` or `CONNECTOR.CAPABILITY` names what no connector has to prove */
export function refuseUnknownCapabilities(given: readonly string[], all: readonly Certifiable[]): void {
  const known = new Map(all.map(({ connector, capabilities }) => [connector, capabilities]));
  const unknown = given.map(connectorOf).filter((name) => !known.has(name));
  if (unknown.length > 0) throw unknownConnectors([...new Set(unknown)], [...known.keys()], '--artifact');
  for (const name of given) {
    const connector = connectorOf(name);
    if (name === connector) continue;
    const capability = name.slice(connector.length + 1);
    const capabilities = known.get(connector)!;
    if (capabilities.includes(capability)) continue;
    throw fail('DPONE_USAGE', `${connector} has no capability ${capability}`, {
      where: '--artifact',
      remedy: `${meant(capability, capabilities)}It has: ${capabilities.join(', ')}.`,
    });
  }
}

const connectorOf = (name: string): string => name.split('.', 1)[0]!;

function unknownConnectors(unknown: readonly string[], known: readonly string[], where: string): Error {
  const what = unknown.length === 1 ? `unknown connector ${unknown[0]}` : `unknown connectors: ${unknown.join(', ')}`;
  return fail('DPONE_USAGE', what, {
    where,
    remedy: `${unknown.length === 1 ? meant(unknown[0]!, known) : ''}Known: ${known.join(', ')}. One of a plugin is known once that is installed.`,
  });
}

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `Did you mean ${near}? `;
}
