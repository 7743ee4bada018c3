import { cached, cachedFolder } from './cached.js';
import { jvmMissing, maven } from './maven.js';

const VERSION = '1.7.0-alpha';
const NAME = `opentelemetry-proto-${VERSION}`;

/** The folder with the published definitions of the OpenTelemetry protocol (`opentelemetry/proto/**`), fetched by Maven once a machine. */
export const otlpProtos = (): Promise<string> =>
  cached(NAME, (folder) =>
    maven(folder, [
      'dependency:unpack',
      `-Dartifact=io.opentelemetry.proto:opentelemetry-proto:${VERSION}`,
      '-Dmdep.unpack.includes=**/*.proto',
      `-DoutputDirectory=${folder}`,
    ]),
  );

/** Why they cannot be had here; undefined where they can. */
export const otlpProtosMissing = async (): Promise<string | undefined> =>
  cachedFolder(NAME) === undefined ? jvmMissing(['mvn']) : undefined;
