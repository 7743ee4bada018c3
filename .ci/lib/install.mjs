import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from './command.mjs';
import { fileFingerprint } from './fingerprint.mjs';
import { fromRoot } from './root.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const LOCKFILE = fromRoot('package-lock.json');
// Inside node_modules, so that it goes when they go.
const STAMP = fromRoot('node_modules/.dpone-installed');
// npm's own record of what it installed last.
const INSTALLED = fromRoot('node_modules/.package-lock.json');

/** Whether node_modules holds what the lockfile says, whoever installed it. */
function matchesLockfile() {
  if (!existsSync(INSTALLED)) return false;
  const wanted = JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages;
  const found = JSON.parse(readFileSync(INSTALLED, 'utf8')).packages;
  const same = Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !path.includes('node_modules/')) return true;
    const installed = found[path];
    if (installed === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return installed.version === entry.version && installed.link === entry.link;
  });
  return same && Object.keys(found).every((path) => path in wanted);
}

export function installNeeded() {
  const wanted = fileFingerprint(LOCKFILE);
  if (readStamp(STAMP)?.lockfile === wanted) return false;
  if (!matchesLockfile()) return true;
  writeStamp(STAMP, { lockfile: wanted });
  return false;
}

/** What npm said that matters: its advice, and the help that it prints after a usage error, are left out. */
const essence = (output) =>
  output
    .split(/^npm error (?:Clean install|A complete log)/m)[0]
    .split('\n')
    .filter((line) => !/^(?:npm (?:notice|warn).*|npm error|\s*)$/i.test(line))
    .slice(0, 12)
    .join('\n');

const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/;

/** Installs from the lockfile. Throws an Error whose message can be shown as it is. */
export async function install() {
  const wanted = fileFingerprint(LOCKFILE);
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // On Windows npm is a script that only a shell can start.
  const { code, output } = await (
    process.platform === 'win32'
      ? runCommand('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], { quiet: true })
      : runCommand('npm', args, { quiet: true })
  ).catch((error) => {
    throw new Error(`npm could not be started: ${error.message}`);
  });
  if (code !== 0) {
    const hint = OFFLINE.test(output)
      ? 'The npm registry cannot be reached: check the network, or npm config get registry.'
      : /EUSAGE/.test(output)
        ? 'package.json and package-lock.json disagree: run npm install, then npm run lockfile, and commit both.'
        : 'Mend what npm names above, then run the same command again.';
    throw new Error(`npm ci ended with code ${code}\n${essence(output)}\n${hint}`);
  }
  writeStamp(STAMP, { lockfile: wanted });
}
