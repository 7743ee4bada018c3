import { existsSync } from 'node:fs';
import { Config, Plugin } from '@oclif/core';
import { projectPlugins, type ProjectPlugins } from './project-plugins.js';

/** oclif's view of this installation and of the project around a folder. */
export async function loadConfig(root: string, cwd: string): Promise<Config> {
  const project = projectPlugins(cwd);
  const load = (): Promise<Config> => (project === null ? Config.load({ root }) : withProject(root, project));
  const config = await load();
  return (await pluginsWereAway(config.dataDir)) ? load() : config;
}

/**
 * The project's own plugins first: what it pins stands above what this user happens to have installed. oclif can add
 * plugins of another folder itself, but the user's come before those, and development dependencies are never seen.
 */
async function withProject(root: string, project: ProjectPlugins): Promise<Config> {
  const plugins = [new Plugin({ root, isRoot: true })];
  for (const name of project.names) plugins.push(new Plugin({ name, root: project.path, type: 'project' }));
  await Promise.all(plugins.map((plugin) => plugin.load()));
  const config = await Config.load({ root, plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])) });
  await config.loadPluginsAndCommands({ force: true });
  return config;
}

/** Only where the folder of plugins is missing and its predecessor lies beside it is the code that mends this imported. */
async function pluginsWereAway(dataDir: string): Promise<boolean> {
  if (existsSync(dataDir) || !existsSync(`${dataDir}.previous`)) return false;
  const { recoverPlugins } = await import('../plugins/transaction.js');
  return recoverPlugins(dataDir);
}
