import { powerLosses } from '../support/power-loss/power-losses.ts';

powerLosses(10_000, 100, 4_711);
