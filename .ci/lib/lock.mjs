import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';

const HEARTBEAT_MS = 2000;
const DEAD_AFTER_MS = 20_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function processLives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOwner(path) {
  try {
    const text = readFileSync(path, 'utf8');
    const age = Date.now() - statSync(path).mtimeMs;
    return { text, age, ...JSON.parse(text) };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    // Between its creation and its first byte a lock file is empty.
    return { text: '', age: 0, pid: 0, host: '' };
  }
}

const isDead = (owner) =>
  owner.age > DEAD_AFTER_MS || (owner.pid !== 0 && owner.host === hostname() && !processLives(owner.pid));

function removeDead(path, owner) {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Another process may have cleared the dead lock and taken its own between our look and our rename: give that back.
  if (readFileSync(aside, 'utf8') !== owner.text) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one holds it by now; the second notices nothing, as both only build the same thing again.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Runs `work` while this process alone holds the lock file. The holder touches the file every two seconds; a lock that
 * was not touched for 20 s, or whose process is gone, is taken over. `onWait` is told the holder's pid, once.
 */
export async function withLock(path, work, onWait) {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  for (let told = false; ;) {
    try {
      writeFileSync(path, mine, { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner !== null && isDead(owner)) removeDead(path, owner);
    else if (owner !== null) {
      if (!told) onWait(owner.pid);
      told = true;
      await sleep(200);
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // The file was removed by hand; the work itself is safe to repeat.
    }
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(path, { force: true });
  }
}
