import type { Platform } from '../facts/facts.ts';
import type { Datasource } from '../metadata/datasource.ts';

/** SmartOS: detected, but not supported yet; its metadata comes over a serial line. */
export const smartos = notYet('smartos', 'SmartOS', 'SmartOS', ({ product }) =>
  product.startsWith('SmartDC') ? `DMI product is ${product}` : undefined,
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
