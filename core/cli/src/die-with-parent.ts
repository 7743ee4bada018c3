/**
 * Ends this process when the one that began it dies, however that died: the channel between the two closes then. Work
 * that nobody waits for must not go on. Nothing where there is no such channel.
 */
export function dieWithParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Listening holds the process; it ends when its work does.
  process.channel.unref();
}
