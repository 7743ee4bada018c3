/** What a connection's text says, by the names of the connection's values. */
export interface SaidByUri {
  endpoint?: string;
  bucket?: string;
  access_key_id?: string;
  secret_access_key?: string;
  region?: string;
  profile?: string;
  path_style?: boolean;
}

const FORM =
  'write https://KEY:SECRET@host:port/bucket?region=NAME, with / + and % in a key percent-encoded, or s3://bucket';

/** Reads `https://KEY:SECRET@host:port/bucket?region=...` and `s3://bucket`. Nothing of the text is said back. */
export function parseUri(text: string): SaidByUri | { readonly problem: string } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { problem: `the URI cannot be read; ${FORM}` };
  }
  const said: SaidByUri = {};
  const { protocol, searchParams } = url;
  try {
    if (url.username !== '') said.access_key_id = decodeURIComponent(url.username);
    if (url.password !== '') said.secret_access_key = decodeURIComponent(url.password);
    const path = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
    if (path.includes('/')) return { problem: `a connection names a bucket, not what is in it; ${FORM}` };
    if (protocol === 's3:') {
      if (path !== '') return { problem: `a connection names a bucket, not what is in it; ${FORM}` };
      said.bucket = url.hostname;
    } else if (protocol === 'http:' || protocol === 'https:') {
      said.endpoint = `${protocol}//${url.host}`;
      if (path !== '') said.bucket = path;
    } else return { problem: `the URI is of another kind; ${FORM}` };
  } catch {
    return { problem: `the URI has a % without two hexadecimal digits; ${FORM}` };
  }
  for (const [name, value] of searchParams) {
    if (name === 'region' || name === 'profile') said[name] = value;
    else if (name === 'path_style' && (value === 'true' || value === 'false')) said.path_style = value === 'true';
    else return { problem: `the URI has a parameter that is not known; it has region, profile, path_style=true|false` };
  }
  return said;
}
