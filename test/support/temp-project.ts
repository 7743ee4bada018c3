import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A project folder of one test. */
export interface TempProject {
  readonly path: string;
  file(name: string): string;
  write(name: string, content: string): void;
  remove(): void;
}

export function tempProject(files: Readonly<Record<string, string>> = {}): TempProject {
  const path = mkdtempSync(join(tmpdir(), 'dpone-test-'));
  const project: TempProject = {
    path,
    file: (name) => join(path, name),
    write(name, content) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  for (const [name, content] of Object.entries(files)) project.write(name, content);
  return project;
}
