import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fail } from '../errors/error.js';
import { stableJson } from '../util/stable-json.js';
import { isJsonObject } from './artifacts.js';

/** The media type of an in-toto Statement: https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Dead Simple Signing Envelope: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface DsseEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** in-toto Statement v1: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export interface Statement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** Both alphabets: the envelope allows either. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Where the signature of an artifact stands. */
export const signaturePath = (artifact: string): string => `${artifact}.dsse.json`;

/** What is signed: type and payload with their lengths, so that neither can be taken for a part of the other. */
function preAuthentication(type: string, payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** The name of a public key: SHA-256 of its DER form. */
const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** An Ed25519 key from its PEM text. Nothing of the text is ever said back. */
export function readKey(pem: string, kind: 'private' | 'public', where: string): KeyObject {
  const key = parsed(pem, kind);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw fail('DPONE_INPUT_INVALID', `This is no ${kind} Ed25519 key in PEM form.`, {
    where,
    remedy: 'Make one: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub',
  });
}

function parsed(pem: string, kind: 'private' | 'public'): KeyObject | undefined {
  try {
    return kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
  } catch {
    return undefined;
  }
}

export function signStatement(statement: Statement, key: KeyObject): DsseEnvelope {
  const payload = Buffer.from(stableJson(statement, 0));
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [
      {
        keyid: keyId(createPublicKey(key)),
        sig: sign(null, preAuthentication(PAYLOAD_TYPE, payload), key).toString('base64'),
      },
    ],
  };
}

/** The statement of an envelope that one of these keys has signed, or why it is none. Judges any JSON value. */
export function openEnvelope(
  value: unknown,
  keys: readonly KeyObject[],
): { readonly statement: Statement; readonly keyid: string } | { readonly problem: string } {
  if (!isJsonObject(value)) return { problem: 'it is no envelope' };
  const { payloadType, payload, signatures } = value;
  if (payloadType !== PAYLOAD_TYPE || typeof payload !== 'string' || !Array.isArray(signatures))
    return { problem: 'it is no DSSE envelope of an in-toto statement' };
  // Node's reader passes over what is no base64; a verifier must not.
  if (!BASE64.test(payload)) return { problem: 'its payload is no base64' };
  const body = Buffer.from(payload, 'base64');
  const signed = preAuthentication(PAYLOAD_TYPE, body);
  for (const signature of signatures as unknown[])
    for (const key of keys) {
      const sig = isJsonObject(signature) ? signature['sig'] : undefined;
      if (typeof sig !== 'string' || !BASE64.test(sig) || !verify(null, signed, key, Buffer.from(sig, 'base64')))
        continue;
      const statement = parsedStatement(body);
      return statement === undefined
        ? { problem: 'what is signed is no in-toto statement' }
        : { statement, keyid: keyId(key) };
    }
  return { problem: 'no trusted key has signed it' };
}

function parsedStatement(body: Buffer): Statement | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const { _type, subject } = value as Statement;
    const whole =
      _type === 'https://in-toto.io/Statement/v1' &&
      Array.isArray(subject) &&
      subject.every(
        (s: unknown) => isJsonObject(s) && isJsonObject(s['digest']) && typeof s['digest']['sha256'] === 'string',
      );
    return whole ? (value as Statement) : undefined;
  } catch {
    return undefined;
  }
}
