const seconds = (value) =>
  value === undefined ? '-' : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;

function measure(result) {
  if (result.speed_of_baseline !== undefined) return `${result.speed_of_baseline.toFixed(2)} x the speed`;
  if (result.times_baseline !== undefined) return `${result.times_baseline.toFixed(1)} x the time`;
  return `${Math.round(result.peak_mb)} MB`;
}

/** The results as a Markdown table. */
export function renderResults(results) {
  const rows = results.map((result) => [
    result.what,
    result.rows === undefined
      ? '-'
      : `${result.rows.toLocaleString('en')} rows, ${Math.round(result.file_bytes / 1e6).toLocaleString('en')} MB`,
    result.baseline === '-' ? '-' : `\`${result.baseline}\``,
    seconds(result.subject_seconds),
    seconds(result.baseline_seconds),
    measure(result),
    `${result.target}: ${result.met ? 'met' : 'not met'}`,
  ]);
  const head = ['what', 'data', 'baseline', 'dpone', 'baseline took', 'dpone against it', 'target'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
