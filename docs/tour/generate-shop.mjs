// Writes two days of a shop's data, the same bytes every time, without network: orders (CSV, gzip), order items
// (Parquet) and customers (JSON Lines). Also says what a correct warehouse holds after each day: computed from the
// generating formulas, not from the files, so it can prove a load.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export const SIZES = {
  orders: 2_000_000,
  newOrders: 1_000_000,
  itemsPerOrder: 1.5,
  customers: 200_000,
  newCustomers: 5_000,
};

const CSV_FILES = 4;
// Level 1: the files are read once; a better ratio would cost more than it saves.
const GZIP_LEVEL = 1;

/** Every tenth order of day 1 was delivered, at a lower price, by day 2. */
const CHANGED = 'i % 10 = 0';

const orderColumns = (day) => `
  i AS order_id,
  (1 + hash(i * 7) % ${SIZES.customers})::BIGINT AS customer_id,
  TIMESTAMP '2026-03-01 00:00:00' + to_milliseconds(i * 43) AS ordered_at,
  ${day === 1 ? "['placed', 'paid', 'shipped'][(1 + hash(i, 1) % 3)::INT]" : `CASE WHEN i <= ${SIZES.orders} THEN 'delivered' ELSE 'placed' END`} AS status,
  (((500 + hash(i, 2) % 19500)::BIGINT ${day === 1 ? '' : `- CASE WHEN i <= ${SIZES.orders} THEN 100 ELSE 0 END`})::DECIMAL(14,0) / 100)::DECIMAL(12,2) AS amount,
  ['EUR', 'USD', 'GBP'][(1 + hash(i, 3) % 3)::INT] AS currency`;

const orders = (day, from, to) =>
  `SELECT ${orderColumns(day)} FROM range(${from}, ${to + 1}) t(i) ${day === 2 ? `WHERE i > ${SIZES.orders} OR ${CHANGED}` : ''}`;

const items = (from, to) => `
  SELECT i AS item_id, ((i * 2 + 2) // 3)::BIGINT AS order_id, (1 + hash(i, 4) % 5000)::INTEGER AS product_id,
    (1 + hash(i, 5) % 4)::SMALLINT AS quantity, ((99 + hash(i, 6) % 9900)::BIGINT::DECIMAL(14,0) / 100)::DECIMAL(9,2) AS unit_price
  FROM range(${from}, ${to + 1}) t(i)`;

const customers = (day, from, to) => `
  SELECT i AS customer_id, ['Ada', 'Bjørn', 'Chloé', 'Даша', 'Emeka', '芳'][(1 + hash(i, 7) % 6)::INT] || ' ' || i AS name,
    'c' || i || '@shop.example' AS email, ['DE', 'FR', 'GB', 'US', 'NG', 'JP'][(1 + hash(i, 8) % 6)::INT] AS country
    ${day === 2 ? `, i <= ${SIZES.customers} AS newsletter` : ''}
  FROM range(${from}, ${to + 1}) t(i) ${day === 2 ? `WHERE i > ${SIZES.customers} OR ${CHANGED_CUSTOMERS}` : ''}`;

/** Customers of day 1 that day 2 changes; day 2 also brings the column `newsletter`. */
const CHANGED_CUSTOMERS = 'i % 20 = 0';

/** What people and other systems get wrong: each line breaks one rule of the orders table. */
const BAD_ORDERS = [
  '9000001,17,2026-03-02 08:00:00,paid,twelve,EUR',
  '9000002,18,2026-02-30 09:15:00,paid,25.00,EUR',
  'n/a,19,2026-03-02 10:30:00,paid,31.50,USD',
  '9000004,20,2026-03-02 11:45:00',
  '9000005,21,yesterday,placed,40.00,GBP',
];

const duckdb = () => {
  const fromPlugin = createRequire(new URL('../../plugins/connector-duckdb/package.json', import.meta.url));
  return import(pathToFileURL(fromPlugin.resolve('@duckdb/node-api')).href);
};

async function gzip(path) {
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    createGzip({ level: GZIP_LEVEL, chunkSize: 1 << 18 }),
    createWriteStream(`${path}.gz`),
  );
  await rm(path);
}

/** A CSV of orders, in several files; the bad lines, where there are any, end the last one. */
async function writeOrders(connection, folder, day, from, to, bad) {
  await mkdir(folder, { recursive: true });
  const step = Math.ceil((to - from + 1) / CSV_FILES);
  const compressing = [];
  for (let part = 0; part < CSV_FILES; part += 1) {
    const path = join(folder, `orders-${part + 1}.csv`);
    const first = from + part * step;
    await connection.run(
      `COPY (${orders(day, first, Math.min(first + step - 1, to))}) TO '${path}' (FORMAT csv, HEADER)`,
    );
    if (part === CSV_FILES - 1 && bad.length > 0) await writeFile(path, `${bad.join('\n')}\n`, { flag: 'a' });
    compressing.push(gzip(path));
  }
  await Promise.all(compressing);
}

async function one(connection, sql) {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson()[0];
}

const total = (select, column) => `SELECT count(*) AS rows, sum(${column})::VARCHAR AS total FROM (${select})`;

/** Counts and sums of a correct warehouse after each day. */
async function expectations(connection, last) {
  const day2Orders = `SELECT * FROM (${orders(1, 1, SIZES.orders)}) WHERE order_id % 10 <> 0 UNION ALL ${orders(2, 1, last.orders)}`;
  return {
    day1: {
      orders: await one(connection, total(orders(1, 1, SIZES.orders), 'amount')),
      order_items: await one(connection, total(items(1, last.items1), 'unit_price * quantity')),
      customers: await one(connection, total(customers(1, 1, SIZES.customers), 'customer_id')),
    },
    day2: {
      orders: await one(connection, total(day2Orders, 'amount')),
      order_items: await one(connection, total(items(1, last.items2), 'unit_price * quantity')),
      customers: await one(
        connection,
        total(`SELECT * FROM range(1, ${last.customers + 1}) t(customer_id)`, 'customer_id'),
      ),
    },
    rejected: BAD_ORDERS.length,
  };
}

/** Writes `<folder>/day1`, `<folder>/day2` and `<folder>/expected.json`; returns what the last one holds. */
export async function generateShop(folder) {
  const { DuckDBInstance } = await duckdb();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const last = {
    orders: SIZES.orders + SIZES.newOrders,
    items1: SIZES.orders * SIZES.itemsPerOrder,
    items2: (SIZES.orders + SIZES.newOrders) * SIZES.itemsPerOrder,
    customers: SIZES.customers + SIZES.newCustomers,
  };
  await rm(folder, { recursive: true, force: true });
  for (const day of [1, 2]) {
    const at = join(folder, `day${day}`);
    await mkdir(at, { recursive: true });
    await Promise.all([
      writeOrders(
        connection,
        join(at, 'orders'),
        day,
        1,
        day === 1 ? SIZES.orders : last.orders,
        day === 1 ? [] : BAD_ORDERS,
      ),
      (async () => {
        const writer = await instance.connect();
        const firstItem = day === 1 ? 1 : last.items1 + 1;
        await writer.run(
          `COPY (${items(firstItem, last[`items${day}`])}) TO '${join(at, 'order_items.parquet')}' (FORMAT parquet)`,
        );
        await writer.run(
          `COPY (${customers(day, 1, day === 1 ? SIZES.customers : last.customers)}) TO '${join(at, 'customers.jsonl')}' (FORMAT json)`,
        );
        writer.closeSync();
      })(),
    ]);
  }
  const expected = await expectations(connection, last);
  connection.closeSync();
  instance.closeSync();
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  return expected;
}
