import { cached, cachedFolder } from './cached.js';
import { fetchArchive, jvmMissing } from './maven.js';

const VERSION = '3.0.9';
const NAME = `apicurio-registry-${VERSION}`;

/** The folder of Apicurio's registry (115 MB), fetched by Maven once a machine. */
export const registryFiles = (): Promise<string> =>
  cached(NAME, (folder) => fetchArchive(folder, `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`));

export const REGISTRY_JAR = `apicurio-registry-app-${VERSION}-runner.jar`;

/** Why the registry cannot run here; undefined where it can. */
export const registryUnavailable = (): Promise<string | undefined> =>
  jvmMissing(cachedFolder(NAME) === undefined ? ['java', 'mvn', 'tar'] : ['java']);
