const seconds = (value) =>
  value === undefined ? '-' : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;

const fileSize = (bytes) => (bytes > 0 ? [`${Math.round(bytes / 1e6).toLocaleString('en')} MB`] : []);

function measure(result) {
  if (result.speed_of_baseline !== undefined) return `${result.speed_of_baseline.toFixed(2)} x the speed`;
  if (result.times_baseline !== undefined) {
    const digits = result.peak_mb === undefined ? 1 : 2;
    const parts = [`${result.times_baseline.toFixed(digits)} x the time`];
    if (result.size_of_baseline !== undefined)
      parts.push(`${Math.round(result.installed_mb)} MB, ${result.size_of_baseline.toFixed(2)} x the size`);
    if (result.peak_mb !== undefined) parts.push(`${Math.round(result.peak_mb)} MB`);
    if (result.cpu_seconds !== undefined) parts.push(`${result.cpu_seconds.toFixed(2)} s of processor`);
    return parts.join(', ');
  }
  return `${Math.round(result.peak_mb)} MB`;
}

/** The results as a Markdown table. */
export function renderResults(results) {
  const rows = results.map((result) => [
    result.what,
    result.rows === undefined
      ? '-'
      : [`${result.rows.toLocaleString('en')} rows`, ...fileSize(result.file_bytes)].join(', '),
    result.baseline === '-' ? '-' : `\`${result.baseline.replaceAll('|', '\\|')}\``,
    seconds(result.subject_seconds),
    seconds(result.baseline_seconds),
    measure(result),
    `${result.target}: ${result.met ? 'met' : 'not met'}`,
  ]);
  const head = ['what', 'data', 'baseline', 'dpone', 'baseline took', 'dpone against it', 'target'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
