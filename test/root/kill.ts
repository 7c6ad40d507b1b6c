import { killedEverywhere } from '../support/killed.ts';

killedEverywhere(12);
