/** What a whole connection as one text says, by the connection's own keys. */
export type ParsedText = { readonly settings: Record<string, string> } | { readonly problem: string };

/** Keys of ADO.NET's connection strings (https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectionstring), spaces left out. */
const KEYS: Readonly<Record<string, string>> = {
  server: 'server',
  datasource: 'server',
  address: 'server',
  addr: 'server',
  networkaddress: 'server',
  port: 'port',
  instance: 'instance',
  database: 'database',
  initialcatalog: 'database',
  userid: 'user',
  uid: 'user',
  user: 'user',
  username: 'user',
  password: 'password',
  pwd: 'password',
  domain: 'domain',
  authentication: 'authentication',
  clientid: 'client_id',
  clientsecret: 'client_secret',
  tenantid: 'tenant_id',
  token: 'token',
  accesstoken: 'token',
  encrypt: 'encrypt',
  trustservercertificate: 'trust_server_certificate',
  hostnameincertificate: 'server_name',
  servername: 'server_name',
  ca: 'ca',
  applicationname: 'application_name',
  app: 'application_name',
  applicationintent: 'read_only_intent',
  readonlyintent: 'read_only_intent',
  multisubnetfailover: 'multi_subnet_failover',
  packetsize: 'packet_size',
};

/** Keys that say nothing to a client that opens its connections itself. */
const IGNORED = new Set([
  'persistsecurityinfo',
  'pooling',
  'multipleactiveresultsets',
  'mars_connection',
  'connecttimeout',
  'connectiontimeout',
]);

/** Ways of Entra ID by ADO.NET's names of them. */
const AUTHENTICATION: Readonly<Record<string, string>> = {
  sqlpassword: 'default',
  activedirectorypassword: 'azure-active-directory-password',
  activedirectoryserviceprincipal: 'azure-active-directory-service-principal-secret',
  activedirectorydefault: 'azure-active-directory-default',
  activedirectorymanagedidentity: 'azure-active-directory-msi-vm',
  activedirectorymsi: 'azure-active-directory-msi-vm',
};

export function parseText(text: string): ParsedText {
  return /^(?:mssql|sqlserver):\/\//i.test(text) ? parseUri(text) : parseConnectionString(text);
}

function parseUri(text: string): ParsedText {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return {
      problem: 'the URI cannot be read: it is mssql://user:password@server:1433/database, with %XX for what is special',
    };
  }
  const settings: Record<string, string> = {};
  const put = (key: string, value: string): void => {
    if (value !== '') settings[key] = decodeURIComponent(value);
  };
  try {
    put('server', url.hostname.replace(/^\[(.*)\]$/, '$1'));
    put('port', url.port);
    put('user', url.username);
    put('password', url.password);
    put('database', url.pathname.slice(1));
  } catch {
    return { problem: 'the URI has a % that is no %XX' };
  }
  return addAll(settings, [...url.searchParams]);
}

/** `key=value;`, values in quotes where they hold a semicolon; a doubled quote is one. */
const PAIR = /\s*([^=;]+?)\s*=\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[^;]*?)\s*(?:;|$)/gy;

function parseConnectionString(text: string): ParsedText {
  const pairs: [string, string][] = [];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const at = PAIR.lastIndex;
    const match = PAIR.exec(text);
    if (match === null) {
      if (/^[\s;]*$/.test(text.slice(at))) break;
      return { problem: 'the connection string cannot be read: it is Key=value;Key=value, values with ; in quotes' };
    }
    const value = match[2]!;
    const quote = value[0];
    const quoted = value.length > 1 && (quote === '"' || quote === "'");
    pairs.push([match[1]!, quoted ? value.slice(1, -1).replaceAll(quote + quote, quote) : value]);
  }
  return pairs.length === 0 ? { problem: 'the connection string says nothing' } : addAll({}, pairs);
}

function addAll(settings: Record<string, string>, pairs: readonly [string, string][]): ParsedText {
  const all = { ...settings };
  for (const [name, value] of pairs) {
    const plain = name.toLowerCase().replaceAll(/[\s_]/g, '');
    const key = KEYS[plain];
    if (key === undefined && (IGNORED.has(plain) || value === '')) continue;
    if (plain === 'integratedsecurity' || plain === 'trusted_connection')
      return { problem: 'integrated security needs Windows itself: name user, password and domain (NTLM) instead' };
    if (key === undefined) return { problem: `the connection says ${name}, which nothing reads` };
    Object.assign(all, settingsOf(key, value));
  }
  return { settings: all };
}

function settingsOf(key: string, value: string): Record<string, string> {
  const plain = value.toLowerCase().replaceAll(/\s/g, '');
  switch (key) {
    case 'server':
      return serverOf(value);
    case 'user': {
      const [, domain, user] = /^([^\\]+)\\(.+)$/.exec(value) ?? [];
      return domain === undefined ? { user: value } : { domain, user: user! };
    }
    case 'authentication':
      return { authentication: AUTHENTICATION[plain] ?? value };
    case 'encrypt':
      return { encrypt: ENCRYPT[plain] ?? value };
    case 'read_only_intent':
      return { read_only_intent: plain === 'readonly' ? 'true' : plain === 'readwrite' ? 'false' : plain };
    case 'trust_server_certificate':
    case 'multi_subnet_failover':
      return { [key]: plain };
    default:
      return { [key]: value };
  }
}

const ENCRYPT: Readonly<Record<string, string>> = {
  true: 'true',
  yes: 'true',
  mandatory: 'true',
  false: 'false',
  no: 'false',
  optional: 'false',
  strict: 'strict',
};

/** `tcp:name\instance,port`: https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectionstring */
function serverOf(value: string): Record<string, string> {
  const [, name = '', instance, port] = /^(?:tcp:)?([^\\,]*)(?:\\([^,]*))?(?:,(.*))?$/i.exec(value.trim()) ?? [];
  const local = ['.', '(local)', ''].includes(name.toLowerCase());
  return {
    server: local ? 'localhost' : name.trim(),
    ...(instance === undefined || port !== undefined ? {} : { instance: instance.trim() }),
    ...(port === undefined ? {} : { port: port.trim() }),
  };
}
