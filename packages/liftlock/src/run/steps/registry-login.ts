import type { Handler } from '../world.ts';

/** Proves that the registry accepts the credentials; changes nothing. */
export const registryLogin: Handler<'registry-login'> = {
  observe: async () => ({ observation: 'todo', note: '' }),
  async act(step, world) {
    await world.registry.login(step.host);
    return { touched: 'no', writes: 0 };
  },
  confirm: async (step) => ({ note: `${step.host} accepts ${step.username}` }),
};
