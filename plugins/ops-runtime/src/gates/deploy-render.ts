import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below, defineGate, folderInput, plainPath, type GateContext } from '@dpone/sdk';
import { z } from 'zod';
import { TARGETS, type Deployment } from '../deploy/deployment.js';
import { RENDERERS } from '../deploy/render.js';

/** Letters of any script, digits, and what paths and selectors are made of: nothing that a shell or a template reads. */
const plainText = (description: string) =>
  z
    .string()
    .regex(/^[\p{L}\p{N}_./@+=:,*-][\p{L}\p{N}_./@+=:,* -]*$/u, 'has characters that a shell or a template would read')
    .refine((text) => !text.startsWith('-'), 'begins with -')
    .describe(description);

const FIELD = String.raw`[0-9A-Za-z*/,\-?#]+`;
const CRON = new RegExp(`^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|${FIELD}( +${FIELD}){4})$`);

const DEFAULT_SCHEDULE = '0 2 * * *';

const input = z.strictObject({
  target: z.enum(TARGETS).describe('What is rendered.'),
  manifest: plainText('The manifest, as it stands where the pipeline will run.'),
  selector: plainText('The process, where the manifest has several.').optional(),
  image: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'is no name of an image')
    .optional()
    .describe('The image. Default: the image of the dpone that is installed.'),
  schedule: z
    .string()
    .regex(CRON, 'is no cron schedule of five fields')
    .default(DEFAULT_SCHEDULE)
    .describe('When it runs, as cron says it.'),
  output_dir: folderInput('.dpone/deploy/latest', 'Where the files are written.'),
});

const ARTIFACT = 'deployment_profile';

/** A pipeline as a file for what runs it: Docker Compose, Kubernetes, Airflow or Dagster. */
export const deployRender = defineGate({
  summary: 'Render a pipeline for Docker Compose, Kubernetes, Airflow or Dagster',
  description:
    'Writes one file for the target and a profile that says what is in it. Values are written as data, never pasted into a command; what a shell or a template could read is refused. Always green.',
  input,
  artifact: ARTIFACT,
  example: { target: 'k8s-cronjob', manifest: 'manifests/orders.yml', selector: 'orders', image: 'dpone/dpone:0.1.0' },
  evaluate: async (given, ctx) => {
    const { target, selector, schedule } = given;
    const manifest = plainPath(given.manifest);
    const output = plainPath(given.output_dir);
    const { file, unused, render } = RENDERERS[target];
    const image = given.image ?? (await installedImage(ctx));
    const content = render({ manifest, selector: selector ?? null, image, schedule } satisfies Deployment);
    const set: Readonly<Record<string, boolean>> = {
      image: given.image !== undefined,
      schedule: schedule !== DEFAULT_SCHEDULE,
    };
    return {
      schema_version: 'dpone.ops.deployment_profile.v1',
      passed: true,
      target,
      manifest_path: manifest,
      selector: selector ?? null,
      image,
      schedule,
      artifact_path: below(output, file),
      json_path: below(output, `${ARTIFACT}.json`),
      markdown_path: below(output, `${ARTIFACT}.md`),
      output_dir: output,
      warnings: [
        ...((await isThere(ctx.cwd, given.manifest)) ? [] : ['the manifest is not here']),
        ...unused.filter((setting) => set[setting]).map((setting) => `${target} has no place for --${setting}`),
        ...(/@sha256:|:(?!latest$)[^/:]+$/.test(image) ? [] : ['the image is not pinned to a version']),
      ],
      blockers: [],
      content,
    };
  },
  artifactJson: ({ content: _, ...profile }) => profile,
  stdout: ({ content: _, ...profile }) => profile,
  files: ({ target, content }) => [{ path: RENDERERS[target].file, text: content }],
  view: {
    title: 'deployment profile',
    facts: ['target', 'manifest_path', 'selector', 'image', 'schedule', 'artifact_path'],
    sections: ({ target, content }) => [
      { heading: 'File', code: content, language: RENDERERS[target].file.endsWith('.py') ? 'python' : 'yaml' },
    ],
    runbook: [
      'Put the manifest where the file says that it is: below the folder of the Compose file, in /workspace of an image of your own for Kubernetes, on the worker otherwise.',
      'Give the connections as environment variables: in .env for Compose, in the secret dpone-secrets for Kubernetes, in the environment of the worker otherwise. Never in the manifest or the image.',
      'Keep .dpone on storage that outlives a run: it is the evidence, and an interrupted load is found by it.',
      'Start it once by hand and read the result before the schedule does.',
    ],
  },
});

const isThere = (cwd: string, path: string): Promise<boolean> =>
  stat(resolve(cwd, path)).then(
    () => true,
    () => false,
  );

/** Never `latest`: what was tested is what runs. */
async function installedImage(ctx: GateContext): Promise<string> {
  const own = (await ctx.host()).plugins().find(({ name }) => name === '@dpone/ops-runtime');
  return `dpone/dpone:${own?.version ?? 'latest'}`;
}
