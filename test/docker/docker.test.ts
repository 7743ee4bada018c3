import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { COMPOSE_SERVICES } from '@dpone/test-services';
import { DockerfileParser } from 'dockerfile-ast';
import { expect } from 'chai';
import { parse } from 'yaml';
import { root } from '../architecture/packages.js';
import { dpone } from '../support/cli.js';
import { tempProject } from '../support/temp-project.js';

interface Service {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly ports: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const compose = parse(readFileSync(join(root, 'docker/docker-compose.integration.yml'), 'utf8')) as {
  services: Record<string, Service>;
};

/** An image with the tag that a reader looks for and the digest that says what it is. */
const PINNED = /^[a-z0-9./-]+:(?!latest)[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$/;

describe('the servers of Compose', () => {
  it('are those that tests know, each on the port that its variable names', () => {
    expect(Object.keys(compose.services).sort()).to.deep.equal(Object.keys(COMPOSE_SERVICES).sort());
    for (const [name, { portVariable, port, url }] of Object.entries(COMPOSE_SERVICES)) {
      const { ports } = compose.services[name]!;
      expect(ports).to.have.lengthOf(1);
      expect(ports[0], name).to.match(new RegExp(`^127\\.0\\.0\\.1:\\$\\{${portVariable}:-${port}\\}:\\d+$`));
      expect(url(port)).to.include(`127.0.0.1:${port}`);
    }
  });

  it('have the passwords that tests log in with', () => {
    for (const [name, password] of [
      ['postgres', 'POSTGRES_PASSWORD'],
      ['mssql', 'MSSQL_SA_PASSWORD'],
      ['clickhouse', 'CLICKHOUSE_PASSWORD'],
      ['minio', 'MINIO_ROOT_PASSWORD'],
    ] as const)
      expect(COMPOSE_SERVICES[name]!.url(1), name).to.include(`:${compose.services[name]!.environment![password]}@`);
    expect(compose.services['kafka']!.environment!['KAFKA_ADVERTISED_LISTENERS']).to.include(
      `\${${COMPOSE_SERVICES['kafka']!.portVariable}:-${COMPOSE_SERVICES['kafka']!.port}}`,
    );
  });

  it('are pinned, checked for their health, of a profile, and known to the page of tests', () => {
    const page = readFileSync(join(root, 'test/services/README.md'), 'utf8');
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.image, name).to.match(PINNED);
      expect(service.healthcheck.test[0], name).to.be.oneOf(['CMD', 'CMD-SHELL']);
      expect(service.profiles, name).to.include('all').and.to.have.length.greaterThan(1);
      for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services).to.have.property(other);
      expect(page).to.include(COMPOSE_SERVICES[name]!.variable);
    }
  });
});

