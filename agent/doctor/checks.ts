import { accessChecks, serviceChecks } from './access.ts';
import { bootChecks } from './boot.ts';
import type { Check } from './check.ts';
import { diskChecks } from './disk.ts';
import { leftoverChecks } from './leftovers.ts';
import { networkChecks } from './network.ts';

/** Everything the doctor looks at, in the order it is told. */
export const checks: readonly Check[] = [
  ...diskChecks,
  ...bootChecks,
  ...networkChecks,
  ...accessChecks,
  ...serviceChecks,
  ...leftoverChecks,
];
