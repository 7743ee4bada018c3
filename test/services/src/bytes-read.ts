import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** How many bytes came from any server while something ran, by the sockets that it opened. */
export async function bytesRead<T>(run: () => Promise<T>): Promise<{ readonly bytes: number; readonly result: T }> {
  const sockets: Socket[] = [];
  const opened = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', opened);
  try {
    const result = await run();
    return { bytes: sockets.reduce((sum, { bytesRead: read }) => sum + read, 0), result };
  } finally {
    unsubscribe('net.client.socket', opened);
  }
}
