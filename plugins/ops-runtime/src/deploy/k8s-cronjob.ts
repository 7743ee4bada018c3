import { stringify } from 'yaml';
import { commandOf, type Deployment } from './deployment.js';

/** Kubernetes puts variables in where `$(NAME)` stands: https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/ */
const literal = (text: string): string => text.replaceAll('$(', '$$$$(');

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/ */
export function k8sCronJob(deployment: Deployment): string {
  const [command, ...args] = commandOf(deployment).map(literal);
  const labels = { 'app.kubernetes.io/name': 'dpone', 'app.kubernetes.io/component': 'pipeline' };
  const container = {
    name: 'dpone',
    image: deployment.image,
    command: [command],
    args,
    workingDir: '/workspace',
    envFrom: [{ secretRef: { name: 'dpone-secrets' } }],
    resources: {
      requests: { cpu: '500m', memory: '512Mi' },
      limits: { memory: '1Gi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      { name: 'evidence', mountPath: '/workspace/.dpone' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [
      { name: 'evidence', persistentVolumeClaim: { claimName: 'dpone-evidence' } },
      { name: 'tmp', emptyDir: {} },
    ],
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'dpone-pipeline', labels },
    spec: {
      schedule: deployment.schedule,
      // A load waits for the one before it anyway: a second one would only wait in the cluster.
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 5,
      jobTemplate: {
        spec: {
          // The next run finishes or undoes what an interrupted one left.
          backoffLimit: 2,
          activeDeadlineSeconds: 86_400,
          template: { metadata: { labels }, spec: pod },
        },
      },
    },
  };
  return stringify(job, { lineWidth: 0 });
}
