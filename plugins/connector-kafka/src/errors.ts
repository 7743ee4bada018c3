import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

/** What was being done when a broker or the driver said no: decides the code where the error itself does not. */
export interface Doing {
  /** `reading the topic orders`. */
  readonly what: string;
  readonly code: ErrorCode;
}

interface DriverError {
  readonly name?: string;
  readonly type?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

/** Codes of the protocol: https://kafka.apache.org/protocol#protocol_error_codes */
const CODES: Readonly<Record<string, ErrorCode>> = {
  TOPIC_AUTHORIZATION_FAILED: 'DPONE_PRIVILEGE_MISSING',
  GROUP_AUTHORIZATION_FAILED: 'DPONE_PRIVILEGE_MISSING',
  CLUSTER_AUTHORIZATION_FAILED: 'DPONE_PRIVILEGE_MISSING',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'DPONE_PRIVILEGE_MISSING',
  SASL_AUTHENTICATION_FAILED: 'DPONE_AUTH_FAILED',
  UNSUPPORTED_SASL_MECHANISM: 'DPONE_AUTH_FAILED',
  UNKNOWN_TOPIC_OR_PARTITION: 'DPONE_SOURCE_NOT_FOUND',
  INVALID_PRODUCER_EPOCH: 'DPONE_FENCED',
  PRODUCER_FENCED: 'DPONE_FENCED',
  INVALID_TOPIC_EXCEPTION: 'DPONE_OPTION_CONFLICT',
  MESSAGE_TOO_LARGE: 'DPONE_VALUE_OUT_OF_RANGE',
  RECORD_LIST_TOO_LARGE: 'DPONE_VALUE_OUT_OF_RANGE',
};

const REMEDIES: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic, or send less in one row.',
  RECORD_LIST_TOO_LARGE: 'Raise max.message.bytes of the topic, or lower sink.options.batch_bytes.',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Grant WRITE and DESCRIBE on the transactional ids that begin with dpone.',
};

/** What passes when leaders are elected, brokers come back or coordinators move. */
const PASSING = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

const CONNECTION_NAMES =
  /^KafkaJS(?:Connection(?:Closed)?Error|RequestTimeoutError|BrokerNotFound|NoBrokerAvailableError|LockTimeout|GroupCoordinatorNotFound|MetadataNotLoaded|TopicMetadataNotLoaded)$/;
const SOCKET_CODES = /^(?:ECONN\w+|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|ENOTFOUND|EAI_\w+|ERR_SSL_\w+)$/;

/** The error behind kafkajs's own of tries that ran out. */
function innermost(error: unknown): DriverError {
  const { name, cause, originalError } = error as DriverError;
  const inner = cause ?? originalError;
  return name === 'KafkaJSNumberOfRetriesExceeded' && inner !== undefined ? innermost(inner) : (error as DriverError);
}

const isConnectionLost = ({ name, code }: DriverError): boolean =>
  CONNECTION_NAMES.test(name ?? '') || (typeof code === 'string' && SOCKET_CODES.test(code));

/** Whether the connection itself is of no use any more. */
export const isConnectionError = (error: unknown): boolean =>
  !isDponeError(error) && typeof error === 'object' && error !== null && isConnectionLost(innermost(error));

/** Whether trying again may help while nothing was written. */
export function isRetriable(error: unknown): boolean {
  if (isDponeError(error) || typeof error !== 'object' || error === null) return false;
  const inner = innermost(error);
  if (inner.type !== undefined) return PASSING.has(inner.type);
  return (
    isConnectionLost(inner) || (inner.name === undefined || inner.name === 'Error' ? inner.retriable === true : false)
  );
}

/** An error of a broker or the driver as dpone's own. */
export function kafkaError(error: unknown, doing: Doing): DponeError {
  if (isDponeError(error)) return error;
  const inner = innermost(typeof error === 'object' && error !== null ? error : { message: String(error) });
  const said = (inner.message ?? 'unknown error').split('\n', 1)[0]!.trim();
  if (inner.name === 'AbortError' || inner.code === 'ABORT_ERR')
    return fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
  if (inner.name === 'KafkaJSSASLAuthenticationError')
    return fail('DPONE_AUTH_FAILED', `${doing.what}: ${said}`, { cause: error });
  const code = CODES[inner.type ?? ''];
  if (code !== undefined)
    return fail(code, `${doing.what}: ${said}`, { remedy: REMEDIES[inner.type ?? ''], cause: error });
  if (isConnectionLost(inner))
    return fail('DPONE_CONNECTION_FAILED', `${doing.what}: no broker answers (${said})`, {
      remedy: 'Check that the brokers run, their addresses, and what they advertise to clients; then run again.',
      cause: error,
    });
  return fail(doing.code, `${doing.what}: ${said}`, { cause: error });
}

/** An error code of a response as kafkajs makes it. */
export function protocolError(code: number): Error {
  const type = NAMES[code] ?? `error ${code}`;
  return Object.assign(new Error(`the broker says ${type}`), { name: 'KafkaJSProtocolError', type });
}

/** The codes that responses of our own decoding can hold. https://kafka.apache.org/protocol#protocol_error_codes */
const NAMES: Readonly<Record<number, string>> = {
  1: 'OFFSET_OUT_OF_RANGE',
  2: 'CORRUPT_MESSAGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_FOR_PARTITION',
  7: 'REQUEST_TIMED_OUT',
  9: 'REPLICA_NOT_AVAILABLE',
  10: 'MESSAGE_TOO_LARGE',
  13: 'NETWORK_EXCEPTION',
  17: 'INVALID_TOPIC_EXCEPTION',
  18: 'RECORD_LIST_TOO_LARGE',
  19: 'NOT_ENOUGH_REPLICAS',
  20: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  31: 'CLUSTER_AUTHORIZATION_FAILED',
  45: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  46: 'DUPLICATE_SEQUENCE_NUMBER',
  47: 'INVALID_PRODUCER_EPOCH',
  48: 'INVALID_TXN_STATE',
  49: 'INVALID_PRODUCER_ID_MAPPING',
  51: 'CONCURRENT_TRANSACTIONS',
  53: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  56: 'KAFKA_STORAGE_ERROR',
  59: 'UNKNOWN_PRODUCER_ID',
  74: 'FENCED_LEADER_EPOCH',
  75: 'UNKNOWN_LEADER_EPOCH',
  76: 'UNSUPPORTED_COMPRESSION_TYPE',
  78: 'OFFSET_NOT_AVAILABLE',
  87: 'INVALID_RECORD',
  90: 'PRODUCER_FENCED',
};
