/** How long a run waits at its end for what it has to tell, in milliseconds. */
export const PATIENCE_MS = 3000;

/** Waits for something, but not longer than that; false where it was too long or failed. */
export async function inTime(work: Promise<unknown>, ms: number = PATIENCE_MS): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Where something is sent, without what may be secret in an address. */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Sends a body; throws a sentence without secrets where it is not taken. */
export async function send(
  method: 'POST' | 'PUT',
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  let status: number;
  try {
    const answer = await fetch(url, { method, body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    status = answer.status;
    await answer.body?.cancel();
  } catch {
    throw new Error(`${placeOf(url)} does not answer`);
  }
  if (status >= 300) throw new Error(`${placeOf(url)} answered ${status}`);
}
