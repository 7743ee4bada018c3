import { definePlugin } from '@dpone/sdk';

export default definePlugin({
  register() {},
});
