import { version } from '../../base/version.ts';
import type { MessageChange } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';

/** Reports the final message of a boot. */
export const messageHandler: ActHandler<MessageChange> = {
  sort: 'act',
  subject: () => 'final',
  intent: ({ text }) => `says ${JSON.stringify(text.trim())}`,

  async perform({ text, datasource }, host) {
    const [uptime = '0'] = ((await host.readText('/proc/uptime')) ?? '').split(' ');
    const words = { uptime, timestamp: new Date(host.clock()).toUTCString(), version, datasource };
    const upper = new Map(Object.entries(words).map(([name, value]) => [name.toUpperCase(), value]));
    const template = /^## template:[^\n]*\n([\s\S]*)$/.exec(text)?.[1];
    const said =
      template === undefined
        ? text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => upper.get(braced ?? bare) ?? whole)
        : await rendered(template, { ...words, ...Object.fromEntries(upper) });
    return said.trim().replace(/\s*\n\s*/g, ' / ');
  },
};

async function rendered(template: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const { render } = await import('../../userdata/jinja/render.ts');
  const { text, error } = render(template, variables);
  return error ? template : text;
}
