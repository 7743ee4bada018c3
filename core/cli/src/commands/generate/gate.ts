import { GenerateCommand } from '../../generate/generate-command.js';

export default class Gate extends GenerateCommand {
  static override summary = 'Write a new gate that works, with its command and tests.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> my-gate',
    '<%= config.bin %> <%= command.id %> my-gate --out packages/my-gate',
  ];
  protected override readonly kind = 'gate';
}
