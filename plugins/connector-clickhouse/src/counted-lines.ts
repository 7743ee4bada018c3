import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { clickhouseError, type Doing } from './errors.js';

const LINE_FEED = 10;

/** The stream, and how many lines it had: line feeds inside of values are written as `\n`. */
export function countedLines(from: Readable, doing: Doing): { stream: Readable; sent: Promise<number> } {
  let lines = 0;
  let end: (rows: number) => void;
  let broken: (error: unknown) => void;
  const sent = new Promise<number>((resolve, reject) => {
    end = resolve;
    broken = reject;
  });
  // Who reads the stream meets its error there.
  sent.catch(() => undefined);
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
      done(null, chunk);
    },
    flush(done) {
      end(lines);
      done();
    },
  });
  pipeline(from, stream).catch((error: unknown) => broken(clickhouseError(error, doing)));
  return { stream, sent };
}
