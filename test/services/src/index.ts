export { freshDatabase, sharedPostgres, type FreshDatabase } from './shared-postgres.js';
export { postgresMajors, startPostgres, type PostgresOptions } from './postgres.js';
export { givenPostgres } from './given-postgres.js';
export { POSTGRES_MAJORS, type PostgresEndpoint, type PostgresMajor, type PostgresServer } from './postgres-server.js';
export { startProxy, type Direction, type ProxyTarget, type TcpProxy } from './tcp-proxy.js';
export { supervise, type Supervised } from './supervise.js';
export type { CreateService, Service } from './service.js';
export { otlpProtos, otlpProtosMissing } from './otlp-protos.js';
export { bytesRead } from './bytes-read.js';
export { freePort } from './free-port.js';
export { runAs, serverUser, type ServerUser } from './server-user.js';
export { exited, killTree } from './process-tree.js';
export {
  clickhouseMissing,
  freshClickHouse,
  givenClickHouse,
  sharedClickHouse,
  startClickHouse,
  type ClickHouseServer,
  type FreshClickHouse,
} from './clickhouse.js';
export { freshBucket, givenS3, s3Missing, sharedS3, startS3, type FreshBucket, type S3Server } from './s3.js';
export { SLOW_DOWN, startHttpProxy, type HttpProxy, type SeenRequest, type Verdict } from './http-proxy.js';
export { givenKafka, kafkaMissing, sharedKafka, startKafka, type KafkaServer } from './kafka.js';
export { openKafka, type KafkaMessage, type TestKafka } from './kafka-client.js';
export {
  givenRegistry,
  registryMissing,
  sharedRegistry,
  startRegistry,
  type RegistryServer,
} from './schema-registry.js';
export { freshMssql, givenMssql, mssqlMissing, mssqlVersion, type FreshMssql } from './mssql.js';
export { COMPOSE_SERVICES, type ComposeService } from './compose.js';
