import { join } from 'node:path';
import { freePort } from './free-port.js';
import { JvmProcess } from './jvm-process.js';
import { REGISTRY_JAR, registryFiles } from './schema-registry-binaries.js';
import type { Service } from './service.js';

/** Where the registry is. */
export interface RegistryFacts {
  readonly port: number;
  /** Holds `server.log`. */
  readonly folder: string;
}

const JAVA = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Apicurio's registry with its store in memory: what it held is gone with a restart. */
class RegistryProcess implements Service {
  readonly #jvm = new JvmProcess('registry');
  #port: number | undefined;

  async start(): Promise<RegistryFacts> {
    const jar = join(await registryFiles(), REGISTRY_JAR);
    const port = (this.#port ??= await freePort());
    const args = [...JAVA, `-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1', '-jar', jar];
    const ready = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/apis/ccompat/v7/subjects`).then(
        (answer) => answer.ok,
        () => false,
      );
    await this.#jvm.launch(args, ready);
    return { port, folder: await this.#jvm.folder() };
  }

  stop(): Promise<void> {
    return this.#jvm.stop();
  }

  kill(): Promise<void> {
    return this.#jvm.kill();
  }

  remove(): Promise<void> {
    return this.#jvm.remove();
  }
}

export const createService = (): Service => new RegistryProcess();
