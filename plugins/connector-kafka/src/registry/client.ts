import { fail } from '@dpone/sdk';

export interface RegistryAddress {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** A schema as the registry holds it. */
export interface RegisteredSchema {
  readonly id: number;
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON';
  readonly text: string;
  readonly references: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

interface Answer {
  readonly id?: number;
  readonly schema?: string;
  readonly schemaType?: string;
  readonly references?: RegisteredSchema['references'];
}

const WAIT_MS = 15_000;

/** A schema registry by the API of Confluent: https://docs.confluent.io/platform/current/schema-registry/develop/api.html */
export class RegistryClient {
  readonly #address: RegistryAddress;
  readonly #byId = new Map<number, Promise<RegisteredSchema>>();
  readonly #signal: AbortSignal;

  constructor(address: RegistryAddress, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
  }

  /** Numbers of a subject's versions, the oldest first; none where there is no such subject. */
  async versions(subject: string): Promise<readonly number[]> {
    const found = await this.#get<readonly number[]>(`subjects/${encodeURIComponent(subject)}/versions`);
    return (found ?? []).toSorted((a, b) => a - b);
  }

  async version(subject: string, version: number): Promise<RegisteredSchema> {
    const answer = await this.#get<Answer>(`subjects/${encodeURIComponent(subject)}/versions/${version}`);
    if (answer?.id === undefined) throw missing(`version ${version} of the subject ${subject}`);
    return schemaOf(answer.id, answer);
  }

  /** The schema that a message names; asked for once. */
  byId(id: number): Promise<RegisteredSchema> {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const asked = this.#get<Answer>(`schemas/ids/${id}`).then((answer) => {
      if (answer === null) throw missing(`schema ${id}`);
      return schemaOf(id, answer);
    });
    this.#byId.set(id, asked);
    return asked;
  }

  /** The id of an Avro schema under a subject: registered where it is new, or else only looked up. */
  async idOf(subject: string, text: string, register: boolean): Promise<number> {
    const path = `subjects/${encodeURIComponent(subject)}${register ? '/versions' : ''}`;
    const answer = await this.#ask<Answer>(path, JSON.stringify({ schema: text, schemaType: 'AVRO' }));
    if (answer?.id !== undefined) return answer.id;
    throw fail('DPONE_SCHEMA_BREAKING', `the schema registry does not have the schema of these rows under ${subject}`, {
      where: `subject ${subject}`,
      remedy: `Register it, or set sink.options.schema_registry.auto_register_schemas: true. It is: ${text}`,
    });
  }

  #get<T>(path: string): Promise<T | null> {
    return this.#ask(path);
  }

  async #ask<T>(path: string, body?: string): Promise<T | null> {
    const { url, username, password } = this.#address;
    const where = `schema registry ${new URL(url).host}`;
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(WAIT_MS)]);
    const credentials =
      username === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
    let response: Response;
    try {
      const headers = {
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/vnd.schemaregistry.v1+json' }),
        ...credentials,
      };
      const method = body === undefined ? 'GET' : 'POST';
      response = await fetch(`${url}/${path}`, { method, headers, signal, ...(body === undefined ? {} : { body }) });
    } catch (error) {
      throw fail('DPONE_CONNECTION_FAILED', `the ${where} does not answer`, { where, cause: error });
    }
    if (response.status === 404) return null;
    if (response.status === 401 || response.status === 403)
      throw fail('DPONE_AUTH_FAILED', `the ${where} refuses the user (${response.status})`, { where });
    if (response.status === 409)
      throw fail('DPONE_SCHEMA_BREAKING', `the ${where} refuses the schema: ${(await response.text()).slice(0, 500)}`, {
        where: path,
        remedy: 'Change the columns so that the schema stays compatible, or the compatibility of the subject.',
      });
    if (!response.ok) throw fail('DPONE_SOURCE_READ', `the ${where} answers ${response.status} for ${path}`, { where });
    return (await response.json()) as T;
  }
}

function schemaOf(id: number, answer: Answer): RegisteredSchema {
  const type = (answer.schemaType ?? 'AVRO') as RegisteredSchema['type'];
  return { id, type, text: answer.schema ?? '', references: answer.references ?? [] };
}

const missing = (what: string): Error =>
  fail('DPONE_SOURCE_NOT_FOUND', `the schema registry has no ${what}`, { where: 'source.options.schema_registry' });
