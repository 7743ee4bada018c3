import { stringify } from 'yaml';
import { commandOf, type Deployment } from './deployment.js';

/** Compose puts variables in where a `$` stands: https://docs.docker.com/reference/compose-file/interpolation/ */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

/** https://docs.docker.com/reference/compose-file/ */
export function dockerCompose(deployment: Deployment): string {
  const file = {
    services: {
      dpone: {
        image: literal(deployment.image),
        command: commandOf(deployment).map(literal),
        env_file: ['.env'],
        volumes: [{ type: 'bind', source: '.', target: '/workspace' }],
        working_dir: '/workspace',
        restart: 'no',
      },
    },
  };
  return stringify(file, { lineWidth: 0 });
}
