import { accessChecks } from './access.ts';
import { bootChecks } from './boot.ts';
import type { Check } from './check.ts';
import { diskChecks } from './disk.ts';
import { growthChecks } from './growth.ts';
import { leftoverChecks } from './leftovers.ts';
import { networkChecks } from './network.ts';
import { serviceChecks } from './services.ts';

/** Everything the doctor looks at, in the order it is told. */
export const checks: readonly Check[] = [
  ...diskChecks,
  ...growthChecks,
  ...bootChecks,
  ...networkChecks,
  ...accessChecks,
  ...serviceChecks,
  ...leftoverChecks,
];
