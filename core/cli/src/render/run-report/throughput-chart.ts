import type { ThroughputSample } from '@dpone/engine';
import { count, duration, size } from '../units.js';
import { html, NOTHING, type Markup } from './html.js';

const [WIDTH, HEIGHT] = [640, 180];
const EDGE = { left: 100, right: 12, top: 12, bottom: 26 };

interface Rate {
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
}

/** Bytes (rows, where no bytes were counted) a second between two samples, as steps over time. Nothing below two samples. */
export function throughputChart(samples: readonly ThroughputSample[]): Markup {
  const byRows = samples.every(({ bytes }) => bytes === 0);
  const rates = ratesOf(samples, byRows);
  const end = rates.at(-1)?.to ?? 0;
  const top = nice(Math.max(0, ...rates.map(({ perSecond }) => perSecond)));
  if (rates.length < 2 || top === 0) return NOTHING;
  const start = rates[0]!.from;
  const x = (seconds: number): number =>
    EDGE.left + ((seconds - start) / (end - start)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (perSecond: number): number => HEIGHT - EDGE.bottom - (perSecond / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const points = rates.flatMap(({ from, to, perSecond }) => [
    `${x(from).toFixed(1)} ${y(perSecond).toFixed(1)}`,
    `${x(to).toFixed(1)} ${y(perSecond).toFixed(1)}`,
  ]);
  const line = `M${points.join('L')}`;
  const floor = y(0).toFixed(1);
  const area = `${line}L${x(end).toFixed(1)} ${floor}L${x(start).toFixed(1)} ${floor}Z`;
  const label = (value: number): string => (byRows ? count(value) : size(value));
  const ticks = [0, top / 2, top].map(
    (value) =>
      html`<line
          x1="${EDGE.left}"
          x2="${WIDTH - EDGE.right}"
          y1="${y(value).toFixed(1)}"
          y2="${y(value).toFixed(1)}"
          stroke="currentColor"
          stroke-opacity=".15"
        />
        <text x="${EDGE.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${label(value)}</text>`,
  );
  const times = [start, end].map(
    (seconds, i) =>
      html`<text x="${x(seconds).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="${i === 0 ? 'start' : 'end'}"
        >${duration(seconds)}</text
      >`,
  );
  const unit = byRows ? 'rows a second' : 'bytes a second';
  return html`<h3>Throughput <span class="soft">${unit}</span></h3>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="${unit} over the time of staging, ${label(top)} at the most"
    >
      ${ticks}
      <path d="${area}" fill="currentColor" fill-opacity=".15" />
      <path d="${line}" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
      ${times}
    </svg>`;
}

function ratesOf(samples: readonly ThroughputSample[], byRows: boolean): Rate[] {
  const of = (sample: ThroughputSample): number => (byRows ? sample.rows : sample.bytes);
  const rates: Rate[] = [];
  let before = samples[0];
  for (const sample of samples) {
    if (before === undefined) break;
    const seconds = sample.seconds - before.seconds;
    // A system that counts in leaps says nothing between them; two samples of one moment say nothing of speed.
    if (of(sample) <= of(before) || seconds < 0.02) continue;
    rates.push({ from: before.seconds, to: sample.seconds, perSecond: (of(sample) - of(before)) / seconds });
    before = sample;
  }
  return rates;
}

/** The next number that is 1, 2 or 5 times a power of ten. */
function nice(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= value)!;
}
