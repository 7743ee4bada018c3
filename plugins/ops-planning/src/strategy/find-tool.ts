import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface Tool {
  readonly name: string;
  readonly available: boolean;
  readonly path: string | null;
  readonly install_hint: string;
}

/** The programs that a tool goes by, the first that is there is taken. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  psycopg: ['python', 'python3'],
  python: ['python', 'python3'],
  'clickhouse-client or curl': ['clickhouse-client', 'curl'],
};

const HINTS: Readonly<Record<string, string>> = {
  bcp: 'It comes with mssql-tools18 of Microsoft.',
  psycopg: 'It is a Python package: pip install psycopg.',
  'clickhouse-client': 'It comes with the packages of ClickHouse.',
  'clickhouse-client or curl': 'Either will do; curl is in every distribution.',
};

/** Looks for a tool on a PATH. */
export async function findTool(name: string, path: string): Promise<Tool> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  for (const program of PROGRAMS[name] ?? [name])
    for (const folder of folders) {
      const file = join(folder, program);
      if (await isProgram(file)) return { name, available: true, path: file, install_hint: hint(name) };
    }
  return { name, available: false, path: null, install_hint: hint(name) };
}

const hint = (name: string): string => HINTS[name] ?? `Install ${name} and put it on PATH.`;

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
