/** How often a source is asked that can say how much is new: at least, and at most. */
const ASK_MIN_MS = 50;
const ASK_MAX_MS = 1000;
/** Where only a load can tell, looks that find nothing get rarer up to so many times the interval. */
const RAREST = 8;
/** An interval of 0 is no reason to turn in circles while there is nothing. */
const LOOK_MIN_MS = 100;

/** When the next load of a run that follows begins. */
export interface Pace {
  /** Milliseconds to wait before the next look, 0 to load now. `pending`: rows that wait, undefined where nobody knows. */
  pause(pending: number | undefined): number;
  begin(): void;
  end(rows: number): void;
  /** Whether the last look, or the last load, found nothing. */
  readonly idle: boolean;
}

export function pace(intervalMs: number, maxRows = Infinity, now: () => number = () => performance.now()): Pace {
  let began = -Infinity;
  let empty = 0;
  const asking = (): number =>
    Math.min(ASK_MIN_MS * 2 ** empty, Math.max(ASK_MIN_MS, Math.min(intervalMs, ASK_MAX_MS)));
  return {
    pause(pending) {
      const left = Math.max(0, began + intervalMs - now());
      if (pending === undefined) {
        if (empty === 0) return left;
        const rare = Math.max(LOOK_MIN_MS, intervalMs) * Math.min(2 ** empty, RAREST);
        return Math.max(0, began + rare - now());
      }
      if (pending === 0) {
        const wait = asking();
        empty = Math.min(empty + 1, 30);
        return wait;
      }
      empty = 0;
      if (pending >= maxRows || left === 0) return 0;
      return Number.isFinite(maxRows) ? Math.min(left, asking()) : left;
    },
    begin: () => void (began = now()),
    end: (rows) => void (empty = rows > 0 ? 0 : Math.min(empty + 1, 30)),
    get idle() {
      return empty > 0;
    },
  };
}