describe('npm run services:up', () => {
  const command = join(root, 'test/services/dist/compose-command.js');
  // Of this test alone: others run at the same time, and would look for servers that are not there.
  const own = tempProject();
  const record = own.file('test-services.json');
  after(() => own.remove());

  /** A machine with this docker; what it was called with stands in calls.txt. */
  const call = (docker: string, ...args: string[]) => {
    const project = tempProject();
    mkdirSync(project.file('bin'));
    writeFileSync(project.file('bin/docker'), `#!/bin/sh\necho "$@" >> "${project.file('calls.txt')}"\n${docker}\n`);
    chmodSync(project.file('bin/docker'), 0o755);
    const PATH = `${project.file('bin')}${delimiter}/bin${delimiter}/usr/bin`;
    const { status, stdout } = spawnSync(process.execPath, [command, ...args], {
      encoding: 'utf8',
      env: { ...process.env, PATH, DPONE_COMPOSE_KAFKA_PORT: '29999', DPONE_TEST_SERVICES_RECORD: record },
    });
    const calls = readFileSync(project.file('calls.txt'), 'utf8');
    project.remove();
    return { status, stdout, calls };
  };

  it('says so where no engine runs, and leaves tests to servers of their own', () => {
    const { status, stdout } = call('[ "$1" != info ]', 'up');
    expect(status).to.equal(0);
    expect(stdout).to.include('docker compose does not run here');
    expect(existsSync(record)).to.equal(false);
  });

  it('starts what is named, waits for it, and leaves tests its address until services:down', () => {
    const { status, calls } = call('exit 0', 'up', 'kafka', 'minio');
    expect(status).to.equal(0);
    expect(calls).to.match(/docker-compose\.integration\.yml --profile all up --detach --wait kafka minio\n$/);
    expect(JSON.parse(readFileSync(record, 'utf8'))).to.deep.equal({
      DPONE_TEST_KAFKA_BROKERS: '127.0.0.1:29999',
      DPONE_TEST_S3_URL: 'http://dpone-test:dpone-secret@127.0.0.1:19000',
    });
    expect(call('exit 0', 'down').calls).to.match(/down --volumes\n$/);
    expect(existsSync(record)).to.equal(false);
  });

  it('fails where a server does not come up, and tests are not sent to it', () => {
    const { status, calls } = call('case "$*" in *" up "*) exit 1;; esac', 'up', 'mssql');
    expect(status).to.equal(1);
    expect(calls).to.include('logs --tail 40');
    expect(existsSync(record)).to.equal(false);
  });
});

describe('the image', () => {
  const file = DockerfileParser.parse(readFileSync(join(root, 'docker/Dockerfile'), 'utf8'));

  it('is pinned, runs as a user of its own, without npm, and takes plugins when it is built', () => {
    const instructions = file.getInstructions().map((one) => `${one.getKeyword()} ${one.getArgumentsContent() ?? ''}`);
    const known = 'FROM ARG ENV WORKDIR RUN LABEL COPY USER CMD'.split(' ');
    expect(instructions.filter((text) => !known.includes(text.split(' ')[0]!))).to.deep.equal([]);
    expect(file.getFROMs().map((from) => from.getImage())).to.deep.equal(['node:${NODE}', 'node:${NODE}']);
    const tag = instructions.find((text) => text.startsWith('ARG NODE='))?.slice('ARG NODE='.length);
    expect(`node:${tag}`).to.match(PINNED);
    expect(readFileSync(join(root, 'docker/Dockerfile'), 'utf8'), 'an image that reads this file').not.to.include(
      'syntax=',
    );
    expect(instructions).to.include('ARG PLUGINS=""');
    const last = instructions.slice(instructions.findLastIndex((text) => text.startsWith('FROM')));
    expect(last).to.include('USER node');
    expect(last.at(-1)).to.equal('CMD ["dpone", "help"]');
    expect(last.findIndex((text) => text === 'USER node')).to.be.greaterThan(
      last.findIndex((text) => text.startsWith('RUN rm -rf /usr/local/lib/node_modules')),
    );
  });

  it('is what the examples of deploy-render start', async () => {
    const project = tempProject();
    try {
      const examples = readdirSync(join(root, 'docker/examples')).sort();
      const rendered: string[] = [];
      for (const target of ['docker-compose', 'k8s-cronjob', 'airflow', 'dagster']) {
        const line = `ops deploy-render --target ${target} --manifest manifests/orders.yml --image dpone/dpone:0.1.0 --output-dir ${target}`;
        expect((await dpone(line.split(' '), { cwd: project.path })).code).to.equal(0);
        for (const name of readdirSync(project.file(target)).filter((one) => !one.startsWith('deployment_profile'))) {
          rendered.push(name);
          expect(readFileSync(project.file(`${target}/${name}`), 'utf8'), name).to.equal(
            readFileSync(join(root, 'docker/examples', name), 'utf8'),
          );
        }
      }
      expect(rendered.sort()).to.deep.equal(examples);
    } finally {
      project.remove();
    }
  });
}).timeout(60_000);
