import { powerLosses } from '../support/power-loss/power-losses.ts';

powerLosses(10, 4, 20_261);
