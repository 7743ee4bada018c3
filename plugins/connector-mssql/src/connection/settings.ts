import { z } from 'zod';
import { parseText } from './parse-text.js';

/** How the server is told who connects, by tedious's name of it (https://tediousjs.github.io/tedious/api-connection.html). */
export const AUTHENTICATIONS = [
  'default',
  'ntlm',
  'azure-active-directory-default',
  'azure-active-directory-password',
  'azure-active-directory-access-token',
  'azure-active-directory-service-principal-secret',
  'azure-active-directory-msi-vm',
  'azure-active-directory-msi-app-service',
] as const;
type Authentication = (typeof AUTHENTICATIONS)[number];

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const words = (description: string) => text.optional().describe(description);
const switchOf = (description: string) =>
  z
    .union([z.boolean(), z.enum(['true', 'false', 'yes', 'no', '1', '0'])])
    .transform((value) => [true, 'true', 'yes', '1'].includes(value))
    .optional()
    .describe(description);

const fields = {
  server: words('Name or address of the server. Default `localhost`.'),
  port: z.coerce.number().int().min(1).max(65_535).optional().describe('Port. Default 1433; not with `instance`.'),
  instance: words('A named instance: its port is asked of the SQL Server Browser.'),
  database: words("Database. Default: the login's own."),
  user: words('Login name.'),
  password: words('Password.'),
  domain: words('Windows domain: authenticates by NTLM.'),
  authentication: z
    .enum(AUTHENTICATIONS)
    .optional()
    .describe(
      'How to authenticate. `default` is a SQL login; the others are Windows (`ntlm`) and Microsoft Entra ID (Azure AD): `azure-active-directory-default` tries environment, workload identity, managed identity and the Azure CLI. Default: `ntlm` with a domain, else `default`.',
    ),
  client_id: words('Entra ID: id of the application or of the managed identity.'),
  client_secret: words('Entra ID: secret of the application.'),
  tenant_id: words('Entra ID: id of the tenant.'),
  token: words('Entra ID: an access token for https://database.windows.net/.'),
  encrypt: z
    .enum(['true', 'false', 'strict'])
    .or(z.boolean().transform((value) => (value ? ('true' as const) : ('false' as const))))
    .optional()
    .describe(
      'TLS: `true`, `false` (the login alone) or `strict` (TDS 8.0, TLS before anything else). Default `true`.',
    ),
  trust_server_certificate: switchOf('Take any certificate of the server, as a test server has it. Default false.'),
  server_name: words('The name that must stand in the certificate. Default: `server`.'),
  ca: words('Certificates, PEM, that are trusted besides the system.'),
  application_name: words('What the server shows as the program. Default `dpone`.'),
  read_only_intent: switchOf('Ask an availability group for a readable secondary. Default false.'),
  multi_subnet_failover: switchOf('Try every address of the server at once. Default false.'),
  packet_size: z.coerce.number().int().min(512).max(32_767).optional().describe('Bytes of a packet. Default 4096.'),
};

const shape = z.strictObject({
  uri: words('A whole connection as one text. The other keys add to it.'),
  connection_string: words('The same.'),
  host: words('The same as `server`.'),
  username: words('The same as `user`.'),
  ...fields,
});

/** One server and how to reach it, all texts resolved. */
export type MssqlConnection = Partial<z.output<z.ZodObject<typeof fields>>>;

const ofText = z
  .string()
  .min(1)
  .describe(
    'A connection string of ADO.NET (`Server=db,1433;Database=shop;User Id=reader;Password=...;Encrypt=true`), or a URI: `mssql://reader:...@db:1433/shop?encrypt=true`.',
  );

/** A text, or a map. */
export const connection: z.ZodType<MssqlConnection> = z.union([ofText, shape]).transform((value, ctx) => {
  const { uri, connection_string, host, username, ...own } = typeof value === 'string' ? { uri: value } : value;
  // Without the input: it may hold a password.
  const problem = (message: string) => {
    ctx.issues.push({ code: 'custom', message, path: [], input: undefined });
    return z.NEVER;
  };
  let whole: Record<string, unknown> = {};
  for (const said of [uri, connection_string].filter((one) => one !== undefined)) {
    const parsed = parseText(said);
    if ('problem' in parsed) return problem(parsed.problem);
    whole = { ...whole, ...parsed.settings };
  }
  const given = { server: host, user: username, ...own };
  const present = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined && one !== ''));
  const result = z.strictObject(fields).safeParse({ ...whole, ...present });
  if (!result.success) return problem(result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
  const lacking = missing(result.data);
  return lacking === undefined ? result.data : problem(lacking);
});

const NEEDS: Readonly<Partial<Record<Authentication, readonly (keyof MssqlConnection)[]>>> = {
  ntlm: ['user', 'password'],
  'azure-active-directory-password': ['user', 'password', 'client_id', 'tenant_id'],
  'azure-active-directory-access-token': ['token'],
  'azure-active-directory-service-principal-secret': ['client_id', 'client_secret', 'tenant_id'],
};

function missing(settings: MssqlConnection): string | undefined {
  const kind = settings.authentication ?? (settings.domain === undefined ? 'default' : 'ntlm');
  if (settings.instance !== undefined && settings.port !== undefined) return 'says both a port and an instance';
  const lacks = (NEEDS[kind] ?? []).filter((key) => settings[key] === undefined);
  return lacks.length === 0 ? undefined : `${kind} needs ${lacks.join(', ')}`;
}
