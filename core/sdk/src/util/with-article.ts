/**
 * A name with its article, as it is spoken: `an array`, `an s3 sink` (es), `an mssql sink` (em), `a uuid` (you),
 * `a uint8`.
 */
export const withArticle = (name: string): string =>
  `${/^(?:[aeio]|s3\b|mssql\b|xml\b)/i.test(name) ? 'an' : 'a'} ${name}`;
