import { accessChecks } from './access.ts';
import { bootChecks } from './boot.ts';
import type { Check } from './check.ts';
import { diskChecks } from './disk.ts';
import { growthChecks } from './growth.ts';
import { leftoverChecks } from './leftovers.ts';
import { networkChecks } from './network.ts';
import { serviceChecks } from './services.ts';

/** All checks of the doctor, in the order of its report. */
export const checks: readonly Check[] = [
  ...diskChecks,
  ...growthChecks,
  ...bootChecks,
  ...networkChecks,
  ...accessChecks,
  ...serviceChecks,
  ...leftoverChecks,
];
