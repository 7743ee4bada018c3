import type { OnReadOpts, Socket } from 'node:net';

/** Takes bytes where the socket left them: they are valid until it returns, or until the socket it paused goes on. */
export type TakeRead = (bytes: Buffer) => void;

/** What a server has sent ahead is taken in one reading, and a reading stays in a core's second cache. */
const READING = 1 << 16;

const takers = new WeakMap<Socket, TakeRead | undefined>();

/**
 * Memory that a socket reads into again and again, instead of some of its own for every reading: with a COPY's many
 * thousands of them, Node.js would spend its time on giving it back, and hold 64 MB of it before it began. The driver
 * keeps what it is given, so it is given copies.
 */
export function ownMemory(socketOf: () => Socket): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(READING);
  return {
    buffer,
    callback: (length) => {
      const socket = socketOf();
      const take = takers.get(socket);
      if (take === undefined) return socket.push(Buffer.from(buffer.subarray(0, length)));
      take(buffer.subarray(0, length));
      return true;
    },
  };
}

/** To be called once for a socket that was opened with {@link ownMemory} and carries no TLS. */
export const readsIntoOwnMemory = (socket: Socket): void => void takers.set(socket, undefined);

/** Whether the socket's bytes now go to `take` instead of to whoever listens. */
export function takeReads(socket: Socket, take: TakeRead): boolean {
  if (!takers.has(socket)) return false;
  takers.set(socket, take);
  return true;
}

/** Listeners hear of the rest, then of what comes. */
export function giveReadsBack(socket: Socket, rest: Buffer): void {
  takers.set(socket, undefined);
  socket.push(rest);
}
