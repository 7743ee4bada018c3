import { z } from 'zod';
import { parseUri } from './parse-uri.js';

/** The providers of the AWS SDK by the names that it gives them; `default` asks them in its own order. */
export const PROVIDERS = [
  'default',
  'static',
  'anonymous',
  'env',
  'ini',
  'sso',
  'process',
  'web_identity',
  'container',
  'instance',
] as const;

const flag = z.union([z.boolean(), z.enum(['true', 'false', '1', '0']).transform((v) => v === 'true' || v === '1')]);
const text = (what: string) => z.string().min(1).optional().describe(what);

const shape = {
  uri: text(
    'The store as one text: `https://KEY:SECRET@minio.example:9000/bucket?region=eu-central-1`, or `s3://bucket` for AWS.',
  ),
  url: text('The same as `uri`.'),
  endpoint: text('The address of a store other than AWS: `http://127.0.0.1:9000`.'),
  region: text('Default: the environment (AWS_REGION), the profile; with an endpoint us-east-1.'),
  bucket: text('The bucket of paths that name none.'),
  access_key_id: text('With `secret_access_key`: static credentials.'),
  secret_access_key: text('With `access_key_id`.'),
  session_token: text('With static credentials that are temporary.'),
  username: text('The same as `access_key_id`.'),
  password: text('The same as `secret_access_key`.'),
  token: text('The same as `session_token`.'),
  credentials: z
    .enum(PROVIDERS)
    .optional()
    .describe(
      "Where credentials come from. Default: `static` where a key is given, else `default`: the SDK's chain (environment, SSO, profiles, web identity, container, instance).",
    ),
  profile: text('A profile of the shared AWS files. Default: AWS_PROFILE, then `default`.'),
  role_arn: text('A role to assume with the credentials.'),
  role_session_name: text('With `role_arn`. Default `dpone`.'),
  external_id: text('With `role_arn`.'),
  path_style: flag
    .optional()
    .describe('Whether the bucket stands in the path and not in the host name. Default: true with an endpoint.'),
  requester_pays: flag.optional().describe('Whether this account pays for requests to the bucket of another.'),
};
type Values = z.output<z.ZodObject<typeof shape>>;

/** One way to a store, with each value under one name. */
export interface S3Connection {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly bucket?: string | undefined;
  readonly keys?:
    | { readonly id: string; readonly secret: string; readonly sessionToken?: string | undefined }
    | undefined;
  readonly provider: (typeof PROVIDERS)[number];
  readonly profile?: string | undefined;
  readonly role?:
    | { readonly arn: string; readonly sessionName: string; readonly externalId?: string | undefined }
    | undefined;
  readonly pathStyle: boolean;
  readonly requesterPays: boolean;
}

/** A text, or a map. Nothing of what was given is said back: it may hold a secret. */
export const connection: z.ZodType<S3Connection> = z
  .union([z.string().min(1).describe('The store as one text, as `uri`.'), z.strictObject(shape)])
  .transform((given, ctx) => {
    const values: Values = typeof given === 'string' ? { uri: given } : given;
    const result = settle(values);
    if (!('problem' in result)) return result;
    ctx.issues.push({ code: 'custom', message: result.problem, path: [...result.path], input: undefined });
    return z.NEVER;
  });

interface Problem {
  readonly problem: string;
  readonly path: readonly string[];
}

function settle(given: Values): S3Connection | Problem {
  const text = given.uri ?? given.url;
  const said = text === undefined ? {} : parseUri(text);
  if ('problem' in said) return { problem: said.problem, path: ['uri'] };
  const values: Values = { ...said, ...given };
  const id = values.access_key_id ?? values.username;
  const secret = values.secret_access_key ?? values.password;
  if ((id === undefined) !== (secret === undefined))
    return { problem: 'an access key id needs a secret access key, and the other way round', path: ['access_key_id'] };
  const provider = values.credentials ?? (id === undefined ? 'default' : 'static');
  if (provider === 'static' && id === undefined)
    return { problem: 'static credentials need access_key_id and secret_access_key', path: ['credentials'] };
  const { endpoint, role_arn: arn } = values;
  if (endpoint !== undefined && !/^https?:\/\/[^/]+/.test(endpoint))
    return { problem: 'is no address: write http://host:port or https://host', path: ['endpoint'] };
  return {
    endpoint,
    region: values.region,
    bucket: values.bucket,
    keys:
      provider === 'static'
        ? { id: id!, secret: secret!, sessionToken: values.session_token ?? values.token }
        : undefined,
    provider,
    profile: values.profile,
    role:
      arn === undefined
        ? undefined
        : { arn, sessionName: values.role_session_name ?? 'dpone', externalId: values.external_id },
    pathStyle: values.path_style ?? endpoint !== undefined,
    requesterPays: values.requester_pays ?? false,
  };
}
