import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { System } from '../system.js';
import { parquetType, readParquet, writeParquet } from './parquet.js';

/** Parquet: the one format of files that says what its columns are. */
export const files: System = {
  id: 'files',
  memory: 'folder',
  missing: () => undefined,
  typeOf: parquetType,
  open: (project) =>
    Promise.resolve({
      source: ({ name }) => ({ type: 'files', options: { path: `in/${name}/*.parquet` } }),
      sink: ({ name }) => ({ type: 'files', table: { name }, options: { path: `out/${name}/` } }),
      async seed({ name, columns }, rows, parting = []) {
        mkdirSync(project.file(`in/${name}`), { recursive: true });
        const staying = rows.filter((row) => !parting.includes(row));
        await writeParquet(project.file(`in/${name}/staying.parquet`), columns, staying);
        if (parting.length > 0) await writeParquet(project.file(`in/${name}/parting.parquet`), columns, parting);
      },
      async change({ name, columns }, { changed, added }) {
        rmSync(project.file(`in/${name}/parting.parquet`), { force: true });
        await writeParquet(project.file(`in/${name}/z-new.parquet`), columns, [...changed, ...added]);
      },
      async rows({ name, columns }) {
        const folder = project.file(`out/${name}`);
        const found = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.parquet')) : [];
        return found.length === 0
          ? null
          : readParquet(
              found.map((file) => `${folder}/${file}`),
              columns,
            );
      },
      close: () => Promise.resolve(),
    }),
};
