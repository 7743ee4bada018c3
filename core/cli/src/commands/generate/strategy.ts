import { GenerateCommand } from '../../generate/generate-command.js';

export default class Strategy extends GenerateCommand {
  static override summary = 'Write a new load strategy that works, with tests.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> my-strategy',
    '<%= config.bin %> <%= command.id %> my-strategy --out packages/my-strategy',
  ];
  protected override readonly kind = 'strategy';
}
