import {
  clickhouseMissing,
  freshBucket,
  freshClickHouse,
  freshDatabase,
  freshMssql,
  kafkaMissing,
  mssqlMissing,
  openKafka,
  s3Missing,
} from '@dpone/test-services';

/** What a page has that asks for a service by `<!-- needs: NAME -->`. */
export interface PageService {
  /** Variables of its commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Plugins of this workspace that its project has besides the bundled ones. */
  readonly plugins: readonly string[];
  readonly release: () => Promise<void>;
}

/** Each service by its name; a text says why there is none here. */
export const SERVICES: Readonly<Record<string, () => Promise<PageService | string>>> = {
  postgres: async () => {
    const database = await freshDatabase();
    return { env: { WAREHOUSE: database.uri }, plugins: [], release: () => database.drop() };
  },
  s3: async () => {
    const missing = await s3Missing();
    if (missing !== undefined) return missing;
    const bucket = await freshBucket();
    return { env: { LAKE: bucket.uri }, plugins: ['connector-s3'], release: () => bucket.drop() };
  },
  clickhouse: async () => {
    const missing = await clickhouseMissing();
    if (missing !== undefined) return missing;
    const database = await freshClickHouse();
    return { env: { CLICKHOUSE: database.uri }, plugins: ['connector-clickhouse'], release: () => database.drop() };
  },
  mssql: async () => {
    const missing = mssqlMissing();
    if (missing !== undefined) return missing;
    const database = await freshMssql();
    return { env: { WAREHOUSE: database.uri }, plugins: ['connector-mssql'], release: () => database.drop() };
  },
  kafka: async () => {
    const missing = await kafkaMissing();
    if (missing !== undefined) return missing;
    const kafka = await openKafka();
    const [clicks, orders] = [kafka.name('clicks'), kafka.name('orders')];
    await kafka.create(clicks, 3);
    await kafka.send(
      clicks,
      [1, 2, 3].map((id) => ({ key: `user-${id}`, value: `{"id":${id},"page":"/","at":"2026-01-01T10:00:00Z"}` })),
    );
    return {
      env: { BUS: kafka.brokers, CLICKS: clicks, ORDERS: orders },
      plugins: ['connector-kafka'],
      release: () => kafka.close(),
    };
  },
};
