import { killedEverywhere } from '../support/killed.ts';
import { killedInside } from '../support/killed-programs.ts';

killedEverywhere(10_000);
killedInside(10_000);
