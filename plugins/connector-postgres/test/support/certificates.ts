import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly pem: string;
  readonly key: string;
  readonly serial: Buffer;
}

export interface Authority extends Certificate {
  /** Signs a certificate for a server (its names and addresses) or a client (its user as the common name). */
  issue(what: IssueOptions): Certificate;
  /** A list of revoked certificates, in PEM. */
  revoke(...revoked: readonly Certificate[]): string;
}

export interface IssueOptions {
  readonly commonName: string;
  readonly names?: readonly string[];
  /** IPv4. */
  readonly addresses?: readonly string[];
  readonly expired?: boolean;
}

// DER: https://www.rfc-editor.org/rfc/rfc5280
const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const integer = (bytes: Uint8Array): Buffer => tlv(0x02, bytes);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const bits = (body: Uint8Array): Buffer => tlv(0x03, Buffer.from([0]), body);
const octets = (body: Uint8Array): Buffer => tlv(0x04, body);
const time = (date: Date): Buffer => tlv(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
const name = (commonName: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';
const CRL_NUMBER = '551d14';
const YEAR = 365 * 86_400_000;

const extension = (id: string, body: Uint8Array): Buffer => sequence(oid(id), octets(body));
const pem = (kind: string, der: Buffer): string =>
  `-----BEGIN ${kind}-----\n${der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${kind}-----\n`;

function signed(body: Buffer, key: KeyObject): Buffer {
  return sequence(body, ECDSA_SHA256, bits(sign('sha256', body, key)));
}

function certificate(
  subject: string,
  issuer: { readonly name: string; readonly key: KeyObject } | undefined,
  extensions: readonly Buffer[],
  expired = false,
): Certificate & { readonly privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  // Positive, as a serial number has to be.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
  const now = Date.now();
  const until = expired ? now - 3_600_000 : now + YEAR;
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    name(issuer?.name ?? subject),
    sequence(time(new Date(now - YEAR)), time(new Date(until))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  return {
    pem: pem('CERTIFICATE', signed(body, issuer?.key ?? privateKey)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    serial,
    privateKey,
  };
}

/** A certificate authority of its own. */
export function authority(commonName: string): Authority {
  const isAuthority = sequence(tlv(0x01, Buffer.from([0xff])));
  const own = certificate(commonName, undefined, [extension(BASIC_CONSTRAINTS, isAuthority)]);
  const issuer = { name: commonName, key: own.privateKey };
  return {
    pem: own.pem,
    key: own.key,
    serial: own.serial,
    issue: ({ commonName: subject, names = [], addresses = [], expired }) => {
      const all = [
        ...names.map((one) => tlv(0x82, Buffer.from(one))),
        ...addresses.map((one) => tlv(0x87, Buffer.from(one.split('.').map(Number)))),
      ];
      const extensions = all.length === 0 ? [] : [extension(SUBJECT_ALT_NAME, sequence(...all))];
      return certificate(subject, issuer, [extension(BASIC_CONSTRAINTS, sequence()), ...extensions], expired);
    },
    revoke: (...revoked) => {
      const before = new Date(Date.now() - 60_000);
      const body = sequence(
        integer(Buffer.from([1])),
        ECDSA_SHA256,
        name(commonName),
        time(before),
        time(new Date(Date.now() + YEAR)),
        ...(revoked.length === 0
          ? []
          : [sequence(...revoked.map(({ serial }) => sequence(integer(serial), time(before))))]),
        tlv(0xa0, sequence(extension(CRL_NUMBER, integer(Buffer.from([1]))))),
      );
      return pem('X509 CRL', signed(body, own.privateKey));
    },
  };
}
