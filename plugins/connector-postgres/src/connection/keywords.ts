/** What libpq knows of one connection parameter: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
export interface KeywordSpec {
  readonly description: string;
  /** The variable that gives it: https://www.postgresql.org/docs/current/libpq-envars.html */
  readonly env?: string;
  /** What it may be; any text where absent. */
  readonly values?: readonly string[] | 'number' | 'ports';
}

const SWITCH = ['0', '1'] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Every parameter that dpone reads, by libpq's keyword. */
export const KEYWORDS = {
  service: { description: 'A service of the connection service file, which gives the rest.', env: 'PGSERVICE' },
  servicefile: {
    description: 'The connection service file. Default: ~/.pg_service.conf, then the system-wide one.',
    env: 'PGSERVICEFILE',
  },
  host: {
    description:
      'Server name, or a folder of Unix sockets where it begins with `/`. Several, separated by commas, are tried in order.',
    env: 'PGHOST',
  },
  hostaddr: {
    description: 'Address to connect to without looking `host` up; as many as there are hosts.',
    env: 'PGHOSTADDR',
  },
  port: { description: 'Port, or one for each host. Default 5432.', env: 'PGPORT', values: 'ports' },
  dbname: { description: 'Database. Default: the name of the user.', env: 'PGDATABASE' },
  user: { description: "User. Default: the operating system's user.", env: 'PGUSER' },
  password: { description: 'Password. Default: what the password file says.', env: 'PGPASSWORD' },
  passfile: { description: 'Password file. Default ~/.pgpass.', env: 'PGPASSFILE' },
  require_auth: {
    description:
      'How the server may ask for a proof: `password`, `md5`, `scram-sha-256`, `none`, separated by commas, or with `!` in front of each what it may not. Default: any.',
    env: 'PGREQUIREAUTH',
  },
  channel_binding: {
    description: 'Whether the proof of the password is bound to the TLS connection. Default `prefer`.',
    env: 'PGCHANNELBINDING',
    values: ['disable', 'prefer', 'require'],
  },
  connect_timeout: {
    description: 'The longest wait for one address, in seconds; 0 waits for ever. Stands above connect_timeout_ms.',
    env: 'PGCONNECT_TIMEOUT',
    values: 'number',
  },
  options: { description: "Options of the server's session: `-c search_path=app`.", env: 'PGOPTIONS' },
  application_name: { description: 'What the server shows as the name of the session.', env: 'PGAPPNAME' },
  fallback_application_name: {
    description: 'The name of the session where application_name is open. Default `dpone`.',
  },
  client_encoding: {
    description: 'Accepted; dpone speaks UTF-8 with every server.',
    env: 'PGCLIENTENCODING',
  },
  keepalives: { description: 'TCP keepalive, 1 (default) or 0.', values: SWITCH },
  keepalives_idle: { description: 'Seconds without traffic before the first probe. Default 60.', values: 'number' },
  keepalives_interval: { description: 'Accepted; probes come every second.', values: 'number' },
  keepalives_count: { description: 'Accepted; the tenth lost probe ends the connection.', values: 'number' },
  tcp_user_timeout: { description: 'Accepted, without effect.', values: 'number' },
  target_session_attrs: {
    description: 'Which of several hosts is good enough. Default `any`.',
    env: 'PGTARGETSESSIONATTRS',
    values: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  },
  load_balance_hosts: {
    description: 'Whether hosts and addresses are tried in a random order. Default `disable`.',
    env: 'PGLOADBALANCEHOSTS',
    values: ['disable', 'random'],
  },
  sslmode: {
    description: 'TLS, as libpq means it. Default `prefer`, with sslrootcert=system `verify-full`.',
    env: 'PGSSLMODE',
    values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
  },
  sslnegotiation: {
    description: 'How TLS begins: `postgres` asks the server first (default), `direct` does not (server 17 and later).',
    env: 'PGSSLNEGOTIATION',
    values: ['postgres', 'direct'],
  },
  sslcompression: { description: 'Accepted, without effect.', env: 'PGSSLCOMPRESSION', values: SWITCH },
  sslrootcert: {
    description: 'File of trusted certificates, or `system`. Default ~/.postgresql/root.crt where it exists.',
    env: 'PGSSLROOTCERT',
  },
  sslcert: { description: "The client's certificate. Default ~/.postgresql/postgresql.crt.", env: 'PGSSLCERT' },
  sslkey: { description: "The certificate's key. Default ~/.postgresql/postgresql.key.", env: 'PGSSLKEY' },
  sslpassword: { description: 'Password of the key.' },
  sslcertmode: {
    description: "Whether the client's certificate is sent where the server asks. Default `allow`.",
    env: 'PGSSLCERTMODE',
    values: ['disable', 'allow'],
  },
  sslcrl: { description: 'File of revoked certificates. Default ~/.postgresql/root.crl.', env: 'PGSSLCRL' },
  sslcrldir: { description: 'Folder of revocation lists, named as `openssl rehash` does.', env: 'PGSSLCRLDIR' },
  sslsni: { description: 'Whether TLS names the host (1, default) or not (0).', env: 'PGSSLSNI', values: SWITCH },
  ssl_min_protocol_version: {
    description: 'The oldest TLS. Default TLSv1.2.',
    env: 'PGSSLMINPROTOCOLVERSION',
    values: TLS_VERSIONS,
  },
  ssl_max_protocol_version: { description: 'The newest TLS.', env: 'PGSSLMAXPROTOCOLVERSION', values: TLS_VERSIONS },
  min_protocol_version: {
    description: 'The oldest protocol. dpone speaks 3.0.',
    env: 'PGMINPROTOCOLVERSION',
    values: ['3.0'],
  },
  max_protocol_version: {
    description: 'The newest protocol. dpone speaks 3.0.',
    env: 'PGMAXPROTOCOLVERSION',
    values: ['3.0', '3.2', 'latest'],
  },
  gssencmode: {
    description: 'GSSAPI encryption, which dpone does not do.',
    env: 'PGGSSENCMODE',
    values: ['disable', 'prefer'],
  },
  krbsrvname: { description: 'Accepted, without effect.', env: 'PGKRBSRVNAME' },
  gsslib: { description: 'Accepted, without effect.', env: 'PGGSSLIB' },
  gssdelegation: { description: 'Accepted, without effect.', env: 'PGGSSDELEGATION', values: SWITCH },
} as const satisfies Record<string, KeywordSpec>;

