import { cached, cachedFolder } from './cached.js';
import { fetchJars, jvmMissing } from './maven.js';

const VERSION = '4.3.1';
const NAME = `kafka-${VERSION}`;

/** The folder whose `libs` hold the broker's jars (44 MB), fetched by Maven once a machine. */
export const kafkaJars = (): Promise<string> =>
  cached(NAME, (folder) => fetchJars(folder, 'org.apache.kafka', 'kafka_2.13', VERSION));

/** Why the broker cannot run here; undefined where it can. */
export const kafkaUnavailable = (): Promise<string | undefined> =>
  jvmMissing(cachedFolder(NAME) === undefined ? ['java', 'mvn'] : ['java']);
