import type { Socket } from 'node:net';
import type { Parameters } from './keywords.js';
import { wayError } from './socket.js';

/** The part of the driver's protocol layer that is looked at: its events, and the socket that a message leaves by. */
export interface Wire {
  readonly stream: Socket;
  prependListener(event: string, listener: (message: { readonly mechanisms?: readonly string[] }) => void): unknown;
}

const BOUND = 'SCRAM-SHA-256-PLUS';

/** What the server may ask for: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH */
function allowedMethods(requireAuth: string | undefined): (method: string) => boolean {
  const words = (requireAuth ?? '').split(',').map((word) => word.trim());
  if (words.every((word) => word === '')) return () => true;
  const refused = words.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  return refused.length > 0 ? (method) => !refused.includes(method) : (method) => words.includes(method);
}

/**
 * Ends a connection before it says anything to a server that asks for another proof than the connection allows, or that
 * lets the client in without having proved that it knows the password itself. Says why it did, if it did.
 */
export function guardAuthentication(wire: Wire, parameters: Parameters): () => Error | undefined {
  const allowed = allowedMethods(parameters.require_auth);
  const bound = parameters.channel_binding === 'require';
  let asked = 'none';
  let proved = false;
  let refused: Error | undefined;
  const refuse = (why: string): void => {
    refused ??= wayError('server', why);
    wire.stream.destroy(refused);
  };
  const onAsked = (method: string) => (message: { readonly mechanisms?: readonly string[] }) => {
    asked = method;
    if (!allowed(method)) refuse(`the server asks for authentication by ${method}, which require_auth does not allow`);
    else if (bound && !message.mechanisms?.includes(BOUND))
      refuse('the server does not offer channel binding, and channel_binding is require');
  };
  wire.prependListener('authenticationCleartextPassword', onAsked('password'));
  wire.prependListener('authenticationMD5Password', onAsked('md5'));
  wire.prependListener('authenticationSASL', onAsked('scram-sha-256'));
  wire.prependListener('authenticationSASLFinal', () => {
    proved = true;
  });
  wire.prependListener('authenticationOk', () => {
    if (asked === 'none' && (bound || !allowed('none')))
      refuse('the server asks for no proof of who connects, and the connection does not allow that');
    else if (asked === 'scram-sha-256' && !proved) refuse('the server did not prove that it knows the password');
  });
  return () => refused;
}
