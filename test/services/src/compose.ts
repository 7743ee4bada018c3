/** A service of docker/docker-compose.integration.yml, and how tests reach it. */
export interface ComposeService {
  /** What its port is taken from, and the port without it. */
  readonly portVariable: string;
  readonly port: number;
  /** The variable that names such a server to tests, and its value. */
  readonly variable: string;
  readonly url: (port: number) => string;
}

/** By the names that they have there. A test holds both against each other. */
export const COMPOSE_SERVICES: Readonly<Record<string, ComposeService>> = {
  postgres: {
    portVariable: 'DPONE_COMPOSE_POSTGRES_PORT',
    port: 15432,
    variable: 'DPONE_TEST_POSTGRES_URL',
    url: (port) => `postgres://postgres:dpone@127.0.0.1:${port}`,
  },
  mssql: {
    portVariable: 'DPONE_COMPOSE_MSSQL_PORT',
    port: 11433,
    variable: 'DPONE_TEST_MSSQL_URL',
    url: (port) => `mssql://sa:Dpone-test-1@127.0.0.1:${port}?encrypt=false`,
  },
  clickhouse: {
    portVariable: 'DPONE_COMPOSE_CLICKHOUSE_PORT',
    port: 18123,
    variable: 'DPONE_TEST_CLICKHOUSE_URL',
    url: (port) => `http://default:dpone@127.0.0.1:${port}`,
  },
  kafka: {
    portVariable: 'DPONE_COMPOSE_KAFKA_PORT',
    port: 19092,
    variable: 'DPONE_TEST_KAFKA_BROKERS',
    url: (port) => `127.0.0.1:${port}`,
  },
  'schema-registry': {
    portVariable: 'DPONE_COMPOSE_SCHEMA_REGISTRY_PORT',
    port: 18081,
    variable: 'DPONE_TEST_SCHEMA_REGISTRY_URL',
    url: (port) => `http://127.0.0.1:${port}/apis/ccompat/v7`,
  },
  minio: {
    portVariable: 'DPONE_COMPOSE_MINIO_PORT',
    port: 19000,
    variable: 'DPONE_TEST_S3_URL',
    url: (port) => `http://dpone-test:dpone-secret@127.0.0.1:${port}`,
  },
};
