import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FETCH_SECONDS = 600;

/** Which of the programs that servers of the JVM need is not there; undefined where all are. */
export async function jvmMissing(programs: readonly ('java' | 'mvn' | 'tar')[]): Promise<string | undefined> {
  for (const program of programs) {
    const flag = program === 'java' ? '-version' : '--version';
    const there = await run(program, [flag]).then(
      () => true,
      () => false,
    );
    if (!there) return `there is no ${program} on the PATH`;
  }
  return undefined;
}

/** Runs Maven quietly in a folder; its output is in the error where it fails. */
export async function maven(folder: string, args: readonly string[]): Promise<void> {
  try {
    await run('mvn', ['-q', '-B', ...args], { cwd: folder, timeout: FETCH_SECONDS * 1000, maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`mvn ${args[0]}: ${`${stdout}${stderr}`.slice(-2000) || message}`, { cause: error });
  }
}

/** Copies a library and all that it depends on into `libs/` of a folder. */
export async function fetchJars(folder: string, group: string, artifact: string, version: string): Promise<void> {
  await writeFile(
    join(folder, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>dpone.test</groupId><artifactId>jars</artifactId><version>1</version>
<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency></dependencies>
</project>\n`,
  );
  await maven(folder, ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'libs')}`]);
}

/** Unpacks an artifact that is a `tar.gz` into a folder. */
export async function fetchArchive(folder: string, coordinates: string): Promise<void> {
  await maven(folder, [
    'dependency:copy',
    `-Dartifact=${coordinates}`,
    `-DoutputDirectory=${folder}`,
    '-Dmdep.stripVersion=true',
    '-Dmdep.stripClassifier=true',
  ]);
  const name = `${coordinates.split(':')[1]}.tar.gz`;
  await run('tar', ['-xzf', name], { cwd: folder });
  await run('rm', ['-f', name], { cwd: folder });
}
