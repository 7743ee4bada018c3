import { airflowDag } from './airflow-dag.js';
import { dagsterAsset } from './dagster-asset.js';
import type { Deployment, DeployTarget } from './deployment.js';
import { dockerCompose } from './docker-compose.js';
import { k8sCronJob } from './k8s-cronjob.js';

interface Renderer {
  readonly file: string;
  /** Settings that the target has no place for. */
  readonly unused: readonly ('image' | 'schedule')[];
  render(deployment: Deployment): string;
}

export const RENDERERS: Readonly<Record<DeployTarget, Renderer>> = {
  'docker-compose': { file: 'docker-compose.yml', unused: ['schedule'], render: dockerCompose },
  'k8s-cronjob': { file: 'k8s-cronjob.yml', unused: [], render: k8sCronJob },
  airflow: { file: 'airflow_dag.py', unused: ['image'], render: airflowDag },
  dagster: { file: 'dagster_asset.py', unused: ['image'], render: dagsterAsset },
};
