import { Args, Flags } from '@oclif/core';

/** The manifest, the argument of most commands. */
export const manifestArg = {
  manifest: Args.string({ description: 'Manifest: YAML, JSON, or a TypeScript module.', required: true }),
};

/** Which processes of a manifest are meant. */
export const selectFlags = {
  selector: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
    description: 'A process of the manifest; may be given more than once.',
  }),
  all: Flags.boolean({ description: 'Every process of the manifest.', exclusive: ['selector'] }),
  'with-dependencies': Flags.boolean({ description: 'Also the processes that the selected ones depend on.' }),
  registry: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATH',
    description: 'Metadata of sources, as in the manifest’s registry.',
  }),
};

/** The one process that a command looks at. */
export const oneProcessFlags = { selector: selectFlags.selector, registry: selectFlags.registry };

/** How long a command that loads waits for the target. */
export const lockTimeoutFlag = Flags.integer({
  min: 0,
  helpValue: 'SECONDS',
  description: 'How long to wait for another load of the same target; the manifest’s engine.lock_timeout by default.',
});

/** A command that looks at one manifest, or at those of a folder. */
export const folderFlags = {
  recursive: Flags.boolean({ description: 'Also what lies below the folder.' }),
  registry: selectFlags.registry,
};

/** How often a command that loads begins a load again. */
export const retryFlags = {
  'retry-attempts': Flags.integer({
    min: 0,
    default: 0,
    description: 'How often a load that failed for a passing reason is begun again.',
  }),
  'retry-backoff-seconds': Flags.integer({
    min: 0,
    default: 0,
    description: 'Pause before the first retry; doubled for each next one.',
  }),
};

/** Who called for a run. */
export const workflowFlags = {
  'dag-id': Flags.string({ description: 'Id of the calling workflow, kept with the run.' }),
  'execution-date': Flags.string({ description: 'Logical date of the calling workflow, kept with the run.' }),
};
