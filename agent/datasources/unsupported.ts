import type { Platform } from '../facts/facts.ts';
import type { Datasource } from '../metadata/datasource.ts';

const azureChassis = '7783-7084-3265-9085-8269-3286-77';

/** Microsoft Azure: detected, but not supported yet. */
export const azure = notYet('azure', 'Azure', 'Microsoft Azure', ({ chassis }) =>
  chassis === azureChassis ? `DMI chassis is ${chassis}` : undefined,
);

function notYet(
  name: string,
  alias: string,
  cloud: string,
  mark: (platform: Platform) => string | undefined,
): Datasource {
  return {
    name,
    alias,
    needs: 'network',
    silent: true,
    detect: async ({ platform }) => mark(platform),
    async fetch({ note }) {
      note('warning', `${cloud} is not supported: only the settings of the image are used`);
      return undefined;
    },
  };
}
