import type { Append } from './append-fixed.js';

/** From here on one native copy is quicker than a loop by words. */
export const LONG = 256;

/** The version that jsonb's binary form begins with; no JSON text begins with this byte. */
const JSONB_VERSION = 1;

/** text, bytea and whatever else is sent as its bytes: a little-endian length, then the bytes. */
export const appendBytes: Append = (page, source, bytes, at, from, to) => {
  const { rows } = page;
  let { view } = page;
  let capacity = 0;
  let out = page.used;
  for (let i = from; i < to; i++) {
    let place = at[i]!;
    const length = source.getInt32(place);
    if (length >= 0) {
      place += 4;
      if (length > LONG || out + length + 8 > capacity) {
        page.used = out;
        page.reserve(length + 4 + (to - i) * 8);
        view = page.view;
        capacity = page.bytes.length - 8;
      }
      view.setInt32(out, length, true);
      out += 4;
      if (length > LONG) page.bytes.set(bytes.subarray(place, place + length), out);
      else for (let k = 0; k < length; k += 4) view.setInt32(out + k, source.getInt32(place + k, true), true);
      out += length;
    } else page.absent(rows + i - from, length);
  }
  page.used = out;
};

/** json as its text, jsonb without its version. */
export const appendJson: Append = (page, source, bytes, at, from, to) => {
  const { rows } = page;
  for (let i = from; i < to; i++) {
    let place = at[i]!;
    let length = source.getInt32(place);
    if (length > 0) {
      place += 4;
      if (source.getUint8(place) === JSONB_VERSION) {
        place++;
        length--;
      }
      page.reserve(length + 4);
      const { view } = page;
      const out = page.used;
      view.setInt32(out, length, true);
      if (length > LONG) page.bytes.set(bytes.subarray(place, place + length), out + 4);
      else for (let k = 0; k < length; k += 4) view.setInt32(out + 4 + k, source.getInt32(place + k, true), true);
      page.used = out + 4 + length;
    } else page.absent(rows + i - from, length);
  }
};
