import { GenerateCommand } from '../../generate/generate-command.js';

export default class Connector extends GenerateCommand {
  static override summary = 'Write a new connector: a source and a sink that work, with tests.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> my-connector',
    '<%= config.bin %> <%= command.id %> my-connector --out packages/my-connector',
  ];
  protected override readonly kind = 'connector';
}
