import { killedEverywhere } from '../support/killed.ts';
import { killedInside } from '../support/killed-programs.ts';

killedEverywhere(12);
killedInside(16);