export type Keyword = keyof typeof KEYWORDS;

/** What is known of a server, by libpq's keywords. */
export type Parameters = Readonly<Partial<Record<Keyword, string>>>;

export const isKeyword = (name: string): name is Keyword => Object.hasOwn(KEYWORDS, name);

/** Variables that ask for a proof which dpone cannot give: to go on without it would be less than what was asked for. */
export const UNSUPPORTED_VARIABLES: Readonly<Record<string, string>> = {
  PGREQUIREPEER: "the owner of a Unix socket's other end cannot be checked",
};

/** What is wrong with a value, or undefined; never says the value of a text that may hold a secret. */
export function valueProblem(keyword: Keyword, value: string): string | undefined {
  const { values }: KeywordSpec = KEYWORDS[keyword];
  if (value.includes('\0')) return 'has a NUL character';
  if (values === undefined) return undefined;
  if (values === 'number') return /^-?\d{1,9}$/.test(value) ? undefined : 'is not a whole number';
  if (values === 'ports')
    return value.split(',').every(isPort) ? undefined : 'is not a port (1 to 65535), or ports separated by commas';
  return values.includes(value) ? undefined : `is none of ${values.join(', ')}`;
}

/** An open one among several is the default. */
const isPort = (text: string): boolean =>
  text.trim() === '' || (/^\s*\d{1,5}\s*$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535);
