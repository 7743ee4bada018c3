import type { ProcessSpec } from './process-spec.js';

/** Where a path of a process was written, or what encloses it: `orders.yml:12:5`. The manifest's name for defaults. */
export function placeOf(spec: Pick<ProcessSpec, 'manifest' | 'places'>, path: string): string {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[]+|\[\d+\]|^[^.[]+)$/, '')) {
    const place = spec.places[at];
    if (place !== undefined) return place;
  }
  return spec.manifest;
}
