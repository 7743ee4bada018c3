import { asDponeError, fail, type DponeError } from '@dpone/sdk';
import { npmReason } from './npm-reason.js';
import type { PluginSpec } from './plugin-spec.js';

const UNREACHABLE =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|CERT_|UNABLE_TO|SELF_SIGNED)/;

/**
 * What went wrong in oclif's command or in npm below it, in dpone's words.
 * @param folder where npm was to install; null where nothing was to be fetched.
 */
export async function installError(
  error: unknown,
  specs: readonly PluginSpec[],
  folder: string | null,
  registry?: string,
): Promise<DponeError> {
  const message = error instanceof Error ? error.message : String(error);
  if (/is not installed/.test(message))
    return fail('DPONE_PLUGIN_NOT_FOUND', message, { remedy: 'dpone plugins lists what is installed.' });
  const names = specs.map(({ name }) => name).join(', ');
  const requests = specs.map(({ request }) => request);
  const fromNpm = folder !== null && /exited with code|does not exist in the registry/.test(message);
  const reason = fromNpm ? await npmReason(requests, folder, registry) : null;
  if (reason?.code === 'E404')
    return fail('DPONE_PLUGIN_NOT_FOUND', `no package ${names} is published: ${reason.summary}`, {
      remedy: 'Check the name; a package outside @dpone is named in full: npm:NAME.',
    });
  if (reason?.code === 'ETARGET')
    return fail('DPONE_PLUGIN_NOT_FOUND', reason.summary, {
      remedy: `Choose a published version; without one the newest is taken: dpone plugins install ${names}`,
    });
  if (reason !== null && UNREACHABLE.test(reason.code))
    return fail('DPONE_PLUGIN_INSTALL', `the package registry cannot be reached: ${reason.summary}`, {
      remedy: 'Check the network, and the registry that npm or DPONE_NPM_REGISTRY names.',
    });
  if (reason !== null)
    return fail('DPONE_PLUGIN_INSTALL', `npm cannot install ${names}: ${reason.summary} (${reason.code})`);
  return asDponeError(error, 'DPONE_PLUGIN_INSTALL', names === '' ? undefined : names);
}
