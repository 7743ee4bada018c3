import { hash } from 'node:crypto';

/** Hexadecimal digits of a digest that are kept: two numbers of 60 bits, which every database can add up. */
export const DIGEST_DIGITS = 30;
const HALF = 15;

/** One cell of a row's text. Lengths are in bytes of UTF-8, so that no content can be taken for a border. */
export const framed = (text: string | null): string => (text === null ? '~' : `${Buffer.byteLength(text)}:${text}`);

/** The first 30 hexadecimal digits of the SHA-256 of a row's text. */
export const digestOf = (text: string): string => hash('sha256', text, 'hex').slice(0, DIGEST_DIGITS);

/** The two numbers of a digest. */
export const halvesOf = (digest: string): readonly [bigint, bigint] => [
  BigInt(`0x${digest.slice(0, HALF)}`),
  BigInt(`0x${digest.slice(HALF, DIGEST_DIGITS)}`),
];

/** Ranges that keys are put into by their hash: the first three hexadecimal digits. */
export const RANGES = 4096;

export const rangeOf = (keyDigest: string): number => Number.parseInt(keyDigest.slice(0, 3), 16);
